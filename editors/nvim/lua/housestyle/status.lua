-- What the server last said about itself (`housestyle/status`), and the text for a status line.
local M = {}

---@class housestyle.Status
---@field state string As the server names it, or 'stopped'.
---@field message string
---@field percent? integer
---@field model? string
---@field last? any What became of the last request.

---Ends of a request that hold for the whole file, until the settings change: for all others silence is for this place.
local FOR_THE_FILE = {
  ['disabled'] = true,
  ['mode-off'] = true,
  ['manual-only'] = true,
  ['path-disabled'] = true,
  ['document-too-large'] = true,
}

local by_client = {} ---@type table<integer, housestyle.Status>
local by_buffer = {} ---@type table<integer, string> why the server offers nothing in a file, as it last said
local tasks = {} ---@type table<string, integer|false> by title: percent, where it is known

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

---Lets status lines be drawn anew.
function M.announce()
  vim.api.nvim_exec_autocmds('User', { pattern = 'HousestyleStatus', modeline = false })
  vim.cmd.redrawstatus()
end

---Notes what the end of a request says of the file in which the user is: requests come from there alone.
local function note_file(client_id, last)
  local buf = vim.api.nvim_get_current_buf()
  if type(last) == 'table' and vim.lsp.buf_is_attached(buf, client_id) then
    by_buffer[buf] = FOR_THE_FILE[last.code] and (last.message or last.code) or nil
  end
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
    model = type(params.model) == 'string' and params.model or nil,
    last = params.last ~= vim.NIL and params.last or nil,
  }
  by_client[context.client_id] = status
  note_file(context.client_id, status.last)
  M.announce()
end

---Forgets a server that has gone.
---@param client_id integer
function M.forget(client_id)
  by_client[client_id] = nil
  vim.schedule(M.announce)
end

---Notes how far a task of the user's has come, such as mining; nil when it has ended.
---@param title string
---@param percent? integer|false
function M.task(title, percent)
  tasks[title] = percent
  M.announce()
end

---Returns why nothing is offered in a buffer, or nil if it is.
---@param buf integer
---@return string?
function M.off_here(buf)
  local switch = require('housestyle.switch')
  return switch.reason(buf) or switch.pause(buf) or by_buffer[buf]
end

---Returns the tasks under way as ` · mining 40%`.
local function under_way()
  local out = {}
  for title, percent in vim.spairs(tasks) do
    table.insert(out, (' · %s%s'):format(title, percent and (' %d%%'):format(percent) or ''))
  end
  return table.concat(out)
end

---Returns a reason for a status line, where there is little room.
local function off(reason)
  local MOST = 48
  local short = vim.fn.strcharpart(reason, 0, MOST)
  return 'off here: ' .. short .. (short ~= reason and '…' or '')
end

---Returns the state in few words, or nil if no server runs or is about to.
---@return string?
local function state()
  local buf = vim.api.nvim_get_current_buf()
  local status = M.get()
  if not status then
    local crashed = require('housestyle.revive').describe()
    return crashed and (require('housestyle.revive').has_given_up() and 'crashed' or crashed) or nil
  end
  local switch = require('housestyle.switch')
  local here = switch.reason(buf)
  if here and vim.bo[buf].buftype == '' or not switch.is_on() then
    return off(here or 'paused')
  end
  if status.state == 'error' or status.state == 'loading' or status.state == 'paused' then
    return status.state .. (status.percent and (' %d%%'):format(status.percent) or '')
  end
  local why = M.off_here(buf)
  if why then
    return off(why)
  end
  return status.state .. (status.percent and (' %d%%'):format(status.percent) or '')
end

---Returns a short text for a status line: '' while no server runs, else as 'housestyle: loading 40%'.
---@return string
function M.component()
  local current = state()
  return current and 'housestyle: ' .. current .. under_way() or ''
end

---Returns all that is known, for people.
---@return string
function M.describe()
  local status = M.get()
  if not status then
    local running = #vim.lsp.get_clients({ name = 'housestyle' }) > 0
    return running and 'running; it has not said how it is yet' or require('housestyle.revive').describe() or 'not running (:Housestyle start)'
  end
  local here = M.off_here(vim.api.nvim_get_current_buf())
  local text = here and 'off here: ' .. here or M.component():gsub('^housestyle: ', '')
  if status.message ~= '' and status.message ~= status.state then
    text = text .. ': ' .. status.message
  end
  if status.model then
    text = text .. '\nmodel: ' .. status.model
  end
  local last = type(status.last) == 'table' and (status.last.message or status.last.code) or status.last
  if last and last ~= '' then
    text = text .. '\nlast request: ' .. (type(last) == 'string' and last or vim.inspect(last))
  end
  return text
end

local group = vim.api.nvim_create_augroup('housestyle.status', {})
vim.api.nvim_create_autocmd({ 'RecordingEnter', 'RecordingLeave' }, {
  group = group,
  callback = vim.schedule_wrap(M.announce),
})
vim.api.nvim_create_autocmd('BufWipeout', {
  group = group,
  callback = function(event)
    by_buffer[event.buf] = nil
  end,
})

return M
