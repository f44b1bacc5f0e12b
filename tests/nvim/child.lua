-- A Neovim under test: started with --embed, a UI attached, driven by typed keys, read from its screen.
local M = {}

---@class Child
---@field dir string its own empty folder
---@field file string the file it edits
---@field pid integer
---@field chan integer
local Child = {}
Child.__index = Child

local here = vim.fs.dirname(vim.fs.abspath(debug.getinfo(1, 'S').source:sub(2)))
local plugin = vim.fs.joinpath(vim.fs.dirname(vim.fs.dirname(here)), 'editors', 'nvim')

---@class ChildOptions
---@field script? table[] answers of the scripted backend; none: the server's default model
---@field name? string file name
---@field text? string file content, bytes
---@field options? table options of the plugin
---@field args? string[] arguments of the server instead of the scripted backend
---@field env? table<string, string>
---@field bare? boolean without the plugin, as its README says
---@field rude? boolean with the server of rude.lua
---@field plain? boolean by `vim.lsp.enable` alone, without setup()
---@field repository? table<string, string> makes its folder a git repository with these files, committed

---Returns one that is not started yet.
---@return Child
function M.new()
  return setmetatable({ dir = vim.fn.tempname() }, Child)
end

---Starts it and opens the file.
---@param o ChildOptions
function Child:start(o)
  vim.fn.mkdir(self.dir .. '/home', 'p')
  self.file = self.dir .. '/' .. (o.name or 'main.rs')
  local out = assert(io.open(self.file, 'wb'))
  out:write(o.text or 'fn main() {}\n\n')
  out:close()
  if o.repository then
    self:make_repository(o.repository)
  end
  local cmd = { vim.env.HOUSESTYLE_BIN, 'serve' }
  if o.script then
    vim.fn.writefile(vim.tbl_map(vim.json.encode, o.script), self.dir .. '/script.jsonl')
    vim.list_extend(cmd, { '--backend', 'script:' .. self.dir .. '/script.jsonl' })
  end
  vim.list_extend(cmd, o.args or {})
  local test = { plugin = plugin, options = vim.tbl_extend('force', { cmd = cmd }, o.options or {}), plain = o.plain, bare = o.bare, rude = o.rude and here .. '/rude.lua' }
  self.chan = vim.fn.jobstart({ vim.env.NVIM_UNDER_TEST, '--embed', '-u', here .. '/init.lua', '-i', 'NONE' }, {
    rpc = true,
    cwd = self.dir,
    env = vim.tbl_extend('force', {
      HOUSESTYLE_TEST = vim.json.encode(test),
      HOUSESTYLE_HOME = self.dir .. '/home',
      XDG_STATE_HOME = self.dir .. '/state', -- Neovim's own log files
      NVIM_LOG_FILE = self.dir .. '/nvim.log',
    }, o.env or {}),
    on_stderr = function(_, data)
      io.stderr:write(table.concat(data, '\n'))
    end,
  })
  self.pid = vim.fn.jobpid(self.chan)
  self:rpc('nvim_ui_attach', 80, 24, { rgb = true })
  self:rpc('nvim_command', 'edit ' .. self.file)
end

---Runs git in its folder, which must succeed; returns what it printed.
---@param ... string
---@return string
function Child:git(...)
  local result = vim.system({ 'git', '-C', self.dir, ... }, { text = true }):wait()
  assert(result.code == 0, result.stderr)
  return vim.trim(result.stdout)
end

---Makes its folder a repository with these files.
---@param files table<string, string>
function Child:make_repository(files)
  vim.fn.mkdir(self.dir, 'p')
  self:git('init', '--quiet', '--initial-branch', 'main')
  self:git('config', 'user.name', 'Ann')
  self:git('config', 'user.email', 'ann@example.org')
  self:git('config', 'commit.gpgsign', 'false')
  vim.fn.writefile({ 'home', 'state', '*.log', 'script.jsonl' }, self.dir .. '/.git/info/exclude')
  for path, text in pairs(files) do
    self:write(path, text)
    self:git('add', path)
  end
  self:git('commit', '--quiet', '--message', 'Begin')
end

---Writes a file below its folder.
---@param path string
---@param text string
function Child:write(path, text)
  vim.fn.mkdir(vim.fs.dirname(self.dir .. '/' .. path), 'p')
  local out = assert(io.open(self.dir .. '/' .. path, 'wb'))
  out:write(text)
  out:close()
end

---Runs the binary as the user would, in a terminal beside; returns what it printed.
---@param ... string
---@return string
function Child:housestyle(...)
  local result = vim.system({ vim.env.HOUSESTYLE_BIN, ... }, { text = true, cwd = self.dir, env = { HOUSESTYLE_HOME = self.dir .. '/home' } }):wait()
  return (result.stdout or '') .. (result.code == 0 and '' or result.stderr)
end

---Answers the next choices by `vim.ui.select` with the item that holds a text, and `confirm()` with yes.
---@param ... string
function Child:choose(...)
  self:lua(
    [[
    local wanted = { ... }
    _G.offered = {}
    vim.ui.select = function(items, o, on_choice)
      local labels = vim.tbl_map(o.format_item or tostring, items)
      table.insert(_G.offered, labels)
      local text = table.remove(wanted, 1)
      for i, label in ipairs(labels) do
        if text and label:find(text, 1, true) then
          return on_choice(items[i], i)
        end
      end
      on_choice(nil)
    end
    vim.fn.confirm = function(question)
      _G.asked = question
      return 1
    end]],
    ...
  )
end

---Waits for a message to the user that holds a text.
function Child:wait_notified(text, ms)
  return self:wait(function()
    return vim.iter(self:lua('return _G.notified')):any(function(message)
      return message:find(text, 1, true) ~= nil
    end)
  end, ms or 15000)
end

function Child:rpc(...)
  return vim.rpcrequest(self.chan, ...)
end

---Runs Lua in it; `...` arrives as `...`.
function Child:lua(code, ...)
  return self:rpc('nvim_exec_lua', code, { ... })
end

---Types keys.
function Child:type(keys)
  self:rpc('nvim_input', keys)
end

---Waits until `f` returns something true, and returns it; nil after the time.
function Child:wait(f, ms)
  local value
  vim.wait(ms or 8000, function()
    value = f()
    return value
  end, 20)
  return value or nil
end

---Returns the rows of the screen, virtual text included, blanks at their ends cut.
---@return string[]
function Child:screen()
  return self:lua([[
    vim.cmd.redraw()
    local rows = {}
    for row = 1, vim.o.lines do
      local cells = {}
      for column = 1, vim.o.columns do
        cells[column] = vim.fn.screenstring(row, column)
      end
      rows[row] = table.concat(cells):gsub('%s+$', '')
    end
    return rows]])
end

---Returns true if the text is on the screen, '\n' between rows.
function Child:shows(text)
  return table.concat(self:screen(), '\n'):find(text, 1, true) ~= nil
end

function Child:wait_shown(text, ms)
  return self:wait(function()
    return self:shows(text)
  end, ms)
end

function Child:wait_hidden(text, ms)
  return self:wait(function()
    return not self:shows(text)
  end, ms)
end

function Child:lines()
  return self:lua('return vim.api.nvim_buf_get_lines(0, 0, -1, false)')
end

---Returns the buffer as one text, the cursor drawn as '|'.
function Child:text()
  return self:lua([[
    local lines = vim.api.nvim_buf_get_lines(0, 0, -1, false)
    local row, col = unpack(vim.api.nvim_win_get_cursor(0))
    lines[row] = lines[row]:sub(1, col) .. '|' .. lines[row]:sub(col + 1)
    return table.concat(lines, '\n')]])
end

function Child:wait_text(text, ms)
  return self:wait(function()
    return self:text() == text
  end, ms)
end

---Leaves insert mode and waits for it.
function Child:escape()
  self:type('<Esc>')
  return self:wait(function()
    return self:rpc('nvim_get_mode').mode == 'n'
  end)
end

---Returns the parameters of all messages of a method sent to the server.
function Child:sent(method)
  return self:lua(
    [[
    local wanted = ...
    local found = {}
    for _, message in ipairs(_G.sent) do
      if message.method == wanted then
        table.insert(found, message.params)
      end
    end
    return found]],
    method
  )
end

---Waits until `n` messages of a method have been sent, and returns the last one's parameters.
function Child:wait_sent(method, n)
  return self:wait(function()
    local all = self:sent(method)
    return #all >= (n or 1) and all[#all]
  end)
end

---Waits until the last message of a method has been answered, and the answer handled.
---@param method string
function Child:wait_answered(method)
  return self:wait(function()
    return self:lua(
      [[
      local wanted = ...
      for i = #_G.sent, 1, -1 do
        if _G.sent[i].method == wanted then
          return _G.sent[i].answered or false
        end
      end
      return false]],
      method
    )
  end)
end

---Waits until the keys typed so far were handled, and then for so long by its own clock: every timer that was due by
---then has fired, however slow the machine is.
---@param ms integer
function Child:pass(ms)
  self:lua(
    [[
    _G.passed = false
    local timer = vim.uv.new_timer()
    timer:start(..., 0, vim.schedule_wrap(function()
      timer:close()
      _G.passed = true
    end))]],
    ms
  )
  assert(self:wait(function()
    return self:lua('return _G.passed')
  end, 60000), 'its clock stands still')
end

---Asks the server something and waits for the answer: what it sent before has been handled.
function Child:ping()
  self:lua([[
    vim.lsp.get_clients({ name = 'housestyle', bufnr = 0 })[1]
      :request_sync('workspace/executeCommand', { command = 'housestyle.why' }, 30000, 0)]])
end

---Starts another server in the place of the one that runs, and waits until it is attached.
function Child:restart()
  local function id()
    return self:lua("return (vim.lsp.get_clients({ name = 'housestyle', bufnr = 0 })[1] or {}).id or 0")
  end
  local before = id()
  self:rpc('nvim_command', 'Housestyle restart')
  return self:wait(function()
    local now = id()
    return now ~= 0 and now ~= before
  end, 15000)
end

---Returns what `housestyle why --json` tells of the requests.
---@return table[]
function Child:why()
  local out = vim.system({ vim.env.HOUSESTYLE_BIN, 'why', '--json' }, { text = true, cwd = self.dir, env = { HOUSESTYLE_HOME = self.dir .. '/home' } }):wait().stdout
  local ok, report = pcall(vim.json.decode, out)
  return ok and report.requests or {}
end

---Waits until the client is attached.
function Child:wait_attached()
  return self:wait(function()
    return self:lua("return #vim.lsp.get_clients({ name = 'housestyle', bufnr = 0 }) == 1")
  end, 15000)
end

function Child:messages()
  return self:lua("return vim.fn.execute('messages')")
end

---Ends it.
function Child:stop()
  pcall(vim.rpcnotify, self.chan, 'nvim_command', 'qall!')
  if vim.fn.jobwait({ self.chan }, 3000)[1] == -1 then
    vim.fn.jobstop(self.chan)
  end
  vim.fn.delete(self.dir, 'rf')
end

return M
