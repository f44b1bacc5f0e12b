-- Draws our own ghost text with extmarks.
local M = {}

local namespace = vim.api.nvim_create_namespace('housestyle')

---Virtual text shows a tab as `^I`, so tabs become the blanks they would be.
---@param text string
---@param column integer 0-based screen column it starts at
---@param tabstop integer
---@return string
local function expand(text, column, tabstop)
  local out = {}
  for before, tab in text:gmatch('([^\t]*)(\t?)') do
    column = column + vim.api.nvim_strwidth(before)
    table.insert(out, before)
    if tab ~= '' then
      local width = tabstop - column % tabstop
      table.insert(out, (' '):rep(width))
      column = column + width
    end
  end
  return table.concat(out)
end

---Removes what is drawn in a buffer.
---@param buf integer
function M.clear(buf)
  if vim.api.nvim_buf_is_valid(buf) then
    vim.api.nvim_buf_clear_namespace(buf, namespace, 0, -1)
  end
end

---Draws a text at a place, instead of what was drawn before.
---@param buf integer
---@param row integer 0-based
---@param col integer in bytes
---@param text string
---@param tail string text right of the place which it replaces
---@param hint? string shown after it, as '(1/2)'
function M.set(buf, row, col, text, tail, hint)
  M.clear(buf)
  local position = 'inline'
  if tail ~= '' then
    if not text:find('\n', 1, true) and vim.endswith(text, tail) then
      text = text:sub(1, -#tail - 1) -- the closers stay where they are seen already
    else
      position = 'overlay'
    end
  end
  local tabstop = vim.bo[buf].tabstop
  local lines = {} ---@type [string, string][][]
  for line in vim.gsplit(text, '\n', { plain = true }) do
    local left = vim.api.nvim_buf_get_lines(buf, row, row + 1, false)[1] or ''
    local column = #lines == 0 and vim.fn.strdisplaywidth(left:sub(1, col)) or 0
    table.insert(lines, { { expand(line, column, tabstop), 'HousestyleGhost' } })
  end
  if hint then
    table.insert(lines[#lines], { ' ' .. hint, 'HousestyleHint' })
  end
  vim.api.nvim_buf_set_extmark(buf, namespace, row, col, {
    virt_text = lines[1],
    virt_text_pos = position,
    virt_lines = #lines > 1 and vim.list_slice(lines, 2) or nil,
    hl_mode = 'combine',
  })
end

return M
