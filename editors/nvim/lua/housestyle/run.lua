-- Runs the binary for the user, asynchronously, and says plainly what went wrong.
local M = {}

---What is under way and may be cancelled, by title.
local running = {} ---@type table<string, vim.SystemObj>

---Returns the folder whose rules and files count.
---@return string
function M.root()
  local client = vim.lsp.get_clients({ name = 'housestyle', bufnr = 0 })[1]
  return client and client.root_dir or vim.fs.root(0, '.git') or vim.fn.getcwd()
end

---Shows the user a message.
---@param text string
---@param level? integer
function M.notify(text, level)
  vim.notify('housestyle: ' .. text, level or vim.log.levels.INFO)
end

---Warns the user where nothing is approved, as nothing tells the default branch: the answer says what to do.
---@param answer { problem?: string }
function M.problem(answer)
  if answer.problem then
    M.notify(answer.problem, vim.log.levels.WARN)
  end
end

---Returns the binary, or nil after a message that says what to do.
---@return string?
function M.binary()
  local path, where = require('housestyle.config').binary()
  if not path then
    M.notify(("no binary found (looked in %s). Put `housestyle` on your $PATH, or name it: require('housestyle').setup({ binary = '/path/to/housestyle' })"):format(where), vim.log.levels.ERROR)
  end
  return path
end

---Returns what a run that failed has to say.
local function complaint(args, result)
  args = vim.tbl_filter(function(arg)
    return arg ~= '--' and arg ~= '--json'
  end, args)
  local said = vim.trim(result.stderr or ''):gsub('^housestyle: ', '')
  if said == '' then
    said = ('it ended with %s'):format(result.signal ~= 0 and 'signal ' .. result.signal or 'exit code ' .. result.code)
  end
  return ('`housestyle %s`: %s'):format(table.concat(args, ' '), said)
end

---@class housestyle.Run
---@field title? string Under this name it may be cancelled, and its progress is shown.
---@field on_fail? fun() After it was told.

---Runs `housestyle ARGS…`; calls `on_done` with its standard output if it went well, else tells why not.
---@param args string[] What comes from a repository or the user stands behind `--`: a name is no option.
---@param on_done fun(out: string)
---@param o? housestyle.Run
function M.text(args, on_done, o)
  o = o or {}
  local binary = M.binary()
  if not binary then
    return
  end
  local title = o.title
  if title and running[title] then
    M.notify(title .. ' is under way already (:Housestyle cancel ends it)', vim.log.levels.WARN)
    return
  end
  local progress = title and require('housestyle.progress').start(title)
  local said = {} ---@type string[]
  local cmd = vim.list_extend({ binary }, args)
  local ok, process = pcall(vim.system, cmd, {
    text = true,
    cwd = M.root(),
    stderr = progress and function(_, data)
      table.insert(said, data)
      progress.read(data)
    end or nil,
  }, function(result)
    vim.schedule(function()
      local was_cancelled = title and not running[title]
      if title then
        running[title] = nil
      end
      local is_fine = result.code == 0 and result.signal == 0
      if progress then
        progress.stop(was_cancelled and 'cancel' or is_fine and 'success' or 'failed')
        result.stderr = progress.rest(table.concat(said))
      end
      if was_cancelled then
        M.notify(title .. ' was cancelled')
      elseif is_fine then
        on_done(result.stdout or '')
      else
        M.notify(complaint(args, result), vim.log.levels.ERROR)
        if o.on_fail then
          o.on_fail()
        end
      end
    end)
  end)
  if not ok then
    if progress then
      progress.stop('failed')
    end
    M.notify(('%s cannot be run: %s'):format(binary, process), vim.log.levels.ERROR)
  elseif title then
    running[title] = process
  end
end

---The same for `--json`; `on_done` gets what it says, null as nil.
---@param args string[]
---@param on_done fun(answer: table)
---@param o? housestyle.Run
function M.json(args, on_done, o)
  M.text(vim.list_extend({ '--json' }, args), function(out)
    local ok, answer = pcall(vim.json.decode, out, { luanil = { object = true, array = true } })
    if ok and type(answer) == 'table' then
      on_done(answer)
    else
      M.notify(('`housestyle %s` answered something else than JSON; is the binary as new as the plugin?'):format(table.concat(args, ' ')), vim.log.levels.ERROR)
    end
  end, o)
end

---Ends what is under way. What was done so far stays, and counts the next time.
---@return string[] titles
function M.cancel()
  local titles = vim.tbl_keys(running)
  for title, process in pairs(running) do
    running[title] = nil
    process:kill('sigterm')
  end
  return titles
end

return M
