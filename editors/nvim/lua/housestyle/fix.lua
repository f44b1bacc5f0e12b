-- The quick fixes of skills' hints: `<Plug>(HousestyleFix)` and `<Plug>(HousestyleNotHere)`.
local M = {}

---Runs the one code action at the cursor whose title fits; several are offered for choice.
local function act(pattern)
  vim.lsp.buf.code_action({
    apply = true,
    context = { only = { 'quickfix' }, diagnostics = {} },
    filter = function(action)
      return action.title:match(pattern) ~= nil
    end,
  })
end

---Writes the text at the cursor as the skill has it.
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
