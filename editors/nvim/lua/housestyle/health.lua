-- `:checkhealth housestyle`: names what is missing, and what to do.
local M = {}

local health = vim.health

local DOCTOR_MS = 60000 -- it loads the model and completes once, which takes a while on an old machine

---Runs the binary; returns its standard output, or nil and what went wrong.
---@param args string[]
---@param timeout_ms integer
---@return string? out
---@return string? problem
local function run(args, timeout_ms)
  local ok, process = pcall(vim.system, args, { text = true, timeout = timeout_ms })
  if not ok then
    return nil, tostring(process)
  end
  local result = process:wait() -- other events are handled meanwhile
  if result.code == 124 then
    return nil, ('no answer within %d s'):format(timeout_ms / 1000)
  end
  local out = vim.trim(result.stdout or '')
  if out == '' then
    return nil, vim.trim(result.stderr or '')
  end
  return out
end

local function check_neovim()
  health.start('Neovim')
  local version = tostring(vim.version())
  if vim.fn.has('nvim-0.11') == 0 then
    health.error(version .. ' is too old', { 'Install Neovim 0.11 or newer.' })
    return
  end
  health.ok(version)
  local display = require('housestyle.display')
  if display.kind() == 'native' then
    health.ok("ghost text: Neovim's own inline completion")
  elseif display.has_native() then
    health.ok("ghost text: the plugin's own (ghost_text = 'own')")
  else
    health.ok("ghost text: the plugin's own, as this Neovim has none")
  end
end

local function check_options()
  local config = require('housestyle.config')
  for _, problem in ipairs(config.problems) do
    health.warn(problem, { 'See :help housestyle-options.' })
  end
end

---@return string? binary
local function check_binary()
  health.start('Server')
  local binary, how = require('housestyle.config').binary()
  if not binary then
    health.error('no binary: looked in ' .. how, {
      'Put `housestyle` on your $PATH,',
      "or name it: require('housestyle').setup({ binary = '/path/to/housestyle' })",
    })
    return nil
  end
  local version, problem = run({ binary, '--version' }, 5000)
  if not version then
    health.error(('%s does not start: %s'):format(binary, problem))
    return nil
  end
  health.ok(('%s (%s), found by %s'):format(version, binary, how))
  return binary
end

---Shows one finding of the doctor's.
---@param check { name: string, verdict: 'ok'|'warn'|'fail', detail: string, advice?: string }
local function show(check)
  local report = ({ ok = health.ok, warn = health.warn, fail = health.error })[check.verdict] or health.info
  report(('%s: %s'):format(check.name, check.detail), check.advice and { check.advice } or nil)
end

local function check_doctor(binary)
  health.start('Doctor (`housestyle doctor`)')
  local out, problem = run({ binary, 'doctor', '--json' }, DOCTOR_MS)
  if not out then
    health.warn('it said nothing: ' .. problem, { 'Run `housestyle doctor` in a terminal.' })
    return
  end
  local ok, report = pcall(vim.json.decode, out, { luanil = { object = true, array = true } })
  if not ok or type(report) ~= 'table' then
    health.warn('its report could not be read', { 'Run `housestyle doctor` in a terminal.' })
    return
  end
  for _, check in ipairs(report.checks or {}) do
    show(check)
  end
end

local function check_client()
  health.start('Client')
  local clients = vim.lsp.get_clients({ name = 'housestyle' })
  if #clients == 0 then
    if vim.lsp.is_enabled and vim.lsp.is_enabled('housestyle') then
      health.info('enabled; starts with the first file')
    else
      health.warn('not enabled', { "Put vim.lsp.enable('housestyle') into your init.lua, or :Housestyle start." })
    end
  end
  for _, client in ipairs(clients) do
    local files = #vim.lsp.get_buffers_by_client_id(client.id)
    health.ok(('client %d serves %d buffer(s), root %s'):format(client.id, files, client.root_dir or 'none'))
    local status = require('housestyle.status').get(client.id)
    if status then
      local report = status.state == 'error' and health.warn or health.info
      report(('state: %s %s'):format(status.state, status.message))
    end
  end
  if not require('housestyle.switch').is_on() then
    health.warn('switched off', { ':Housestyle toggle switches it on, :Housestyle snooze 0 ends a snooze.' })
  end
  local crashed = require('housestyle.revive').describe()
  if crashed then
    health.warn('crashed: ' .. crashed, { ':Housestyle log shows what the server said last.' })
  end
  if vim.bo.buftype == '' then
    local off = require('housestyle.status').off_here(vim.api.nvim_get_current_buf())
    if off then
      health.info('off in the current buffer: ' .. off)
    end
  end
end

local function check_git()
  health.start('Git')
  local version = run({ 'git', '--version' }, 5000)
  if not version then
    health.warn('no git found', { 'Install git: skills, proposals and adapters are the repository\'s.' })
    return
  end
  health.ok(version)
  local root = vim.fs.root(0, '.git') or vim.fs.root(vim.fn.getcwd(), '.git')
  if root then
    health.ok('repository ' .. root)
  else
    health.info('not in a repository: completions work, skills and proposals need one')
  end
end

---Returns true if a map reaches an action of ours, as far as its right side or description says.
local function is_ours(map)
  return ((map.rhs or '') .. ' ' .. (map.desc or '')):lower():find('housestyle', 1, true) ~= nil
end

---Warns of buffers in which another plugin has taken a key of ours for itself.
local function check_clash(lhs)
  for _, client in ipairs(vim.lsp.get_clients({ name = 'housestyle' })) do
    for _, buf in ipairs(vim.lsp.get_buffers_by_client_id(client.id)) do
      for _, map in ipairs(vim.api.nvim_buf_get_keymap(buf, 'i')) do
        if map.lhs == lhs and not is_ours(map) then
          local name = vim.fs.basename(vim.api.nvim_buf_get_name(buf))
          health.warn(('%s is another map in %s: %s'):format(lhs, name, map.desc or map.rhs or 'a Lua function'), {
            'Map another key, or let that plugin fall back: its key, then ours.',
          })
          return
        end
      end
    end
  end
end

---Warns of others that draw ghost text: two of them cover each other.
local function check_others()
  for module, name in pairs({ copilot = 'copilot.lua', supermaven = 'supermaven-nvim', codeium = 'codeium.nvim', minuet = 'minuet-ai.nvim', neocodeium = 'neocodeium' }) do
    if package.loaded[module] then
      health.warn(name .. ' is loaded and may draw ghost text too', { 'Switch the ghost text of one of the two off.' })
    end
  end
  if vim.g.loaded_copilot == 1 then
    health.warn('copilot.vim is loaded and may draw ghost text too', { 'Switch the ghost text of one of the two off.' })
  end
  for _, client in ipairs(vim.lsp.get_clients({ method = 'textDocument/inlineCompletion' })) do
    if client.name ~= 'housestyle' then
      health.warn(('the server %s has inline completions too'):format(client.name), { 'Two ghost texts at one place cover each other.' })
    end
  end
end

---Tells the insert-mode keys that reach an action of ours.
local function check_keys()
  health.start('Keys')
  local found = false
  for _, map in ipairs(vim.api.nvim_get_keymap('i')) do
    if is_ours(map) and not vim.startswith(map.lhs, '<Plug>') then
      found = true
      health.ok(('%s  %s'):format(map.lhs, map.desc or map.rhs or ''))
      check_clash(map.lhs)
    end
  end
  if not found then
    health.info('none mapped (or their descriptions do not say housestyle); :help housestyle-keys has examples')
  end
end

---Entry point of `:checkhealth housestyle`.
function M.check()
  check_neovim()
  check_options()
  local binary = check_binary()
  if binary then
    check_doctor(binary)
  end
  check_client()
  check_git()
  check_keys()
  check_others()
end

return M
