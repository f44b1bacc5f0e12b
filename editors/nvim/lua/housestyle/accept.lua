-- Puts a suggestion, or a part of it, into the buffer and tells the server.
local display = require('housestyle.display')
local pieces = require('housestyle.pieces')
local position = require('housestyle.position')

local M = {}

---@type { suggestion: housestyle.Suggestion, cut: fun(text: string): string }?
local pending

-- <C-g>u on both sides: one undo takes back the accepted text and nothing else.
local keys = vim.keycode("<C-g>u<Cmd>lua require('housestyle.accept').apply()<CR><C-g>u")

---@param cut fun(text: string): string
---@return boolean acted
local function accept(cut)
  return display.get().take(vim.api.nvim_get_current_buf(), function(suggestion)
    pending = { suggestion = suggestion, cut = cut }
    -- Keys, not calls: they may be fed from an <expr> map, where the text is locked.
    vim.api.nvim_feedkeys(keys, 'ni', false)
  end)
end

---Replaces `stop - col` bytes at the cursor and moves it to the end of the new text.
local function insert(buf, row, col, stop, text)
  local lines = vim.split(text, '\n', { plain = true })
  vim.api.nvim_buf_set_text(buf, row, col, row, stop, lines)
  row = row + #lines - 1
  col = (#lines == 1 and col or 0) + #lines[#lines]
  vim.api.nvim_win_set_cursor(0, { row + 1, col })
  return row, col
end

---Does what was asked last; called by the keys that `accept` feeds.
function M.apply()
  local job = pending
  pending = nil
  local buf = vim.api.nvim_get_current_buf()
  if not job or job.suggestion.buf ~= buf then
    return
  end
  local s = job.suggestion
  local row, col = position.cursor(buf)
  local rest = s:rest(row, col)
  if not rest then
    return -- the text has moved on; the suggestion no longer fits
  end
  local piece = job.cut(rest)
  local whole = #piece == #rest
  local replaces = whole or piece:find('\n', 1, true) or (s.tail ~= '' and piece:find(s.tail, 1, true))
  row, col = insert(buf, row, col, col + (replaces and #s.tail or 0), piece)
  rest = rest:sub(#piece + 1)

  local client = vim.lsp.get_client_by_id(s.client_id)
  if whole then
    display.get().hide(buf)
    if client and s.item.command then
      client:exec_cmd(s.item.command, { bufnr = buf })
    end
    return
  end
  display.get().show(s:advanced(rest, row, col, replaces and '' or s.tail))
  if client then
    client:notify('textDocument/didPartiallyAcceptCompletion', {
      item = s.item,
      acceptedLength = s:accepted_length(rest),
    })
  end
end

---Accepts the whole suggestion.
---@return boolean acted
function M.whole()
  return accept(pieces.whole)
end

---Accepts the next word.
---@return boolean acted
function M.word()
  return accept(pieces.word)
end

---Accepts the next line.
---@return boolean acted
function M.line()
  return accept(pieces.line)
end

return M
