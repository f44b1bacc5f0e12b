-- Our own ghost text: for Neovim 0.11, and wherever `ghost_text = 'own'`.
--
--   keystroke ──▶ still fits? draw the rest : hide ──▶ cancel the older request ──▶ rest a moment ──▶ ask
--
-- What becomes of the answer is in lifecycle.lua.
local ask = require('housestyle.ask')
local config = require('housestyle.config')
local draw = require('housestyle.draw')
local lifecycle = require('housestyle.lifecycle')
local menu = require('housestyle.menu')
local position = require('housestyle.position')
local switch = require('housestyle.switch')

---@class housestyle.Ghost: housestyle.State
---@field seen? housestyle.Position Where the last event was handled; events come in twos and threes.
---@field timer? uv.uv_timer_t Until a request is sent.
---@field cancel? fun() Cancels the request that is under way.

---@class housestyle.GhostRenderer: housestyle.Renderer
local renderer = { name = 'ghost' }

---@class housestyle.ghost: housestyle.Display
local M = lifecycle.new(renderer)

function renderer.cancel(ghost)
  if ghost.timer then
    ghost.timer:stop()
    ghost.timer:close()
    ghost.timer = nil
  end
  if ghost.cancel then
    ghost.cancel()
    ghost.cancel = nil
  end
end

function renderer.draw(ghost, buf)
  local s, rest = M.fitting(buf)
  if not s or not rest then
    M.hide(buf)
  elseif menu.disagrees(buf, rest) then
    draw.clear(buf) -- it comes back when the menu goes, if it still fits
  else
    local row, col = position.cursor(buf)
    draw.set(buf, row, col, rest, s.tail, #ghost.list > 1 and ('(%d/%d)'):format(ghost.index, #ghost.list) or nil)
  end
end

function renderer.clear(_, buf)
  draw.clear(buf)
end

---@param more? boolean the answer is one more suggestion, next to those shown
local function request(ghost, buf, kind, more)
  if ghost.client:is_stopped() then
    return
  end
  local handle = M.handler(ghost, buf, kind == ask.kind.Invoked, more)
  ghost.cancel = ask.send(ghost.client, buf, kind, function(...)
    ghost.cancel = nil
    handle(...)
  end)
end

function renderer.ask_another(ghost, buf)
  request(ghost, buf, ask.kind.Invoked, true)
  return true
end

local function on_event(ghost, buf)
  local now = position.now(buf)
  if vim.deep_equal(ghost.seen, now) then
    return
  end
  ghost.seen = now
  M.cancel(ghost)
  if not switch.wanted(buf) then
    M.hide(buf)
    return
  end
  renderer.draw(ghost, buf)
  if menu.is_browsed(buf) then
    return
  end
  ghost.timer = vim.defer_fn(function()
    ghost.timer = nil
    if M.state(buf) == ghost and position.holds(now) then
      request(ghost, buf, ask.kind.Automatic)
    end
  end, config.options.debounce_ms)
end

function renderer.attach(ghost, buf, group)
  vim.api.nvim_create_autocmd({ 'InsertEnter', 'CursorMovedI', 'TextChangedI', 'TextChangedP' }, {
    group = group,
    buffer = buf,
    callback = function()
      on_event(ghost, buf)
    end,
  })
  vim.api.nvim_create_autocmd({ 'InsertLeave', 'BufLeave' }, {
    group = group,
    buffer = buf,
    callback = function()
      M.cancel(ghost)
      ghost.seen = nil
      M.hide(buf)
    end,
  })
  if vim.startswith(vim.api.nvim_get_mode().mode, 'i') and vim.api.nvim_get_current_buf() == buf then
    on_event(ghost, buf) -- the server came up while the user was typing already
  end
end

function renderer.detach(_, buf)
  draw.clear(buf)
end

function M.take(buf, act)
  local s = M.current(buf)
  if s then
    act(s)
  end
  return s ~= nil
end

function M.trigger(buf)
  local ghost = M.state(buf)
  if not ghost or not switch.wanted(buf, true) then
    return false
  end
  M.cancel(ghost)
  request(ghost, buf, ask.kind.Invoked)
  return true
end

---Looks anew at what the completion menu does.
function M.refresh(buf)
  local ghost = M.state(buf)
  if ghost then
    renderer.draw(ghost, buf)
    ghost.seen = nil
    on_event(ghost, buf)
  end
end

return M
