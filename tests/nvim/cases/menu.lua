-- Completion menus beside ghost text. blink.cmp and nvim-cmp are no packages here: their tests speak to stand-ins
-- with the functions and events that the plugin uses of them.
local CALL = { { text = 'call(items)' } }

---Types `let x = ` and waits for the ghost text.
local function ghost(t, o)
  local c = t:start(vim.tbl_extend('force', { script = CALL, text = 'fn main() {}\n' }, o or {}))
  c:type('Golet x = ')
  t:check('shown', c:wait_shown('let x = call(items)'), c)
  return c
end

---Opens Neovim's own menu with these words, none of them inserted.
local function popup(c, words)
  c:lua(
    [[
    vim.o.completeopt = 'menu,menuone,noinsert'
    vim.fn.complete(vim.fn.col('.'), ...)]],
    words
  )
end

---A stand-in: `blink.cmp` and `cmp` as far as other plugins see them. Its one item is selected.
local STANDIN = {
  blink = [[
    local label = ...
    package.loaded['blink.cmp'] = {
      is_menu_visible = function() return label ~= nil end,
      get_selected_item = function() return { label = label } end,
    }
    _G.close = function()
      label = nil
      vim.api.nvim_exec_autocmds('User', { pattern = 'BlinkCmpMenuClose' })
    end
    vim.api.nvim_exec_autocmds('User', { pattern = 'BlinkCmpMenuOpen' })]],
  nvim_cmp = [[
    local label = ...
    local listeners = {}
    package.loaded['cmp'] = {
      visible = function() return label ~= nil end,
      get_selected_entry = function() return { completion_item = { label = 'x', insertText = label } } end,
      event = { on = function(_, name, f) listeners[name] = f end },
    }
    require('housestyle.menu').watch(function(buf) require('housestyle.display').get().refresh(buf) end)
    _G.close = function()
      label = nil
      listeners.menu_closed()
    end
    listeners.menu_opened()]],
}

local function with_plugin(name)
  return {
    { name .. ': hidden while the selected item is another text, back when the menu closes', function(t)
      local c = ghost(t)
      c:lua(STANDIN[name], 'collect')
      t:check('hidden', c:wait_hidden('call(items)', 3000), c)
      c:type('<Tab>')
      c:pass(100)
      t:check('the key is the menu\'s', not c:text():find('call', 1, true), c)
    end },
    { name .. ': stays while the selected item begins it', function(t)
      local c = ghost(t)
      c:lua(STANDIN[name], 'call')
      c:pass(400)
      t:check('still shown', c:shows('let x = call(items)'), c)
      c:type('<Tab>')
      t:check('accepted', c:wait_text('fn main() {}\nlet x = call(items)|'), c)
    end },
    { name .. ': back when the menu closes', function(t)
      local c = ghost(t)
      c:lua(STANDIN[name], 'collect')
      t:check('hidden', c:wait_hidden('call(items)', 3000), c)
      c:lua('_G.close()')
      t:check('back', c:wait_shown('let x = call(items)'), c)
      c:type('<Tab>')
      t:check('accepted', c:wait_text('fn main() {}\nlet x = call(items)|'), c)
    end },
  }
end

local cases = {
  {
    "Neovim's menu: hidden while its selected word is another text",
    function(t)
      local c = ghost(t)
      popup(c, { 'collect', 'cost' })
      t:check('hidden', c:wait_hidden('call(items)', 3000), c)
      t:check('the menu is there', c:shows('collect'), c)
      c:type('<C-e>')
      t:check('back when it closes', c:wait_shown('let x = call(items)'), c)
    end,
  },
  {
    "Neovim's menu: shown while its selected word begins the suggestion",
    function(t)
      local c = ghost(t)
      popup(c, { 'call', 'collect' })
      c:pass(400)
      t:check('shown', c:shows('let x = call(items)'), c)
      local asked = #c:sent('textDocument/inlineCompletion')
      c:type('<C-n>')
      t:check('hidden with the other word', c:wait_hidden('call(items)', 3000), c)
      c:pass(700) -- longer than either display waits before it asks
      t:check('nothing is asked while the user goes through the menu', #c:sent('textDocument/inlineCompletion') == asked, c)
    end,
  },
  {
    'hide_during_popup: no ghost text beside any menu',
    function(t)
      local c = ghost(t, { options = { hide_during_popup = true } })
      popup(c, { 'call', 'collect' })
      t:check('hidden', c:wait_hidden('call(items)', 3000), c)
    end,
  },
}
vim.list_extend(cases, with_plugin('blink'))
vim.list_extend(cases, with_plugin('nvim_cmp'))
return cases
