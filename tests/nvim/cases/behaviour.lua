-- Where and how people edit: auto-inserted pairs, undo, macros, repeat, snippets, diffs, and all that is no plain file.
local BETA = { { text = 'alpha beta' } }

---A pair plugin in its essence: the closer is inserted with the opener, the cursor between them.
local PAIRS = [[
  for open, close in pairs({ ['('] = ')', ['['] = ']', ['{'] = '}', ['"'] = '"', ["'"] = "'" }) do
    vim.keymap.set('i', open, open .. close .. '<C-g>U<Left>')
  end]]

---Returns true if nothing is asked or shown for a while.
local function is_quiet(c, ms)
  local before = #c:sent('textDocument/inlineCompletion')
  c:pass(ms or 700) -- longer than either display waits before it asks
  return not c:shows('alpha') and #c:sent('textDocument/inlineCompletion') == before
end

---Types in a fresh line and waits for the suggestion: it works here.
local function works(t, c)
  c:type('Golet x = ')
  t:check('shown', c:wait_shown('let x = alpha beta'), c)
end

local cases = {}
for name, pair in pairs({
  parentheses = { 'let x = add(', 'left, right)', 'let x = add(left, right)' },
  quotes = { 'let x = "', 'some text"', 'let x = "some text"' },
  brackets = { 'let x = vec![', '1, 2, 3]', 'let x = vec![1, 2, 3]' },
}) do
  table.insert(cases, {
    'auto-inserted ' .. name .. ' are neither covered nor doubled',
    function(t)
      local c = t:start({ script = { { text = pair[2] } } })
      c:lua(PAIRS)
      c:type('Go' .. pair[1])
      t:check('shown as it will be', c:wait(function()
        return vim.list_contains(c:screen(), pair[3])
      end), c)
      c:type('<Tab>')
      t:check('accepted', c:wait(function()
        return c:lines()[3] == pair[3]
      end), c)
      c:escape()
      c:type('u')
      t:check('one undo, and the pair is as it was', c:wait(function()
        local line = c:lines()[3]
        return line:sub(1, #pair[1]) == pair[1] and #line == #pair[1] + 1
      end), c)
    end,
  })
end

vim.list_extend(cases, {
  {
    'a block into auto-inserted braces keeps them',
    function(t)
      local c = t:start({ script = { { text = '\n    a + b\n' } } })
      c:lua(PAIRS)
      c:type('Gofn add() {')
      c:wait_sent('textDocument/inlineCompletion')
      t:check('answered', c:wait_answered('textDocument/inlineCompletion'), c)
      c:type('<Tab>')
      c:pass(50)
      local text = table.concat(c:lines(), '\n')
      t:check('one closing brace: ' .. text, select(2, text:gsub('}', '')) == 2) -- and that of main
    end,
  },
  {
    'nothing is offered while a macro is recorded or replayed, so that it does the same again',
    function(t)
      local c = t:start({ script = BETA })
      works(t, c)
      c:escape()
      c:type('qaolet y = ')
      t:check('quiet while recording', is_quiet(c), c)
      c:type('1<Tab>2<Esc>q')
      t:check('recorded', c:wait(function()
        return c:lua('return vim.fn.reg_recording()') == ''
      end), c)
      c:type('@a')
      t:check('replayed as typed', c:wait(function()
        local lines = c:lines()
        return lines[#lines]:find('^let y = 1%s+2$') and lines[#lines - 1] == lines[#lines]
      end), c)
    end,
  },
  {
    '. repeats what was typed, and breaks nothing',
    function(t)
      local c = t:start({ script = BETA })
      works(t, c)
      c:type('<Tab>')
      t:check('accepted', c:wait_text('fn main() {}\n\nlet x = alpha beta|'), c)
      c:escape()
      c:type('.')
      t:check('repeated', c:wait(function()
        local lines = c:lines()
        return #lines == 4 and lines[4]:find('^let x = ') and lines[3] == 'let x = alpha beta'
      end), c)
    end,
  },
  {
    'in a snippet: accepted in its place, and the jumps go on',
    function(t)
      local c = t:start({ script = BETA })
      c:type('Go')
      c:lua("vim.schedule(function() vim.snippet.expand('let ${1:name} = $2; // $3') end)")
      c:wait_shown('let name')
      c:type('x')
      t:check('typed', c:wait_shown('let x'), c)
      c:lua('vim.schedule(function() vim.snippet.jump(1) end)')
      t:check('shown at the second place', c:wait_shown('let x = alpha beta; //'), c)
      c:type('<Tab>')
      t:check('accepted', c:wait(function()
        return c:lines()[3] == 'let x = alpha beta; // '
      end), c)
      t:check('the snippet lives', c:lua('return vim.snippet.active({ direction = 1 })'), c)
      c:lua('vim.schedule(function() vim.snippet.jump(1) end)')
      t:check('jumped', c:wait(function()
        return c:text():find('alpha beta; // |', 1, true)
      end), c)
      c:type('z')
      t:check('the next place', c:wait(function()
        return c:lines()[3] == 'let x = alpha beta; // z'
      end), c)
    end,
  },
  {
    'with several cursors nothing is offered',
    function(t)
      local c = t:start({ script = BETA })
      c:lua('vim.b.visual_multi = 1') -- as vim-visual-multi has it
      c:type('Golet x = ')
      t:check('quiet', is_quiet(c), c)
      t:check('and says why', c:lua("return require('housestyle').status()") == 'housestyle: off here: there are several cursors')
    end,
  },
  {
    'a read-only file, and one that cannot be changed',
    function(t)
      local c = t:start({ script = BETA })
      c:rpc('nvim_command', 'setlocal readonly')
      c:type('Golet x = ')
      t:check('quiet', is_quiet(c), c)
      t:check('says why', c:shows('off here: this file is read-only'), c)
      c:escape()
      c:rpc('nvim_command', 'setlocal noreadonly nomodifiable')
      t:check('says why', c:lua("return require('housestyle').off_here()") == 'this buffer cannot be changed')
      c:rpc('nvim_command', 'setlocal modifiable')
      works(t, c)
    end,
  },
  {
    'buffers that are no files get no server: scratch, prompt, terminal, help, the command-line window',
    function(t)
      local c = t:start({ script = BETA })
      for _, command in ipairs({ 'enew | setlocal buftype=nofile filetype=rust', 'enew | setlocal buftype=prompt filetype=rust', 'terminal', 'help' }) do
        c:rpc('nvim_command', command)
        c:pass(300)
        t:check(command, c:lua("return #vim.lsp.get_clients({ name = 'housestyle', bufnr = 0 })") == 0, c)
        t:check(command .. ' has a reason', c:lua("return require('housestyle').off_here()"):find('no file', 1, true), c)
      end
      c:rpc('nvim_command', 'stopinsert | buffer ' .. c.file)
      c:type('q:ilet x = ')
      t:check('quiet in the command-line window', is_quiet(c), c)
      c:type('<Esc><Cmd>quit<CR>')
    end,
  },
  {
    'a window that shows a diff is left alone, until asked by hand',
    function(t)
      local c = t:start({ script = BETA })
      c:lua("vim.keymap.set('i', '<C-t>', '<Plug>(HousestyleTrigger)')")
      c:rpc('nvim_command', 'diffthis')
      c:type('Golet x = ')
      t:check('quiet', is_quiet(c), c)
      c:type('<C-t>')
      t:check('by hand', c:wait_shown('let x = alpha beta'), c)
      c:escape()
      c:rpc('nvim_command', 'diffoff')
      c:type('o// and ')
      t:check('again', c:wait_shown('// and alpha beta'), c)
    end,
  },
  {
    'a very large file is left alone; the limit is an option',
    function(t)
      local c = t:start({ script = BETA, options = { max_file_bytes = 200000 } })
      local line = ('let total = 1; // %s\n'):format(('x'):rep(80))
      local out = assert(io.open(c.dir .. '/large.rs', 'wb'))
      out:write(line:rep(3000))
      out:close()
      c:rpc('nvim_command', 'edit ' .. c.dir .. '/large.rs')
      c:pass(300)
      t:check('no server', c:lua("return #vim.lsp.get_clients({ bufnr = 0 })") == 0)
      t:check('says why', c:lua("return require('housestyle').off_here()"):find('more than 200000 bytes', 1, true))
      c:type('Golet x = ')
      t:check('typing is typing', is_quiet(c), c)
    end,
  },
  {
    'files of a glob are left alone, and the status line says so',
    function(t)
      local c = t:start({ script = BETA, options = { settings = { disabled = { '*.gen.rs' } } }, name = 'main.gen.rs' })
      c:type('Golet x = ')
      t:check('the status line says why', c:wait_shown('off here: this file is left alone: it matches '), c)
      t:check('quiet', not c:shows('alpha'), c)
      c:escape()
      c:rpc('nvim_command', 'edit ' .. c.dir .. '/other.rs')
      t:check('attached', c:wait_attached(), c)
      t:check('another file is on', c:wait(function()
        return c:lua("return require('housestyle').off_here()") == vim.NIL or c:lua("return require('housestyle').off_here()") == nil
      end), c)
      works(t, c)
    end,
  },
  {
    'a language that is set to manual is quiet until asked',
    function(t)
      local c = t:start({ script = BETA, options = { settings = { languages = { rust = { mode = 'manual' } } } } })
      c:lua("vim.keymap.set('i', '<C-t>', '<Plug>(HousestyleTrigger)')")
      c:type('Golet x = ')
      c:pass(700)
      t:check('quiet', not c:shows('alpha'), c)
      c:type('<C-t>')
      t:check('by hand', c:wait_shown('let x = alpha beta'), c)
    end,
  },
})
return cases
