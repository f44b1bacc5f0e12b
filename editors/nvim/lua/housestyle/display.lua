-- Chooses who draws: Neovim's own inline completion, or ours.
local M = {}

---What both displays can do. `buf` is always a real buffer number.
---@class housestyle.Display
---@field attach fun(client: vim.lsp.Client, buf: integer)
---@field detach fun(client_id: integer, buf: integer)
---@field take fun(buf: integer, act: fun(s: housestyle.Suggestion)): boolean Hands the current suggestion to `act`, maybe later.
---@field show fun(s: housestyle.Suggestion) Puts a suggestion of ours on the screen, alone.
---@field hide fun(buf: integer)
---@field dismiss fun(buf: integer): boolean
---@field next fun(buf: integer): boolean
---@field previous fun(buf: integer): boolean
---@field refresh fun(buf: integer) Looks anew at what a completion menu does.
---@field trigger fun(buf: integer): boolean
---@field is_visible fun(buf: integer): boolean

---Returns true if this Neovim has inline completion of its own.
---@return boolean
function M.has_native()
  return vim.lsp.inline_completion ~= nil
end

---Returns 'native' or 'own'.
---@return 'native'|'own'
function M.kind()
  local preferred = require('housestyle.config').options.ghost_text
  return preferred ~= 'own' and M.has_native() and 'native' or 'own'
end

---Returns the display in use.
---@return housestyle.Display
function M.get()
  return require(M.kind() == 'native' and 'housestyle.native' or 'housestyle.ghost')
end

return M
