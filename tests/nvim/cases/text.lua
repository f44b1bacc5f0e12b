-- All kinds of text around the cursor.
return {
  {
    'multi-byte text left of the cursor and in the suggestion',
    function(t)
      local c = t:start({ script = { { text = '"größe 🎉 漢字");' } }, text = '/* 𝒳 größe */\n' })
      c:type('Goprintln!("é🎉漢", ')
      t:check('shown', c:wait_shown('"größe 🎉 漢字");'), c)
      c:type('<C-f><C-f>')
      t:check('two words', c:wait_text('/* 𝒳 größe */\nprintln!("é🎉漢", "größe|'), c)
      local accepted = c:wait_sent('textDocument/didPartiallyAcceptCompletion', 2)
      t:check('length in UTF-16', accepted and accepted.acceptedLength == 6, c)
      c:type('<Tab>')
      t:check('all', c:wait_text('/* 𝒳 größe */\nprintln!("é🎉漢", "größe 🎉 漢字");|'), c)
    end,
  },
  {
    'tabs are drawn as wide as they will be',
    function(t)
      local c = t:start({ script = { { text = 'a: i32) {\n\t\ta\n\t}' } }, text = 'mod x {\n' })
      c:rpc('nvim_command', 'setlocal noexpandtab indentexpr=')
      c:type('Go\tfn y(')
      t:check('shown', c:wait_shown('fn y(a: i32) {'), c)
      if t.display == 'own' then
        t:check('tabs expanded', c:wait_shown((' '):rep(16) .. 'a\n' .. (' '):rep(8) .. '}'), c)
      end
      c:type('<Tab>')
      t:check('tabs in the buffer', c:wait_text('mod x {\n\tfn y(a: i32) {\n\t\ta\n\t}|'), c)
    end,
  },
  {
    'CRLF file: no carriage return is doubled or drawn',
    function(t)
      local c = t:start({ script = { { text = 'a: i32) {\n    a\n}' } }, text = 'fn main() {}\r\n\r\n' })
      c:type('Gofn add(')
      t:check('shown', c:wait_shown('fn add(a: i32) {\n    a\n}'), c)
      t:check('no ^M', not c:shows('^M'), c)
      c:type('<Tab>')
      t:check('accepted', c:wait_text('fn main() {}\n\nfn add(a: i32) {\n    a\n}|'), c)
      c:escape()
      c:rpc('nvim_command', 'write')
      local file = assert(io.open(c.file, 'rb'))
      local bytes = file:read('*a')
      file:close()
      t:check('bytes: ' .. vim.inspect(bytes), bytes == 'fn main() {}\r\n\r\nfn add(a: i32) {\r\n    a\r\n}\r\n')
    end,
  },
  {
    'at the end of a file without a last line break',
    function(t)
      local c = t:start({ script = { { text = 'world is round.' } }, name = 'a.txt', text = 'A first line of text.\n\nHello there, my ' })
      c:type('GA')
      t:check('shown', c:wait_shown('Hello there, my world is round.'), c)
      c:type('<Tab>')
      t:check('accepted', c:wait_text('A first line of text.\n\nHello there, my world is round.|'), c)
    end,
  },
  {
    'in the middle of a line',
    function(t)
      local c = t:start({ script = { { text = 'left, right' } }, text = 'let x = add();\n' })
      c:type('0f)i')
      t:check('shown in place', c:wait_shown('let x = add(left, right);'), c)
      c:type('<Tab>')
      t:check('accepted', c:wait_text('let x = add(left, right|);'), c)
    end,
  },
}
