-- The ways to switch it on.
local BETA = { { text = 'alpha beta' } }

local function accepts(c, t)
  c:type('Golet x = ')
  t:check('shown', c:wait_shown('let x = alpha beta'), c)
  c:type('<Tab>')
  t:check('accepted', c:wait_text('fn main() {}\n\nlet x = alpha beta|'), c)
  t:check('sent to the server', c:wait_sent('workspace/executeCommand'), c)
end

return {
  {
    'vim.lsp.enable alone, without setup()',
    function(t)
      t:only(t.is_default)
      accepts(t:start({ script = BETA, plain = true }), t)
    end,
  },
  {
    'without the plugin, by the lines of the README (Neovim 0.12)',
    function(t)
      t:only(t.display == 'native')
      accepts(t:start({ script = BETA, bare = true }), t)
    end,
  },
  {
    'loading the plugin loads none of its modules',
    function(t)
      local c = t:start({ script = BETA, bare = t.display == 'native', plain = t.display == 'own' })
      local loaded = c:lua([[
        for name in pairs(package.loaded) do
          if vim.startswith(name, 'housestyle') then package.loaded[name] = nil end
        end
        vim.g.loaded_housestyle = nil
        vim.cmd.source(vim.json.decode(vim.env.HOUSESTYLE_TEST).plugin .. '/plugin/housestyle.lua')
        return vim.tbl_filter(function(name) return vim.startswith(name, 'housestyle') end, vim.tbl_keys(package.loaded))]])
      t:check(vim.inspect(loaded), #loaded == 0)
      t:check('the command is there', c:rpc('nvim_get_commands', {}).Housestyle ~= nil)
    end,
  },
  {
    'a wrong option is told and left at its default',
    function(t)
      local c = t:start({ script = BETA })
      c:lua("require('housestyle.config').set({ ghost_txt = 'own', debounce_ms = 'fast', ghost_text = 'none' })")
      local message = c:lua('return _G.notified[#_G.notified]')
      for _, part in ipairs({ "unknown option 'ghost_txt'", "'debounce_ms' must be a number", "got 'none'" }) do
        t:check(message, message:find(part, 1, true))
      end
      t:check('default', c:lua("return require('housestyle.config').options.debounce_ms") == 75)
    end,
  },
  {
    'file types that are not wanted get no server',
    function(t)
      local c = t:start({ script = BETA, options = { filetypes = { lua = false } } })
      c:rpc('nvim_command', 'edit ' .. c.dir .. '/other.lua')
      c:pass(300)
      t:check('not attached', c:lua("return #vim.lsp.get_clients({ bufnr = 0 })") == 0)
      c:rpc('nvim_command', 'edit ' .. c.dir .. '/other.py')
      t:check('attached', c:wait_attached())
      t:check('by one server', c:lua("return #vim.lsp.get_clients({ name = 'housestyle' })") == 1)
    end,
  },
}
