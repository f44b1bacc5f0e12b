-- Off and on: everywhere, for a language, in a buffer, for a while; and a status that tells the truth of it.
local BETA = { { text = 'alpha beta' } }

local function shown(t, c)
  c:type('Golet x = ')
  t:check('shown', c:wait_shown('let x = alpha beta'), c)
  c:escape()
end

local function quiet(t, c, why)
  c:type('Golet y = ')
  c:pass(600) -- longer than either display waits before it asks
  t:check('quiet', not c:shows('let y = alpha'), c)
  c:escape()
  t:check('says ' .. why, c:wait_shown('off here: ' .. why), c)
end

return {
  {
    'toggle buffer: this buffer alone',
    function(t)
      local c = t:start({ script = BETA })
      c:rpc('nvim_command', 'Housestyle toggle buffer')
      quiet(t, c, 'switched off in this buffer')
      c:rpc('nvim_command', 'edit ' .. c.dir .. '/other.rs')
      t:check('attached', c:wait_attached(), c)
      shown(t, c)
      c:rpc('nvim_command', 'write | edit ' .. c.file .. ' | Housestyle toggle buffer')
      shown(t, c)
    end,
  },
  {
    'toggle language: all its files, others not; and on for one that the options leave out',
    function(t)
      local c = t:start({ script = BETA, options = { filetypes = { toml = false } } })
      c:rpc('nvim_command', 'Housestyle toggle language')
      quiet(t, c, 'switched off for rust')
      c:rpc('nvim_command', 'write | edit ' .. c.dir .. '/a.toml')
      c:pass(300)
      t:check('left out', c:lua("return require('housestyle').off_here()") == 'switched off for toml', c)
      c:rpc('nvim_command', 'Housestyle toggle language')
      t:check('attached', c:wait_attached(), c)
      shown(t, c)
    end,
  },
  {
    'toggle: the server rests, and so does one that starts meanwhile',
    function(t)
      local c = t:start({ script = BETA })
      c:rpc('nvim_command', 'Housestyle toggle')
      quiet(t, c, 'switched off everywhere')
      t:check('the server is paused', c:wait(function()
        return c:lua("return (require('housestyle.status').get() or {}).state") == 'paused'
      end), c)
      t:check('attached', c:restart(), c)
      t:check('the new one too', c:wait(function()
        return c:lua("return (require('housestyle.status').get() or {}).state") == 'paused'
      end), c)
      c:rpc('nvim_command', 'Housestyle toggle')
      shown(t, c)
    end,
  },
  {
    'snooze: quiet for a while, says how long, ends by itself or by 0',
    function(t)
      local c = t:start({ script = BETA })
      c:rpc('nvim_command', 'Housestyle snooze 5')
      t:check('message', c:wait_notified('quiet for 5 min'), c)
      quiet(t, c, 'snoozed for 5 min')
      c:rpc('nvim_command', 'Housestyle snooze 0')
      shown(t, c)
      -- the same with minutes of 20 ms
      c:lua([[
        local defer = vim.defer_fn
        vim.defer_fn = function(f, ms) return defer(f, ms >= 60000 and ms / 3000 or ms) end]])
      c:rpc('nvim_command', 'Housestyle snooze 1')
      t:check('quiet', c:lua("return require('housestyle').off_here()") ~= nil)
      t:check('it ends', c:wait(function()
        return c:lua("return require('housestyle').off_here() == nil")
      end), c)
      c:type('u')
      shown(t, c)
    end,
  },
  {
    'the status line: loading with percent, ready, an error, and nothing without a server',
    function(t)
      t:only(t.is_default)
      local c = t:start({ script = BETA })
      local id = c:lua("return vim.lsp.get_clients({ name = 'housestyle' })[1].id")
      local function status(params)
        c:lua('local p, id = ... vim.lsp.handlers["housestyle/status"](nil, p, { client_id = id })', params, id)
      end
      -- What the server says meanwhile comes between: told again until it stands there.
      local function shown(params, text)
        for _ = 1, 20 do
          status(params)
          if c:wait_shown(text, 400) then
            return true
          end
        end
      end
      t:check('percent', shown({ state = 'loading', message = 'reading', percent = 40.7 }, 'housestyle: loading 40%'), c)
      t:check('error', shown({ state = 'error', message = 'there is no model: run `housestyle model pull`' }, 'housestyle: error'), c)
      t:check('what to do', c:lua("return require('housestyle.status').describe()"):find('housestyle model pull', 1, true))
      t:check('ready', shown({ state = 'ready', message = 'ready' }, 'housestyle: ready'), c)
      c:rpc('nvim_command', 'Housestyle stop')
      t:check('nothing', c:wait_hidden('housestyle:'), c)
    end,
  },
  {
    'a server that crashes at every start is tried ever later, then left alone, and that is told once',
    function(t)
      t:only(t.is_default)
      local c = t:start({ script = BETA })
      c:write('crash', '#!/bin/sh\necho start >> "$(dirname "$0")/starts.log"\nexit 3\n')
      vim.fn.setfperm(c.dir .. '/crash', 'rwxr-xr-x')
      c:lua("vim.lsp.config('housestyle', { cmd = { vim.fn.getcwd() .. '/crash' } })")
      c:lua([[
        _G.rests = {}
        local defer = vim.defer_fn
        vim.defer_fn = function(f, ms)
          if ms >= 500 then table.insert(_G.rests, ms) ms = ms / 20 end
          return defer(f, ms)
        end
        for _, child in ipairs(vim.api.nvim_get_proc_children(vim.fn.getpid())) do vim.uv.kill(child, 'sigkill') end]])
      t:check('given up', c:wait_notified('crashed 6 times in a row and is left alone', 20000), c)
      local rests = vim.tbl_filter(function(ms)
        return ms % 500 == 0 and ms <= 8000
      end, c:lua('return _G.rests'))
      t:check(vim.inspect(rests), vim.deep_equal(vim.list_slice(rests, 1, 5), { 500, 1000, 2000, 4000, 8000 }))
      t:check('the status line says so', c:wait_shown('housestyle: crashed'), c)
      c:pass(600) -- of a crash's rests, twenty times shorter here, the longest is 400 ms
      t:check('five starts', #vim.fn.readfile(c.dir .. '/starts.log') == 5, c)
      c:lua("vim.lsp.config('housestyle', { cmd = ... })", { vim.env.HOUSESTYLE_BIN, 'serve', '--backend', 'script:' .. c.dir .. '/script.jsonl' })
      c:rpc('nvim_command', 'Housestyle restart')
      t:check('by hand it starts again', c:wait_attached(), c)
    end,
  },
}
