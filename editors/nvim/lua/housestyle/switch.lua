-- Whether suggestions are wanted in a buffer, and if not, why not.
--
-- The reasons here are the client's: it asks nothing then. What the team's or the user's settings forbid is
-- known to the server alone, and comes back with its status.
local config = require('housestyle.config')

local M = {}

---@alias housestyle.Scope 'all'|'language'|'buffer'

local languages = {} ---@type table<string, boolean> by file type: what `:Housestyle toggle language` says
local snooze ---@type { timer: uv.uv_timer_t, ends: integer }?

---Returns true if suggestions are wanted for a file type.
---@param filetype string
---@return boolean
local function wants(filetype)
  return vim.F.if_nil(languages[filetype], config.wants(filetype))
end

---Returns the whole minutes left of a snooze, at least 1, or nil.
---@return integer?
local function minutes_left()
  return snooze and math.max(1, math.ceil((snooze.ends - os.time()) / 60)) or nil
end

---Returns how many bytes a buffer has; 0 for one that is not loaded.
local function bytes(buf)
  return vim.api.nvim_buf_is_loaded(buf) and vim.api.nvim_buf_get_offset(buf, vim.api.nvim_buf_line_count(buf)) or 0
end

---Returns why nothing is offered in a buffer, or nil if it is. Asking by hand changes nothing of it.
---@param buf integer
---@return string?
function M.reason(buf)
  local left = minutes_left()
  local bo = vim.bo[buf]
  if left then
    return ('snoozed for %d min'):format(left)
  elseif vim.g.housestyle_enabled == false then
    return 'switched off everywhere'
  elseif not wants(bo.filetype) then
    return ('switched off for %s'):format(bo.filetype ~= '' and bo.filetype or 'files without a type')
  elseif vim.b[buf].housestyle_enabled == false then
    return 'switched off in this buffer'
  elseif bo.buftype ~= '' then
    return ('no file (%s)'):format(bo.buftype)
  elseif not bo.modifiable then
    return 'this buffer cannot be changed'
  elseif bo.readonly then
    return 'this file is read-only'
  elseif bytes(buf) > config.options.max_file_bytes then
    return ('this file has more than %d bytes (max_file_bytes)'):format(config.options.max_file_bytes)
  end
end

---Returns why nothing is offered at this moment without being asked for, or nil.
---@param buf integer
---@return string?
function M.pause(buf)
  if vim.fn.reg_recording() ~= '' then
    return 'a macro is recorded' -- a replay would accept something else, or nothing
  end
  local win = vim.fn.bufwinid(buf)
  if win ~= -1 and vim.wo[win].diff then
    return 'this window shows a diff' -- lines that are not there would shift it against the other side
  end
  local cursors = package.loaded['multicursor-nvim']
  if vim.b[buf].visual_multi or (cursors and cursors.hasCursors and cursors.hasCursors()) then
    return 'there are several cursors'
  end
end

---Returns true if suggestions may be asked for in a buffer.
---@param buf integer
---@param by_hand? boolean
---@return boolean
function M.wanted(buf, by_hand)
  return not M.reason(buf) and (by_hand or (vim.fn.reg_executing() == '' and not M.pause(buf))) or false
end

---Wakes or rests the servers: off, they do no work at all.
---@param on boolean
local function notify_servers(on)
  for _, client in ipairs(vim.lsp.get_clients({ name = 'housestyle' })) do
    M.notify(client, on)
  end
end

---Tells one server whether it is to work.
---@param client vim.lsp.Client
---@param on boolean
function M.notify(client, on)
  local provider = client.server_capabilities.executeCommandProvider
  if provider and vim.list_contains(provider.commands, 'housestyle.toggle') then
    client:exec_cmd({ title = 'Toggle', command = 'housestyle.toggle', arguments = { on } })
  end
end

---Returns true unless everything is switched off.
---@return boolean
function M.is_on()
  return vim.g.housestyle_enabled ~= false and not snooze
end

local function wake()
  if snooze then
    snooze.timer:stop()
    snooze.timer:close()
    snooze = nil
  end
end

local function changed()
  local buf = vim.api.nvim_get_current_buf()
  if M.reason(buf) then
    require('housestyle.display').get().hide(buf)
  end
  require('housestyle.status').announce()
end

---Switches suggestions on or off everywhere.
---@param on boolean
function M.enable(on)
  wake()
  vim.g.housestyle_enabled = on
  notify_servers(on)
  changed()
end

---Switches suggestions off where they are on, and on where they are off.
---@param scope? housestyle.Scope default: everywhere
---@return string what holds now
function M.toggle(scope)
  if scope == 'buffer' then
    local on = vim.b.housestyle_enabled == false
    vim.b.housestyle_enabled = on
    changed()
    return on and 'on in this buffer' or 'off in this buffer'
  elseif scope == 'language' then
    local filetype = vim.bo.filetype
    languages[filetype] = not wants(filetype)
    if languages[filetype] then
      require('housestyle.client').start() -- the buffers that were left out so far
    end
    changed()
    return ('%s for %s'):format(languages[filetype] and 'on' or 'off', filetype ~= '' and filetype or 'files without a type')
  end
  M.enable(not M.is_on())
  return M.is_on() and 'on' or 'off'
end

---Switches everything off for a while; 0 minutes ends it.
---@param minutes integer
---@return string what holds now
function M.snooze(minutes)
  wake()
  if minutes > 0 then
    local timer = vim.defer_fn(function()
      snooze = nil
      notify_servers(M.is_on())
      changed()
    end, minutes * 60 * 1000)
    snooze = { timer = timer, ends = os.time() + minutes * 60 }
  end
  notify_servers(M.is_on())
  changed()
  return minutes > 0 and ('quiet for %d min (:Housestyle snooze 0 ends it)'):format(minutes) or 'awake'
end

---Returns true if the server is to be attached to a buffer at all.
---@param buf integer
---@return boolean
function M.attaches(buf)
  return wants(vim.bo[buf].filetype) and vim.bo[buf].buftype == '' and bytes(buf) <= config.options.max_file_bytes
end

return M
