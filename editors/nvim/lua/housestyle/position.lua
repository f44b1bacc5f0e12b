-- A version of a buffer and the cursor in it: what a request was sent for.
local M = {}

---@class housestyle.Position
---@field buf integer
---@field tick integer changedtick
---@field row integer 0-based
---@field col integer in bytes

---Returns the cursor of a buffer's window: the current one if it shows the buffer.
---@param buf integer
---@return integer row 0-based
---@return integer col in bytes
function M.cursor(buf)
  local win = vim.api.nvim_get_current_win()
  if vim.api.nvim_win_get_buf(win) ~= buf then
    win = vim.fn.bufwinid(buf)
  end
  if win == -1 then
    return -1, -1
  end
  local pos = vim.api.nvim_win_get_cursor(win)
  return pos[1] - 1, pos[2]
end

---Returns the position where the user is now.
---@param buf integer
---@return housestyle.Position
function M.now(buf)
  local row, col = M.cursor(buf)
  return { buf = buf, tick = vim.api.nvim_buf_get_changedtick(buf), row = row, col = col }
end

---Returns true if the user is still there, and still inserting.
---@param position housestyle.Position
---@return boolean
function M.holds(position)
  if not vim.api.nvim_buf_is_valid(position.buf) or vim.api.nvim_get_current_buf() ~= position.buf then
    return false
  end
  return vim.startswith(vim.api.nvim_get_mode().mode, 'i') and vim.deep_equal(position, M.now(position.buf))
end

return M
