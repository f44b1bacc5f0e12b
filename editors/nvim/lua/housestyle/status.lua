-- Keeps what the server last said about itself (`housestyle/status`).
local M = {}

---@class housestyle.Status
---@field state string As the server names it, or 'stopped'.
---@field message string
---@field percent? integer
---@field last? any What became of the last request.

local by_client = {} ---@type table<integer, housestyle.Status>

---Returns what the server last said, or nil if none is running.
---@param client_id? integer default: the one of the current buffer, else any
---@return housestyle.Status?
function M.get(client_id)
  if not client_id then
    local client = vim.lsp.get_clients({ name = 'housestyle', bufnr = 0 })[1] or vim.lsp.get_clients({ name = 'housestyle' })[1]
    client_id = client and client.id
  end
  return client_id and by_client[client_id] or nil
end

local function announce()
  vim.api.nvim_exec_autocmds('User', { pattern = 'HousestyleStatus', modeline = false })
  vim.cmd.redrawstatus()
end

---Handles the server's notification.
---@type lsp.Handler
function M.on_notification(_, params, context)
  if type(params) ~= 'table' then
    return
  end
  local status = {
    state = tostring(params.state or 'unknown'),
    message = type(params.message) == 'string' and params.message or '',
    percent = type(params.percent) == 'number' and math.floor(params.percent) or nil,
    last = params.last ~= vim.NIL and params.last or nil,
  }
  by_client[context.client_id] = status
  announce()
end

---Forgets a server that has gone.
---@param client_id integer
function M.forget(client_id)
  by_client[client_id] = nil
  vim.schedule(announce)
end

---Returns a short text for a status line: '' while no server runs, else as 'housestyle: loading 40%'.
---@return string
function M.component()
  local status = M.get()
  if not status then
    return ''
  end
  if vim.g.housestyle_enabled == false or vim.b.housestyle_enabled == false then
    return 'housestyle: off'
  end
  return 'housestyle: ' .. status.state .. (status.percent and (' %d%%'):format(status.percent) or '')
end

---Returns all that is known, for people.
---@return string
function M.describe()
  local status = M.get()
  if not status then
    local running = #vim.lsp.get_clients({ name = 'housestyle' }) > 0
    return running and 'running; it has not said how it is yet' or 'not running (:Housestyle start)'
  end
  local text = M.component():gsub('^housestyle: ', '')
  if status.message ~= '' then
    text = text .. ': ' .. status.message
  end
  local last = type(status.last) == 'table' and (status.last.message or status.last.code) or status.last
  if last and last ~= '' then
    text = text .. '\nlast request: ' .. (type(last) == 'string' and last or vim.inspect(last))
  end
  return text
end

return M
