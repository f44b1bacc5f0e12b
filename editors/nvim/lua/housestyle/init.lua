-- The plugin's front door: set-up and the actions that keys are mapped to.
local M = {}

---Configures and switches on; optional, as `vim.lsp.enable('housestyle')` does it with the defaults.
---@param opts? housestyle.Options
function M.setup(opts)
  require('housestyle.config').set(opts or {})
  local client = require('housestyle.client')
  vim.lsp.config('housestyle', client.config())
  client.start()
end

-- The actions return false when there is nothing to act on, so that a map can fall through:
--   vim.keymap.set('i', '<Tab>', function()
--     return require('housestyle').accept() and '' or '<Tab>'
--   end, { expr = true })

---Accepts the whole suggestion.
---@return boolean acted
function M.accept()
  return require('housestyle.accept').whole()
end

---Accepts the suggestion's next word.
---@return boolean acted
function M.accept_word()
  return require('housestyle.accept').word()
end

---Accepts the suggestion's next line.
---@return boolean acted
function M.accept_line()
  return require('housestyle.accept').line()
end

---Shows the next suggestion; asks the server for others when it has sent only one.
---@return boolean acted
function M.next()
  return require('housestyle.display').get().next(vim.api.nvim_get_current_buf())
end

---Shows the suggestion before; asks the server for others when it has sent only one.
---@return boolean acted
function M.previous()
  return require('housestyle.display').get().previous(vim.api.nvim_get_current_buf())
end

---Hides the suggestion until the text changes.
---@return boolean acted
function M.dismiss()
  return require('housestyle.display').get().dismiss(vim.api.nvim_get_current_buf())
end

---Asks for a suggestion now.
---@return boolean acted
function M.trigger()
  return require('housestyle.display').get().trigger(vim.api.nvim_get_current_buf())
end

---Returns true while a suggestion of ours is on the screen.
---@return boolean
function M.is_visible()
  return require('housestyle.display').get().is_visible(vim.api.nvim_get_current_buf())
end

---Applies the quick fix of a skill's hint in the cursor's line; several are offered for choice.
function M.fix()
  require('housestyle.fix').apply()
end

---Says that a skill does not hold for the line of the cursor.
function M.not_here()
  require('housestyle.fix').not_here()
end

---Returns why nothing is offered in a buffer, as far as is known; nil if something is.
---@param buf? integer
---@return string?
function M.off_here(buf)
  buf = (buf == nil or buf == 0) and vim.api.nvim_get_current_buf() or buf --[[@as integer]]
  return require('housestyle.status').off_here(buf)
end

---Returns a short text for a status line, '' when the server is not running.
---@return string
function M.status()
  return require('housestyle.status').component()
end

return M
