-- Ghost text is seen, accepted whole, by word, by line; the buffer is right and the server is told.
local ADD = { { text = 'a: i32, b: i32) -> i32 {\n    a + b\n}' } }

---Types `fn add(` on a new last line and waits for the ghost text.
local function ghost(t, o)
  local c = t:start(vim.tbl_extend('force', { script = ADD }, o or {}))
  c:type('Gofn add(')
  t:check('ghost text is on the screen', c:wait_shown('fn add(a: i32, b: i32) -> i32 {\n    a + b\n}'), c)
  return c
end

return {
  {
    'ghost text is seen and not in the buffer',
    function(t)
      local c = ghost(t)
      t:check('buffer is as typed', c:text() == 'fn main() {}\n\nfn add(|', c)
    end,
  },
  {
    'Tab accepts all of it, and the server is told',
    function(t)
      local c = ghost(t)
      c:type('<Tab>')
      t:check('text and cursor', c:wait_text('fn main() {}\n\nfn add(a: i32, b: i32) -> i32 {\n    a + b\n}|'), c)
      t:check('still inserting', c:rpc('nvim_get_mode').mode == 'i', c)
      local command = c:wait_sent('workspace/executeCommand')
      local outcome = c:wait(function()
        local request = c:why()[1]
        for _, outcome in ipairs(request and request.fates or {}) do
          if outcome.fate == 'accepted' then
            return true
          end
        end
      end)
      t:check('`housestyle why` knows: ' .. vim.inspect(c:why()), outcome)
      t:check('command of the item', command and command.command == 'housestyle.accepted' and #command.arguments > 0, c)
      t:check('nothing is drawn twice', not c:shows('a + b\n}\n}'), c)
    end,
  },
  {
    'one undo takes back the accepted text alone',
    function(t)
      local c = ghost(t)
      c:type('<Tab>')
      t:check('accepted', c:wait_text('fn main() {}\n\nfn add(a: i32, b: i32) -> i32 {\n    a + b\n}|'), c)
      c:type(' // x')
      c:escape()
      c:type('u')
      t:check('typed after', c:wait_text('fn main() {}\n\nfn add(a: i32, b: i32) -> i32 {\n    a + b\n|}'), c)
      c:type('u')
      t:check('accepted text', c:wait_text('fn main() {}\n\nfn add|('), c)
      c:type('u')
      t:check('typed before', c:wait_text('fn main() {}\n|'), c)
    end,
  },
  {
    'word by word, quickly, the rest stays on the screen',
    function(t)
      local c = ghost(t)
      c:type('<C-f>')
      t:check('first word', c:wait_text('fn main() {}\n\nfn add(a|'), c)
      t:check('rest is shown at once', c:shows('fn add(a: i32, b: i32) -> i32 {\n    a + b'), c)
      c:type('<C-f><C-f>')
      t:check('three words', c:wait_text('fn main() {}\n\nfn add(a: i32|'), c)
      local accepted = c:wait_sent('textDocument/didPartiallyAcceptCompletion', 3)
      t:check('cumulative length', accepted and accepted.acceptedLength == #'a: i32' and accepted.item.insertText == ADD[1].text, c)
    end,
  },
  {
    'a word at a time to the end counts as accepted',
    function(t)
      local c = t:start({ script = { { text = 'alpha beta' } } })
      c:type('Golet x = ')
      t:check('shown', c:wait_shown('let x = alpha beta'), c)
      c:type('<C-f>')
      t:check('first', c:wait_text('fn main() {}\n\nlet x = alpha|'), c)
      t:check('rest', c:wait_shown('let x = alpha beta'), c)
      c:type('<C-f>')
      t:check('second', c:wait_text('fn main() {}\n\nlet x = alpha beta|'), c)
      t:check('sent', c:wait_sent('workspace/executeCommand'), c)
    end,
  },
  {
    'line by line',
    function(t)
      local c = ghost(t)
      c:type('<C-l>')
      t:check('first line', c:wait_text('fn main() {}\n\nfn add(a: i32, b: i32) -> i32 {|'), c)
      t:check('rest is shown', c:wait_shown('i32 {\n    a + b\n}'), c)
      c:type('<C-l>')
      t:check('second line', c:wait_text('fn main() {}\n\nfn add(a: i32, b: i32) -> i32 {\n    a + b|'), c)
      local accepted = c:wait_sent('textDocument/didPartiallyAcceptCompletion', 2)
      t:check('sent', accepted and accepted.acceptedLength > 0, c)
    end,
  },
  {
    'typed along: it shortens, and Tab inserts no letter twice',
    function(t)
      local c = ghost(t)
      c:type('a: ')
      t:check('shortened', c:wait_shown('fn add(a: i32, b: i32) -> i32 {'), c)
      c:type('<Tab>')
      t:check('right text', c:wait_text('fn main() {}\n\nfn add(a: i32, b: i32) -> i32 {\n    a + b\n}|'), c)
    end,
  },
  {
    'Tab without a suggestion falls through',
    function(t)
      local c = t:start({ script = { { text = '' } }, name = 'plain.txt', text = '' })
      c:type('i<Tab>x')
      t:check('a tab', c:wait_text('\tx|'), c)
    end,
  },
}
