-- Hints and quick fixes of the team's skills, in a real repository with a merged skill.
local SKILL = '---\nname: ask-is-empty\ndescription: Ask is_empty instead of comparing len with 0.\n---\n\nAsk `is_empty`.\n'
local RULE = '{"format":1,"scope":{"languages":["rust"]},"rule":{"rewrite":{"avoid":["$A.len() == 0"],"prefer":"$A.is_empty()"}}}'
local TEXT = 'fn f(a: &[u8], b: &[u8]) -> bool {\n    let x = a.len() == 0;\n    x || b.len() == 0\n}\n'

---Starts in that repository and waits for so many hints.
local function start(t, hints)
  local c = t:start({
    script = { { text = '' } },
    text = TEXT,
    repository = { ['skills/ask-is-empty/SKILL.md'] = SKILL, ['skills/ask-is-empty/rule.json'] = RULE, ['main.rs'] = TEXT },
  })
  t:check('hints', c:wait(function()
    return #c:lua('return vim.diagnostic.get(0)') == hints
  end, 20000), c)
  return c
end

local function only_once(t)
  t:only(t.is_default) -- ghost text plays no part
end

return {
  {
    'a hint is a diagnostic, with the skill as its code',
    function(t)
      only_once(t)
      local c = start(t, 2)
      local hint = c:lua('return vim.diagnostic.get(0)')[1]
      t:check(vim.inspect(hint), hint.severity == 4 and hint.source == 'housestyle' and hint.code == 'ask-is-empty' and hint.lnum == 1)
    end,
  },
  {
    '<Plug>(HousestyleFix) applies the quick fix in the line, and one undo takes it back',
    function(t)
      only_once(t)
      local c = start(t, 2)
      c:lua("vim.keymap.set('n', 'gh', '<Plug>(HousestyleFix)')")
      c:type('jgh')
      t:check('fixed', c:wait(function()
        return c:lines()[2] == '    let x = a.is_empty();'
      end), c)
      t:check('the other place stays', c:lines()[3] == '    x || b.len() == 0', c)
      t:check('its hint goes', c:wait(function()
        return #c:lua('return vim.diagnostic.get(0)') == 1
      end), c)
      c:type('u')
      t:check('undone', c:wait(function()
        return c:lines()[2] == '    let x = a.len() == 0;'
      end), c)
    end,
  },
  {
    'vim.lsp.buf.code_action offers the fix, the whole file, and "Not here"',
    function(t)
      only_once(t)
      local c = start(t, 2)
      c:choose('whole file')
      c:type('jfa')
      c:lua('vim.lsp.buf.code_action()')
      t:check('both are fixed', c:wait(function()
        return c:lines()[2] == '    let x = a.is_empty();' and c:lines()[3] == '    x || b.is_empty()'
      end), c)
      local offered = table.concat(c:lua('return _G.offered[1]'), '\n')
      for _, title in ipairs({ 'Apply house style: ask-is-empty', 'Not here: ask-is-empty' }) do
        t:check(offered, offered:find(title, 1, true))
      end
    end,
  },
  {
    '<Plug>(HousestyleNotHere) takes the hint away, for good',
    function(t)
      only_once(t)
      local c = start(t, 2)
      c:lua("vim.keymap.set('n', 'gn', '<Plug>(HousestyleNotHere)')")
      c:type('jgn')
      t:check('one hint less', c:wait(function()
        return #c:lua('return vim.diagnostic.get(0)') == 1
      end), c)
      t:check('the text stays', c:lines()[2] == '    let x = a.len() == 0;', c)
      t:check('again', c:restart(), c)
      t:check('the new server knows it', c:wait(function()
        local hints = c:lua('return vim.diagnostic.get(0)')
        return #hints == 1 and hints[1].lnum == 2
      end, 20000), c)
    end,
  },
}
