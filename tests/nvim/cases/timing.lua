-- Late, overtaken and unwanted answers.
return {
  {
    'a late answer is never shown for another text',
    function(t)
      local c = t:start({ script = { { text = 'a: i32) { STALE }', delay_ms = 1500 }, { text = ', y: u8)', delay_ms = 0 } } })
      c:type('Gofn add(')
      t:check('asked', c:wait_sent('textDocument/inlineCompletion'), c)
      c:type('x: u8')
      t:check('the answer for this text comes', c:wait_shown('fn add(x: u8, y: u8)'), c)
      t:check('the late answer stays away', not c:shows('STALE'), c)
      c:type('<Tab>')
      c:pass(100)
      t:check('Tab writes nothing of it', not c:text():find('STALE', 1, true), c)
    end,
  },
  {
    'nor by a server that answers late without a thought',
    function(t)
      local c = t:start({ rude = true })
      c:type('Golet x = ')
      t:check('asked', c:wait_sent('textDocument/inlineCompletion'), c)
      c:type('1')
      c:pass(650) -- the first answer came after 600
      t:check('it stays away', not c:shows('TALE8'), c) -- Neovim leaves out as many letters as were typed
      t:check('the answer for this text comes', c:wait_shown('let x = 1STALE9'), c)
    end,
  },
  {
    'a suggestion that no longer fits is hidden before the next answer',
    function(t)
      local c = t:start({ script = { { text = 'alpha beta' }, { text = 'unrelated', delay_ms = 60000 } } })
      c:type('Golet x = ')
      t:check('shown', c:wait_shown('let x = alpha beta'), c)
      c:type('9')
      t:check('hidden', c:wait_hidden('beta'), c)
      c:type('<Tab>')
      c:pass(100)
      t:check('Tab writes nothing of it', not c:text():find('beta', 1, true), c)
    end,
  },
  {
    'Esc hides it, and nothing comes later',
    function(t)
      local c = t:start({ script = { { text = 'alpha beta' } } })
      c:type('Golet x = ')
      t:check('shown', c:wait_shown('let x = alpha beta'), c)
      c:escape()
      t:check('hidden', c:wait_hidden('alpha'), c)
      c:pass(700)
      c:ping()
      t:check('still hidden', not c:shows('alpha'), c)
    end,
  },
  {
    'Esc before a slow answer: it is not shown',
    function(t)
      local c = t:start({ script = { { text = 'alpha beta', delay_ms = 600 } } })
      c:type('Golet x = ')
      t:check('asked', c:wait_sent('textDocument/inlineCompletion'), c)
      c:escape()
      t:check('the request has ended', c:wait(function()
        return #c:why() > 0
      end), c)
      c:ping()
      t:check('not shown', not c:shows('alpha'), c)
    end,
  },
  {
    'dismiss hides it until the text changes',
    function(t)
      local c = t:start({ script = { { text = 'alpha beta' }, { text = 'gamma' } } })
      c:type('Golet x = ')
      t:check('shown', c:wait_shown('let x = alpha beta'), c)
      c:type('<C-]>')
      t:check('hidden', c:wait_hidden('alpha'), c)
      c:pass(700)
      c:ping()
      t:check('stays hidden, still inserting', not c:shows('alpha') and c:rpc('nvim_get_mode').mode == 'i', c)
      t:check('nothing typed', c:text() == 'fn main() {}\n\nlet x = |', c)
      c:type('y + ')
      t:check('another comes', c:wait_shown('let x = y + gamma'), c)
    end,
  },
  {
    'next asks for another and shows it',
    function(t)
      local c = t:start({ script = { { text = 'alpha beta' }, { text = 'gamma delta' } } })
      c:type('Golet x = ')
      t:check('shown', c:wait_shown('let x = alpha beta'), c)
      c:type('<M-n>')
      local asked = c:wait(function()
        local all = c:sent('textDocument/inlineCompletion')
        return all[#all].context.triggerKind == 1
      end)
      t:check('asked by hand', asked, c)
      t:check('answered', c:wait_answered('textDocument/inlineCompletion'), c)
      t:check('something is shown', c:shows('let x = alpha beta') or c:shows('let x = gamma delta'), c)
    end,
  },
  {
    'toggle switches off and on',
    function(t)
      local c = t:start({ script = { { text = 'alpha beta' } } })
      c:rpc('nvim_command', 'Housestyle toggle')
      c:type('Golet x = ')
      c:pass(700)
      t:check('nothing is shown or asked', not c:shows('alpha') and #c:sent('textDocument/inlineCompletion') == 0, c)
      c:escape()
      c:rpc('nvim_command', 'Housestyle toggle')
      c:type('A')
      t:check('shown again', c:wait_shown('let x = alpha beta'), c)
    end,
  },
  {
    'the popup menu has the screen for itself (own ghost text)',
    function(t)
      t:only(t.display == 'own')
      local c = t:start({ script = { { text = 'alpha beta' } }, text = 'alphabet alphorn\n\n' })
      c:type('Goalph')
      t:check('shown', c:wait_shown('alphalpha beta'), c)
      c:type('<C-n>')
      t:check('menu', c:wait(function()
        return c:lua('return vim.fn.pumvisible()') == 1
      end), c)
      c:pass(300)
      t:check('no ghost text', not c:shows('alpha beta'), c)
    end,
  },
}
