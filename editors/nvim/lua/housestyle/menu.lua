-- The completion menus beside us: Neovim's own, blink.cmp's, nvim-cmp's.
--
-- A menu offers another text for the same place. Ghost text that does not go on with the selected item would
-- tell the user two things at once, so it is hidden for as long as they disagree.
local config = require('housestyle.config')
local position = require('housestyle.position')

local M = {}

---Returns whether Neovim's menu is open, and the selected word.
local function native()
  if vim.fn.pumvisible() == 0 then
    return false
  end
  local info = vim.fn.complete_info({ 'selected', 'items' })
  local item = info.selected >= 0 and info.items and info.items[info.selected + 1]
  return true, item and item.word or nil
end

---Returns the text of an LSP completion item.
---@param item lsp.CompletionItem?
local function text_of(item)
  return item and (item.textEdit and item.textEdit.newText or item.insertText or item.label) or nil
end

local function blink()
  local cmp = package.loaded['blink.cmp']
  if not cmp or not cmp.is_menu_visible or not cmp.is_menu_visible() then
    return false
  end
  return true, text_of(cmp.get_selected_item and cmp.get_selected_item())
end

local function nvim_cmp()
  local cmp = package.loaded['cmp']
  if not cmp or not cmp.visible or not cmp.visible() then
    return false
  end
  local entry = cmp.get_selected_entry and cmp.get_selected_entry()
  return true, entry and text_of(entry.completion_item or (entry.get_completion_item and entry:get_completion_item())) or nil
end

---Returns whether a menu is open, and its selected item's text. A menu that fails counts as closed.
---@return boolean open
---@return string? selected
local function state()
  for _, ask in ipairs({ native, blink, nvim_cmp }) do
    local ok, open, selected = pcall(ask)
    if ok and open then
      return true, selected
    end
  end
  return false
end

---Returns what a word would still insert after a text that may end with its beginning.
---@param before string
---@param word string
---@return string
local function remainder(before, word)
  for length = math.min(#word, #before), 1, -1 do
    if before:sub(-length) == word:sub(1, length) then
      return word:sub(length + 1)
    end
  end
  return word
end

---Returns what the selected item would still insert at the cursor; nil without a selected item.
---@param buf integer
---@return boolean open
---@return string? missing
local function missing(buf)
  local open, selected = state()
  if not selected then
    return open
  end
  local row, col = position.cursor(buf)
  local line = vim.api.nvim_buf_get_lines(buf, row, row + 1, false)[1] or ''
  return open, remainder(line:sub(1, col), selected)
end

---Returns true if a text must not be shown at the cursor because of an open menu.
---@param buf integer
---@param text string what the suggestion would insert there
---@return boolean
function M.disagrees(buf, text)
  local open, word = missing(buf)
  if not open then
    return false
  end
  return config.options.hide_during_popup or (word ~= nil and not vim.startswith(text, word))
end

---Returns true while the user goes through a menu: its item is in the text, and may not stay there.
---@param buf integer
---@return boolean
function M.is_browsed(buf)
  local open, word = missing(buf)
  return open and (config.options.hide_during_popup or word == '')
end

---Calls `on_change` when a menu opens, closes or moves on, in insert mode.
---@param on_change fun(buf: integer)
function M.watch(on_change)
  local group = vim.api.nvim_create_augroup('housestyle.menu', {})
  local function changed()
    vim.schedule(function() -- the event comes before the change
      if vim.startswith(vim.api.nvim_get_mode().mode, 'i') then
        on_change(vim.api.nvim_get_current_buf())
      end
    end)
  end
  vim.api.nvim_create_autocmd({ 'CompleteChanged', 'CompleteDone' }, { group = group, callback = changed })
  vim.api.nvim_create_autocmd('User', { group = group, pattern = 'BlinkCmp*', callback = changed })
  -- nvim-cmp has events of its own, and may be loaded later
  local function hook_cmp()
    local cmp = package.loaded['cmp']
    if not cmp or not cmp.event or not cmp.event.on then
      return false
    end
    cmp.event:on('menu_opened', changed)
    cmp.event:on('menu_closed', changed)
    return true
  end
  if not hook_cmp() then
    vim.api.nvim_create_autocmd('InsertEnter', { group = group, callback = hook_cmp }) -- true ends it
  end
end

return M
