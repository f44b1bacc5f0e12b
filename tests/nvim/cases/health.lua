-- Status, commands, help and health; a server that dies, a model that is not there.
return {
  {
    'checkhealth has no errors',
    function(t)
      local c = t:start({ script = { { text = 'alpha' } } })
      c:rpc('nvim_command', 'checkhealth housestyle')
      local report = table.concat(c:lines(), '\n')
      t:check('no script error: ' .. report, not report:find('Failed to run healthcheck', 1, true))
      for _, section in ipairs({ 'Neovim', 'Server', 'Client', 'Git', 'Keys' }) do
        t:check('section ' .. section .. ': ' .. report, report:find(section .. ' ', 1, true))
      end
      -- what the doctor says of this machine's models is not the plugin's
      local plugin = report:gsub('Doctor .-(\nClient )', '%1')
      t:check('no error: ' .. report, not plugin:find('ERROR', 1, true))
      t:check('binary found', report:find('housestyle%s+%d+%.%d+'))
      t:check('client found: ' .. report, report:find('serves 1 buffer', 1, true))
      t:check('key found: ' .. report, report:find('housestyle: accept', 1, true))
    end,
  },
  {
    'checkhealth tells of git, of a key that another plugin has taken, and of other ghost text',
    function(t)
      t:only(t.is_default)
      local c = t:start({ script = { { text = 'alpha' } }, repository = { ['main.rs'] = 'fn main() {}\n' } })
      c:lua([[
        vim.keymap.set('i', '<Tab>', 'x', { buffer = true, desc = 'some other plugin' })
        package.loaded['supermaven'] = {}]])
      c:rpc('nvim_command', 'checkhealth housestyle')
      local report = table.concat(c:lines(), '\n')
      t:check(report, report:find('git version', 1, true) and report:find('repository ' .. c.dir, 1, true))
      t:check(report, report:find('<Tab> is another map in main.rs: some other plugin', 1, true))
      t:check(report, report:find('supermaven-nvim is loaded', 1, true))
    end,
  },
  {
    'checkhealth names a missing binary',
    function(t)
      local c = t:start({ script = { { text = 'alpha' } } })
      c:lua("require('housestyle.config').options.cmd = { '/nonexistent/housestyle' }")
      c:rpc('nvim_command', 'checkhealth housestyle')
      local report = table.concat(c:lines(), '\n')
      t:check(report, report:find('no binary: looked in', 1, true) and report:find('/nonexistent/housestyle', 1, true))
    end,
  },
  {
    ':help housestyle is found, and every tag',
    function(t)
      local c = t:start({ script = { { text = 'alpha' } } })
      local problem = c:lua([[
        local doc = vim.fs.joinpath(vim.opt.runtimepath:get()[1], 'doc')
        local copy = vim.fn.tempname()
        vim.fn.mkdir(copy .. '/doc', 'p')
        vim.uv.fs_copyfile(doc .. '/housestyle.txt', copy .. '/doc/housestyle.txt')
        local ok, err = pcall(vim.cmd.helptags, copy .. '/doc')
        if not ok then return err end
        vim.opt.runtimepath:append(copy)
        local text = table.concat(vim.fn.readfile(doc .. '/housestyle.txt'), '\n')
        for link in text:gmatch('|([^|%s]+)|') do
          ok, err = pcall(vim.cmd.help, link)
          if not ok then return err end
        end
        vim.cmd.help('housestyle')
        return vim.fs.basename(vim.api.nvim_buf_get_name(0)) == 'housestyle.txt' and '' or 'wrong page'
      ]])
      t:check(problem, problem == '')
    end,
  },
  {
    ':help documents every option, command and map',
    function(t)
      local c = t:start({ script = { { text = 'alpha' } } })
      local missing = c:lua([[
        local doc = vim.fs.joinpath(vim.opt.runtimepath:get()[1], 'doc', 'housestyle.txt')
        local text = table.concat(vim.fn.readfile(doc), '\n')
        local missing = {}
        for _, name in ipairs(require('housestyle.command').names()) do
          if not text:find(':Housestyle ' .. name, 1, true) then table.insert(missing, name) end
        end
        for name in pairs(require('housestyle.config').options) do
          if not text:find('*housestyle-' .. name .. '*', 1, true) then table.insert(missing, name) end
        end
        for _, map in ipairs(vim.api.nvim_get_keymap('i')) do
          if map.lhs:find('^<Plug>%(Housestyle') and not text:find(map.lhs, 1, true) then table.insert(missing, map.lhs) end
        end
        return table.concat(missing, ' ')]])
      t:check('missing: ' .. missing, missing == '')
    end,
  },
  {
    'a killed server: one message, no errors, and it comes back by itself',
    function(t)
      local c = t:start({ script = { { text = 'alpha beta' } } })
      c:type('Golet x = ')
      t:check('shown', c:wait_shown('let x = alpha beta'), c)
      c:lua([[for _, child in ipairs(vim.api.nvim_get_proc_children(vim.fn.getpid())) do vim.uv.kill(child, 'sigkill') end]])
      t:check('client is gone', c:wait(function()
        return c:lua("return #vim.lsp.get_clients({ name = 'housestyle' })") == 0
      end), c)
      t:check('ghost text is gone', c:wait_hidden('beta'), c)
      c:type('1 + 2 + ')
      c:pass(300) -- longer than a display waits before it asks
      c:type('3<Tab>')
      c:pass(100)
      c:escape()
      local messages = c:lua('return _G.notified')
      t:check('one message: ' .. vim.inspect(messages), #messages == 1 and messages[1]:find('housestyle', 1, true))
      t:check('no error: ' .. c:messages(), not c:messages():find('E%d+:') and not c:messages():find('stack traceback', 1, true))
      t:check('it comes back by itself', c:wait_attached(), c)
      c:type('Golet y = ')
      t:check('shown again', c:wait_shown('let y = alpha beta'), c)
      t:check('the new server has the text', c:lua([[
        return vim.lsp.get_clients({ name = 'housestyle' })[1]
          :request_sync('workspace/executeCommand', { command = 'housestyle.why' }, 3000, 0).result.requests[1].column]]) == 9, c)
    end,
  },
  {
    'no model: the status says so, once, and typing is quiet',
    function(t)
      local c = t:start({ args = { '--offline' } })
      t:check('status', c:wait(function()
        return c:lua("return require('housestyle.status').describe()"):find('^error: %S+')
      end, 15000), c)
      c:type('Golet x = 1')
      c:pass(600)
      c:type(' + 2')
      c:pass(600)
      c:ping()
      c:escape()
      t:check('at most one message: ' .. vim.inspect(c:lua('return _G.notified')), #c:lua('return _G.notified') <= 1)
      t:check('no error', not c:messages():find('E%d+:'), c)
    end,
  },
  {
    'the commands complete and answer',
    function(t)
      local c = t:start({ script = { { text = 'alpha' } } })
      local names = c:lua("return vim.fn.getcompletion('Housestyle ', 'cmdline')")
      t:check(vim.inspect(names), vim.deep_equal(names, { 'adapters', 'cancel', 'fix', 'journal', 'log', 'memory', 'mine', 'model', 'propose', 'report', 'restart', 'skills', 'snooze', 'start', 'status', 'stop', 'toggle', 'why' }))
      c:rpc('nvim_command', 'Housestyle status')
      local message = c:lua('return _G.notified[#_G.notified]')
      t:check(vim.inspect(message), message:find('^housestyle: '))
      c:rpc('nvim_command', 'Housestyle why')
      t:check('a window opens', c:wait(function()
        return c:lua('return #vim.api.nvim_list_wins()') == 2
      end), c)
      c:rpc('nvim_command', 'wincmd o')
      c:rpc('nvim_command', 'Housestyle stop')
      t:check('stopped', c:wait(function()
        return c:lua("return #vim.lsp.get_clients({ name = 'housestyle' })") == 0
      end), c)
    end,
  },
}
