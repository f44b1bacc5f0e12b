-- Shows what became of the last requests: of this session, else of the last ones on this machine.
local M = {}

---Opens the page.
---@param lines string[]
local function open(lines)
  local scratch = require('housestyle.scratch')
  scratch.open('why', '# Why\n\n' .. scratch.block(table.concat(lines, '\n')))
end

---Returns the answer of the command `housestyle.why` as lines, the newest request first.
---@param answer { state: string, message: string, requests: table[] }
---@return string[]
local function lines(answer)
  local out = { ('Housestyle is %s: %s'):format(answer.state or '?', answer.message or '') }
  local requests = type(answer.requests) == 'table' and answer.requests or {}
  table.insert(out, #requests > 0 and '' or 'Nothing has been asked in this session yet.')
  for _, request in ipairs(vim.iter(requests):rev():totable()) do
    local name = vim.fs.basename(vim.uri_to_fname(request.uri))
    table.insert(out, ('%s:%d:%d  %s, %d ms: %s'):format(name, request.line, request.column, request.trigger, request.milliseconds, request.message))
  end
  return out
end

---Asks the binary, which reads what it has recorded.
local function from_binary()
  local binary, where = require('housestyle.config').binary()
  if not binary then
    vim.notify('housestyle: no binary found in ' .. where, vim.log.levels.WARN)
    return
  end
  local root = vim.fs.root(0, '.git') or vim.fn.getcwd()
  local ok, problem = pcall(vim.system, { binary, 'why' }, { text = true, cwd = root, timeout = 10000 }, function(result)
    vim.schedule(function()
      local text = vim.trim(result.stdout or '')
      text = text ~= '' and text or vim.trim(result.stderr or '')
      open(vim.split(text ~= '' and text or 'housestyle why said nothing', '\n'))
    end)
  end)
  if not ok then
    vim.notify('housestyle: ' .. problem, vim.log.levels.WARN)
  end
end

---Shows the reasons.
function M.show()
  local client = vim.lsp.get_clients({ name = 'housestyle', bufnr = 0 })[1] or vim.lsp.get_clients({ name = 'housestyle' })[1]
  local provider = client and client.server_capabilities.executeCommandProvider
  if not client or not provider or not vim.list_contains(provider.commands, 'housestyle.why') then
    from_binary()
    return
  end
  client:exec_cmd({ title = 'Why', command = 'housestyle.why' }, {}, function(err, answer)
    if err or type(answer) ~= 'table' then
      from_binary()
    else
      open(lines(answer))
    end
  end)
end

return M
