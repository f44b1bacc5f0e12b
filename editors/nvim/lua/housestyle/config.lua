-- The options, their defaults, and where the server's binary is.
local M = {}

---@class housestyle.Options
---@field cmd? string[] The whole server command; overrides `binary` and `args`.
---@field binary? string Path of the `housestyle` binary; default: `$PATH`, then this repository's own build.
---@field args? string[] More arguments for `housestyle serve`, as { '--model', 'smollm2-135m' }.
---@field ghost_text? 'auto'|'native'|'own' Who draws; 'auto' is native from Neovim 0.12 on, our own before.
---@field debounce_ms? integer Rest after a keystroke before our own ghost text asks. Native has its own 200 ms.
---@field hide_during_popup? boolean Ghost text gives way to any completion menu, not only to one that disagrees with it.
---@field max_file_bytes? integer Larger files are left alone.
---@field filetypes? table<string, boolean> By file type; '*' stands for all others.
---@field settings? table The server's settings, as in `housestyle.toml`.

---@type housestyle.Options
local defaults = {
  ghost_text = 'auto',
  debounce_ms = 75,
  hide_during_popup = false,
  max_file_bytes = 4 * 1024 * 1024,
  filetypes = { ['*'] = true },
  settings = {},
}

local types = {
  cmd = 'table',
  binary = 'string',
  args = 'table',
  ghost_text = 'string',
  debounce_ms = 'number',
  hide_during_popup = 'boolean',
  max_file_bytes = 'number',
  filetypes = 'table',
  settings = 'table',
}

---@type housestyle.Options
M.options = vim.deepcopy(defaults)

---Problems found in the options last set, one a line.
---@type string[]
M.problems = {}

---Takes over the user's options. A wrong one is reported and left at its default.
---@param opts housestyle.Options
function M.set(opts)
  M.problems = {}
  local good = {}
  for name, value in pairs(opts) do
    if not types[name] then
      table.insert(M.problems, ("unknown option '%s'"):format(name))
    elseif type(value) ~= types[name] then
      table.insert(M.problems, ("option '%s' must be a %s, got a %s"):format(name, types[name], type(value)))
    elseif name == 'ghost_text' and not vim.list_contains({ 'auto', 'native', 'own' }, value) then
      table.insert(M.problems, ("option 'ghost_text' must be 'auto', 'native' or 'own', got '%s'"):format(value))
    else
      good[name] = value
    end
  end
  M.options = vim.tbl_deep_extend('force', defaults, good)
  if #M.problems > 0 then
    vim.notify('housestyle: ' .. table.concat(M.problems, '; ') .. ' (see :help housestyle-options)', vim.log.levels.WARN)
  end
end

---Returns true if suggestions are wanted for this file type.
---@param filetype string
---@return boolean
function M.wants(filetype)
  local map = M.options.filetypes
  return vim.F.if_nil(map[filetype], map['*'], true)
end

---The root of the repository this plugin lies in, for those who run it from a checkout.
local function checkout()
  local here = vim.fs.normalize(debug.getinfo(1, 'S').source:sub(2))
  return vim.fs.abspath(vim.fs.joinpath(vim.fs.dirname(here), '..', '..', '..', '..'))
end

---Returns where a program lies, and how it was found, or nil and where it was looked for.
---@param program string? by its name or path
---@return string? path
---@return string how
local function locate(program)
  if program then
    local path = vim.fn.exepath(vim.fs.normalize(program))
    return path ~= '' and path or nil, ('the options (%s)'):format(program)
  end
  local path = vim.fn.exepath('housestyle')
  if path ~= '' then
    return path, '$PATH'
  end
  local built = vim.fs.normalize(vim.fs.joinpath(checkout(), 'target', 'release', 'housestyle'))
  path = vim.fn.exepath(built)
  if path ~= '' then
    return path, "this checkout's own build"
  end
  return nil, ('$PATH and %s'):format(built)
end

---Returns the program that the plugin's options name.
local function from_options()
  return M.options.cmd and M.options.cmd[1] or M.options.binary
end

---Returns the server's binary and how it was found, or nil and where it was looked for. A program in
---`vim.lsp.config('housestyle', { cmd = … })` counts too.
---@return string? path
---@return string how
function M.binary()
  local cmd = (vim.lsp.config.housestyle or {}).cmd
  local lsp = type(cmd) == 'table' and cmd[1] ~= 'housestyle' and cmd[1] or nil
  return locate(from_options() or lsp)
end

---Returns the command that starts the server. Without a binary it names the one that is missing.
---@return string[]
function M.command()
  local path = locate(from_options()) or M.options.binary or 'housestyle'
  if M.options.cmd then
    return vim.list_extend({ path }, M.options.cmd, 2)
  end
  return vim.list_extend({ path, 'serve' }, M.options.args or {})
end

return M
