-- Cuts the next word or line off a suggestion's text.
local M = {}

---Returns the leading white space and the word or run of punctuation after it, words as in Vim's `w`.
---@param text string
---@return string
function M.word(text)
  local cut = #text:match('^%s*')
  local class ---@type integer?
  for _, char in ipairs(vim.fn.split(text:sub(cut + 1), '\\zs')) do
    local its = vim.fn.charclass(char)
    if class and its ~= class then
      break
    end
    class = its
    cut = cut + #char
  end
  return text:sub(1, cut)
end

---Returns the text up to the line's end; where that is all there is of the line, the next one too.
---@param text string
---@return string
function M.line(text)
  return text:match('^\n*[^\n]*')
end

---Returns all of it.
---@param text string
---@return string
function M.whole(text)
  return text
end

return M
