-- Reviews: skills, adapters, notes and reports, by the real binary in a real repository.
local SKILL = '---\nname: ask-is-empty\ndescription: Ask is_empty instead of comparing len with 0.\n---\n\nAsk `is_empty`.\n'
local WRITTEN = '---\nname: say-why\ndescription: Say why in an expect. Use when writing Rust.\n---\n\nSay why.\n'

---Starts in a repository with one merged skill and one that was written and not committed.
local function start(t)
  t:only(t.is_default)
  local c = t:start({ script = { { text = '' } }, repository = { ['skills/ask-is-empty/SKILL.md'] = SKILL, ['main.rs'] = 'fn main() {}\n' } })
  c:write('skills/say-why/SKILL.md', WRITTEN)
  return c
end

local function wait_page(c, name, text)
  return c:wait(function()
    return vim.endswith(c:lua('return vim.api.nvim_buf_get_name(0)'), name) and table.concat(c:lines(), '\n'):find(text, 1, true)
  end, 15000)
end

return {
  {
    'skills: listed with what waits first, opened as a page, proposed to a branch',
    function(t)
      local c = start(t)
      c:choose('say-why', 'commit it to a branch')
      c:rpc('nvim_command', 'Housestyle skills')
      t:check('the page', wait_page(c, 'housestyle://skill/say-why', 'Say why in an expect'), c)
      local listed = c:lua('return _G.offered[1]')
      t:check(vim.inspect(listed), #listed == 2 and listed[1]:find('^candidate%s+say%-why') and listed[2]:find('^approved%s+ask%-is%-empty'))
      t:check('it is Markdown to read', c:lua("return vim.bo.filetype == 'markdown' and not vim.bo.modifiable and vim.bo.buftype == 'nofile'"))
      c:type('<CR>')
      t:check('message', c:wait_notified('housestyle/proposals/say-why'), c)
      t:check('the branch is there', c:git('rev-parse', '--verify', 'housestyle/proposals/say-why') ~= '')
      t:check('HEAD stays', c:git('branch', '--show-current') == 'main')
      t:check('the page says so', wait_page(c, 'housestyle://skill/say-why', '**proposed**'), c)
      c:type('q')
      t:check('q closes it', c:wait(function()
        return c:lua('return #vim.api.nvim_list_wins()') == 1
      end), c)
    end,
  },
  {
    'skills: an approved one is switched to the shadow and back, for this user',
    function(t)
      local c = start(t)
      c:choose('shadow', 'on: let it take part')
      c:rpc('nvim_command', 'Housestyle skills ask-is-empty')
      t:check('the page', wait_page(c, 'skill/ask-is-empty', 'Approved by Ann'), c)
      c:type('<CR>')
      t:check('in the shadow', wait_page(c, 'skill/ask-is-empty', '**shadow**'), c)
      t:check('the binary knows', c:housestyle('skill', 'list'):find('shadow%s+ask%-is%-empty'))
      c:type('<CR>')
      t:check('back', wait_page(c, 'skill/ask-is-empty', '**approved**'), c)
    end,
  },
  {
    'skills: where nothing says which branch approves, the user is told what to run',
    function(t)
      local c = start(t)
      c:git('branch', 'side')
      c:rpc('nvim_command', 'Housestyle skills')
      t:check('told', c:wait_notified('run `git config housestyle.branch NAME`'), c)
    end,
  },
  {
    'propose completes the names of candidates, and proposes',
    function(t)
      local c = start(t)
      local names = c:lua("return vim.fn.getcompletion('Housestyle propose ', 'cmdline')")
      t:check(vim.inspect(names), vim.deep_equal(names, { 'say-why' }))
      c:rpc('nvim_command', 'Housestyle propose say-why')
      t:check('message', c:wait_notified('say-why is proposed'), c)
      t:check('the branch is there', c:git('rev-parse', '--verify', 'housestyle/proposals/say-why') ~= '')
    end,
  },
  {
    'mine, reject: a rule of the history becomes a candidate, and goes when it is rejected',
    function(t)
      local c = start(t)
      -- a history in which the team does one thing always
      for i = 1, 14 do
        local lines = {}
        for j = 1, 6 do
          table.insert(lines, ('# Colour %d of file %d is a colour that the team likes.'):format(j, i))
        end
        c:write(('src/m%d.py'):format(i), table.concat(lines, '\n') .. '\nx = 1\n')
        c:git('add', '--all')
        c:git('-c', 'user.name=' .. (i % 2 == 0 and 'Ann' or 'Bob'), '-c', 'user.email=' .. (i % 2 == 0 and 'ann' or 'bob') .. '@example.org', 'commit', '--quiet', '--message', 'More ' .. i)
      end
      c:rpc('nvim_command', 'Housestyle mine')
      t:check('the status line shows it', c:wait_shown('mining', 5000), c)
      t:check('done', c:wait(function()
        return vim.iter(c:lua('return _G.notified')):find(function(message)
          return message:find('candidate', 1, true)
        end)
      end, 50000), c)
      local names = c:lua("return vim.fn.getcompletion('Housestyle propose ', 'cmdline')")
      local mined = vim.iter(names):find(function(name)
        return name ~= 'say-why'
      end)
      t:check('something was mined: ' .. vim.inspect(names), mined)
      c:choose('reject')
      c:rpc('nvim_command', 'Housestyle skills ' .. mined)
      t:check('its page has examples', wait_page(c, 'skill/' .. mined, mined), c)
      c:type('<CR>')
      t:check('asked first', c:wait(function()
        return c:lua('return _G.asked') == ('Reject %s?'):format(mined)
      end), c)
      t:check('gone', c:wait(function()
        return not c:housestyle('skill', 'list'):find(mined, 1, true)
      end, 15000), c)
    end,
  },
  {
    'mine can be cancelled',
    function(t)
      t:only(vim.fn.has('win32') == 0)
      local c = start(t)
      -- a binary that takes its time and tells how far it is, as the real one does
      c:write('slow', '#!/bin/sh\necho "mining:  12 %  1 of 8" >&2\nexec sleep 60\n')
      vim.fn.setfperm(c.dir .. '/slow', 'rwxr-xr-x')
      c:lua("require('housestyle.config').options.cmd = { vim.fn.getcwd() .. '/slow' }")
      c:rpc('nvim_command', 'Housestyle mine')
      t:check('percent in the status line', c:wait_shown('mining 12%'), c)
      c:rpc('nvim_command', 'Housestyle mine')
      t:check('not twice', c:wait_notified('is under way already'), c)
      c:rpc('nvim_command', 'Housestyle cancel')
      t:check('message', c:wait_notified('mining was cancelled'), c)
      t:check('gone from the status line', c:wait_hidden('mining 12%'), c)
    end,
  },
  {
    'adapters: none yet is said; what the binary refuses is told in its words',
    function(t)
      local c = start(t)
      c:choose()
      c:rpc('nvim_command', 'Housestyle adapters')
      t:check('none', c:wait_notified('no adapters in this workspace yet'), c)
      c:rpc('nvim_command', 'Housestyle adapters rollback')
      t:check('asked first', c:wait(function()
        return c:lua('return _G.asked') == 'Go back to the adapter before?'
      end), c)
      t:check('refused', c:wait_notified('`housestyle adapter rollback`: '), c)
    end,
  },
  {
    'notes are added, shown and forgotten; report, journal and model are pages',
    function(t)
      local c = start(t)
      c:rpc('nvim_command', 'Housestyle memory add --all is no option here')
      t:check('a text is no option', c:wait(function()
        return c:housestyle('memory', 'list'):find('--all is no option here', 1, true)
      end, 15000), c)
      c:rpc('nvim_command', 'Housestyle memory add We say sign-in, not login.')
      t:check('added', c:wait(function()
        return c:housestyle('memory', 'list'):find('We say sign-in, not login.', 1, true)
      end, 15000), c)
      c:rpc('nvim_command', 'Housestyle memory')
      t:check('the page', wait_page(c, 'housestyle://memory', 'We say sign-in, not login.'), c)
      c:rpc('nvim_command', 'Housestyle report')
      t:check('report', wait_page(c, 'housestyle://report', '## Skills'), c)
      local report = table.concat(c:lines(), '\n')
      for _, text in ipairs({ '## Suggestions', 'ask-is-empty', '## Adapters', 'no adapters yet', 'We say sign-in', '## What was noted' }) do
        t:check(text .. ' in ' .. report, report:find(text, 1, true))
      end
      t:check('one window for all pages', c:lua('return #vim.api.nvim_list_wins()') == 2, c)
      c:rpc('nvim_command', 'Housestyle model')
      t:check('model', wait_page(c, 'housestyle://model', 'qwen2.5-coder-0.5b'), c)
      c:rpc('nvim_command', 'Housestyle journal')
      t:check('journal', wait_page(c, 'housestyle://journal', 'No suggestion was noted'), c)
      local id = vim.json.decode(c:housestyle('--json', 'memory', 'list')).notes[2].id
      c:rpc('nvim_command', 'Housestyle memory forget ' .. id:sub(1, 6))
      t:check('forgotten', c:wait(function()
        return not c:housestyle('memory', 'list'):find('sign-in', 1, true)
      end, 15000), c)
    end,
  },
  {
    'without a binary every command says what to do',
    function(t)
      local c = start(t)
      c:lua("require('housestyle.config').options.cmd = { '/nonexistent/housestyle' }")
      for _, command in ipairs({ 'skills', 'mine', 'adapters', 'report', 'memory', 'model', 'journal', 'propose say-why' }) do
        c:lua('_G.notified = {}')
        c:type(':Housestyle ' .. command .. '<CR>')
        t:check(command, c:wait_notified('no binary found (looked in the options (/nonexistent/housestyle)). Put `housestyle` on your $PATH', 2000), c)
      end
    end,
  },
  {
    'wrong arguments are told',
    function(t)
      local c = start(t)
      for command, text in pairs({
        ['skill'] = "no subcommand 'skill'",
        ['stop now'] = "'now' is too much",
        ['toggle world'] = "'world' is none of",
        ['snooze soon'] = "got 'soon'",
      }) do
        c:type(':Housestyle ' .. command .. '<CR>')
        t:check(text, c:wait_notified(text, 2000), c)
      end
      t:check('arguments complete', vim.deep_equal(c:lua("return vim.fn.getcompletion('Housestyle toggle b', 'cmdline')"), { 'buffer' }))
    end,
  },
}
