-- The quick fixes of skills' hints: `<Plug>(HousestyleFix)` and `<Plug>(HousestyleNotHere)`.
local M = {}

---Runs the one code action in the cursor's line whose title fits; several are offered for choice.
local function act(pattern)
  local row = vim.api.nvim_win_get_cursor(0)[1]
  vim.lsp.buf.code_action({
    apply = true,
    range = { start = { row, 0 }, ['end'] = { row, #vim.api.nvim_get_current_line() } },
    context = { only = { 'quickfix' }, diagnostics = {} },
    filter = function(action)
      return action.title:match(pattern) ~= nil
    end,
  })
end

---Writes the text as the skill has it.
function M.apply()
  act('^Apply house style: ')
end

---Does so in the whole file.
function M.apply_all()
  act('^Apply house style in the whole file: ')
end

---Says that the skill does not hold for this line.
function M.not_here()
  act('^Not here: ')
end

return M
