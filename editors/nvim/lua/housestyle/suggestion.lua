-- One suggestion, tied to the text it was made for.
--
-- The screen may lag behind the text, and an answer behind both. So a suggestion remembers what stood
-- left of it and what it replaces, and says itself whether it still fits: `rest` is the only way in.

---@class housestyle.Suggestion
---@field buf integer
---@field client_id integer
---@field item lsp.InlineCompletionItem As the server sent it.
---@field full string The item's text, lines ended by '\n'.
---@field text string What of it comes after `before`.
---@field row integer 0-based line it starts on.
---@field before string The line's text left of it, in bytes.
---@field tail string What right of the cursor it replaces (closers), '' mostly.
local Suggestion = {}
Suggestion.__index = Suggestion

local M = {}

---Returns the byte column of an LSP character on a line, never past its end.
local function byte_column(line, character, encoding)
  return vim.str_byteindex(line, encoding, character, false)
end

---Returns the suggestion for an item that has just arrived, or nil if it does not fit the cursor.
---@param client vim.lsp.Client
---@param buf integer
---@param item lsp.InlineCompletionItem
---@param row integer 0-based cursor line
---@param col integer cursor column in bytes
---@return housestyle.Suggestion?
function M.new(client, buf, item, row, col)
  if type(item) ~= 'table' or type(item.insertText) ~= 'string' or item.insertText == '' then
    return nil -- snippets are not ours: the server sends plain text
  end
  local line = vim.api.nvim_buf_get_lines(buf, row, row + 1, false)[1] or ''
  local first, last = col, col
  if item.range then
    local start, stop = item.range.start, item.range['end']
    if start.line ~= row or stop.line ~= row then
      return nil
    end
    first = byte_column(line, start.character, client.offset_encoding)
    last = byte_column(line, stop.character, client.offset_encoding)
  end
  if first > col or last < col then
    return nil
  end
  local text = item.insertText:gsub('\r\n?', '\n')
  return setmetatable({
    buf = buf,
    client_id = client.id,
    item = item,
    full = text,
    text = text,
    row = row,
    before = line:sub(1, first),
    tail = line:sub(col + 1, last),
  }, Suggestion)
end

---Returns what is left to insert at a cursor, or nil if the suggestion does not fit there (any more).
---@param row integer 0-based
---@param col integer in bytes
---@return string?
function Suggestion:rest(row, col)
  if row ~= self.row or col < #self.before then
    return nil
  end
  local line = vim.api.nvim_buf_get_lines(self.buf, row, row + 1, false)[1] or ''
  local typed = line:sub(#self.before + 1, col)
  if line:sub(1, #self.before) ~= self.before or #typed >= #self.text then
    return nil
  end
  if self.text:sub(1, #typed) ~= typed or line:sub(col + 1, col + #self.tail) ~= self.tail then
    return nil
  end
  return self.text:sub(#typed + 1)
end

---Returns the suggestion as it stands after part of it went into the buffer.
---@param rest string what is left of it
---@param row integer 0-based cursor line now
---@param col integer cursor column now, in bytes
---@param tail string what it still replaces
---@return housestyle.Suggestion
function Suggestion:advanced(rest, row, col, tail)
  local line = vim.api.nvim_buf_get_lines(self.buf, row, row + 1, false)[1] or ''
  return setmetatable({
    buf = self.buf,
    client_id = self.client_id,
    item = self.item,
    full = self.full,
    text = rest,
    row = row,
    before = line:sub(1, col),
    tail = tail,
  }, Suggestion)
end

---Returns how much of the item's text is in the buffer when `rest` is still missing: in UTF-16 units
---of the text as the server sent it, from its start.
---@param rest string
---@return integer
function Suggestion:accepted_length(rest)
  local done = self.full:sub(1, #self.full - #rest)
  local length = vim.str_utfindex(done, 'utf-16')
  if self.item.insertText:find('\r\n', 1, true) then
    length = length + select(2, done:gsub('\n', ''))
  end
  return length
end

---Returns an item that shows `rest` at the cursor: what a server would send now.
---@param client vim.lsp.Client
---@return lsp.InlineCompletionItem
function Suggestion:as_item(client)
  local line = self.before .. self.tail
  local function at(col)
    return { line = self.row, character = vim.str_utfindex(line, client.offset_encoding, col, false) }
  end
  return {
    insertText = self.text,
    range = { start = at(#self.before), ['end'] = at(#line) },
    command = self.item.command,
  }
end

---Adds the suggestions to a list that would show something else than those in it.
---@param list housestyle.Suggestion[]
---@param more housestyle.Suggestion[]
function M.add(list, more)
  for _, s in ipairs(more) do
    local row, col = s.row, #s.before
    local known = vim.iter(list):any(function(other)
      return other.text == s.text or other:rest(row, col) == s.text
    end)
    if not known then
      table.insert(list, s)
    end
  end
end

---Returns the suggestions in an answer; an empty list for one with nothing in it.
---@param client vim.lsp.Client
---@param buf integer
---@param result lsp.InlineCompletionList|lsp.InlineCompletionItem[]
---@param row integer 0-based cursor line
---@param col integer in bytes
---@return housestyle.Suggestion[]
function M.list(client, buf, result, row, col)
  local found = {}
  for _, item in ipairs(result.items or result) do
    table.insert(found, M.new(client, buf, item, row, col))
  end
  return found
end

return M
