-- Runs the cases in a headless Neovim with a UI attached.
-- usage: nvim -l drive.lua [PATTERN]
--   $HOUSESTYLE_BIN    the server's binary
--   $NVIM_UNDER_TEST   the Neovim under test (default: the one that runs this)
--   $CASES             the folder of the cases, beside this file (default: cases)
--   PATTERN            only cases whose name holds it
local here = vim.fs.dirname(vim.fs.abspath(arg[0]))
package.path = here .. '/?.lua;' .. package.path
vim.env.NVIM_UNDER_TEST = vim.env.NVIM_UNDER_TEST or vim.v.progpath
if vim.fn.executable(vim.env.HOUSESTYLE_BIN or '') == 0 then
  io.stderr:write('drive.lua: $HOUSESTYLE_BIN must name the built server\n')
  os.exit(2)
end
local child = require('child')
local folder = vim.fs.joinpath(here, vim.env.CASES or 'cases')

local version = vim.fn.system({ vim.env.NVIM_UNDER_TEST, '--version' }):match('v([%d.]+)')
local displays = vim.version.ge(version, '0.12.0') and { 'native', 'own' } or { 'own' }

---Prints a line; `print` leaves out the last line break.
local function say(line)
  io.stdout:write(line, '\n')
  io.stdout:flush()
end

local LONGEST_MS = vim.env.CASES and 300000 or 60000 -- of one case: a Neovim that waits for a key would block for ever

local passed, failed = 0, 0

---What a case gets.
---@class Case
---@field display 'native'|'own'
---@field is_default boolean this display is the one that 'auto' takes here
local Case = {}
Case.__index = Case

---Returns a Neovim for this case that is not started yet; it ends with the case.
function Case:new()
  local c = child.new()
  table.insert(self.children, c)
  return c
end

---Starts a Neovim for this case.
function Case:start(o)
  return self:begin(self:new(), o)
end

---Starts one of `new`.
function Case:begin(c, o)
  o.options = vim.tbl_extend('force', { ghost_text = self.display }, o.options or {})
  c:start(o)
  assert(c:wait_attached(), 'the server did not attach: ' .. c:messages())
  return c
end

local SKIP = {}

---Leaves the case out, uncounted, where it does not apply.
function Case.only(_, applies)
  if not applies then
    error(SKIP, 0)
  end
end

function Case.check(_, what, ok, c)
  if ok then
    return
  end
  local seen = c and '\n' .. table.concat(c:screen(), '\n'):gsub('\n[\n~]*\n', '\n') .. '\n' .. c:text() .. '\n' .. c:messages() or ''
  error(what .. seen, 0)
end

local function run(name, display, test)
  local case = setmetatable({ display = display, is_default = display == displays[1], children = {} }, Case)
  local started = vim.uv.hrtime()
  local watchdog = assert(vim.uv.new_timer())
  watchdog:start(LONGEST_MS, 0, function()
    for _, c in ipairs(case.children) do
      vim.uv.kill(c.pid, 'sigkill')
    end
  end)
  local ok, problem = xpcall(test, function(e)
    return (type(e) == 'string' or e == SKIP) and e or debug.traceback(vim.inspect(e))
  end, case)
  watchdog:close()
  for _, c in ipairs(case.children) do
    c:stop()
  end
  if problem == SKIP then
    return
  end
  passed, failed = passed + (ok and 1 or 0), failed + (ok and 0 or 1)
  say(('%s %s · %s (%.1f s)%s'):format(ok and 'ok  ' or 'FAIL', display, name, (vim.uv.hrtime() - started) / 1e9, ok and '' or '\n' .. problem))
end

say('Neovim ' .. version .. ', ' .. vim.trim(vim.fn.system({ vim.env.HOUSESTYLE_BIN, '--version' })))
for _, display in ipairs(displays) do
  for path in vim.spairs(vim.iter(vim.fs.dir(folder)):fold({}, function(all, name)
    all[name] = true
    return all
  end)) do
    for _, case in ipairs(dofile(vim.fs.joinpath(folder, path))) do
      if not arg[1] or (path .. ' ' .. case[1]):find(arg[1], 1, true) then
        run(case[1], display, case[2])
      end
    end
  end
end
say(('%d passed, %d failed'):format(passed, failed))
os.exit(failed == 0 and 0 or 1)
