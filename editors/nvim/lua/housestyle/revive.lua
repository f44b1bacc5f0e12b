-- Starts the server again after a crash: soon at first, then ever later, then no more.
local M = {}

---Rest before the first try; it doubles with each.
local FIRST_MS = 500
---After so many crashes in a row it is left alone.
local MOST = 5
---A server that lived this long has not crashed at its start: the count begins anew.
local LONG_ENOUGH_S = 60

local crashes = 0
local waits_until ---@type integer?  in uv.now()'s milliseconds
local timer ---@type uv.uv_timer_t?
local started = {} ---@type table<integer, integer> by client: when, in seconds

---Notes that a server runs.
---@param client_id integer
function M.started(client_id)
  started[client_id] = os.time()
  waits_until = nil
end

---Forgets all crashes: the user starts or stops it by hand.
function M.reset()
  crashes = 0
  waits_until = nil
  if timer and not timer:is_closing() then
    timer:stop()
    timer:close()
  end
end

---Returns what is known of crashes, or nil: `restarting in 2 s`, or that it was given up.
---@return string? description
function M.describe()
  if waits_until then
    return ('restarting in %d s'):format(math.max(1, math.ceil((waits_until - vim.uv.now()) / 1000)))
  elseif crashes > MOST then
    return ('given up after %d crashes (:Housestyle log tells more, :Housestyle restart tries again)'):format(crashes)
  end
end

---Returns true after too many crashes.
---@return boolean
function M.has_given_up()
  return crashes > MOST
end

---Handles the end of a server's process; an `on_exit` of vim.lsp.config.
---@param code integer
---@param signal integer
---@param client_id integer
function M.on_exit(code, signal, client_id)
  local lived = started[client_id] and os.time() - started[client_id] or 0
  started[client_id] = nil
  if code == 0 and (signal == 0 or signal == 15) then
    return -- it was asked to
  end
  if lived >= LONG_ENOUGH_S then
    crashes = 0
  end
  crashes = crashes + 1
  if crashes > MOST then
    vim.schedule(function()
      vim.notify(('housestyle: the server crashed %d times in a row and is left alone; see :Housestyle log, then :Housestyle restart'):format(crashes), vim.log.levels.ERROR)
      require('housestyle.status').announce()
    end)
    return
  end
  local delay = FIRST_MS * 2 ^ (crashes - 1)
  vim.schedule(function()
    waits_until = vim.uv.now() + delay
    timer = vim.defer_fn(function()
      waits_until = nil
      if vim.v.exiting == vim.NIL and vim.lsp.is_enabled('housestyle') then
        require('housestyle.client').start()
      end
    end, delay)
    require('housestyle.status').announce()
  end)
end

return M
