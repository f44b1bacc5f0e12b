-- Pages to read: Markdown in a buffer that is no file, closed with `q`.
local M = {}

---Returns the window that shows one of our pages, if there is one.
local function window()
  return vim.iter(vim.api.nvim_tabpage_list_wins(0)):find(function(win)
    return vim.startswith(vim.api.nvim_buf_get_name(vim.api.nvim_win_get_buf(win)), 'housestyle://')
  end)
end

---Opens a page, or writes it anew.
---@param name string such as 'skill/prefer-context'
---@param text string Markdown
---@param on_enter? fun() what <CR> does there
---@return integer buf
function M.open(name, text, on_enter)
  local uri = 'housestyle://' .. name
  local buf = vim.fn.bufnr('^' .. vim.fn.escape(uri, '\\[]*?{}^$.~') .. '$')
  if buf == -1 then
    buf = vim.api.nvim_create_buf(false, true)
    vim.api.nvim_buf_set_name(buf, uri)
    vim.bo[buf].bufhidden = 'wipe'
  end
  vim.bo[buf].modifiable = true
  vim.api.nvim_buf_set_lines(buf, 0, -1, false, vim.split(vim.trim(text), '\n', { plain = true }))
  vim.bo[buf].modifiable = false
  vim.keymap.set('n', 'q', '<C-w>c', { buffer = buf, desc = 'housestyle: close' })
  if on_enter then
    vim.keymap.set('n', '<CR>', on_enter, { buffer = buf, desc = 'housestyle: what can be done' })
  end
  local win = window()
  if win then
    vim.api.nvim_win_set_buf(win, buf)
    vim.api.nvim_set_current_win(win)
  else
    vim.cmd('botright split')
    vim.api.nvim_win_set_buf(0, buf)
    vim.api.nvim_win_set_height(0, math.max(3, math.min(vim.api.nvim_buf_line_count(buf), math.floor(vim.o.lines * 2 / 3))))
  end
  vim.wo[0][0].wrap = true
  vim.wo[0][0].linebreak = true
  vim.bo[buf].filetype = 'markdown'
  return buf
end

---Returns what a command printed, as a Markdown block.
---@param text string
---@return string
function M.block(text)
  return '```text\n' .. vim.trim(text) .. '\n```'
end

return M
