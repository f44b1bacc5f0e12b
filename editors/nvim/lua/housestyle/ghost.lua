-- Our own ghost text: for Neovim 0.11, and wherever `ghost_text = 'own'`.
--
--   keystroke ──▶ still fits? draw the rest : hide ──▶ cancel the older request ──▶ rest a moment ──▶ ask
--   answer    ──▶ for another text or cursor? drop ──▶ null? leave all as it is ──▶ draw, or hide if empty
local ask = require('housestyle.ask')
local config = require('housestyle.config')
local draw = require('housestyle.draw')
local menu = require('housestyle.menu')
local place = require('housestyle.place')
local steady = require('housestyle.steady')
local suggestion = require('housestyle.suggestion')
local switch = require('housestyle.switch')

---@class housestyle.Ghost
---@field client vim.lsp.Client
---@field list housestyle.Suggestion[]
---@field index integer
---@field seen? housestyle.Place Where the last event was handled; events come in twos and threes.
---@field timer? uv.uv_timer_t
---@field cancel? fun()
---@field swap? uv.uv_timer_t Until an answer takes the place of what is shown.

---@class housestyle.ghost: housestyle.Display
local M = {}

local ghosts = {} ---@type table<integer, housestyle.Ghost>

local function settle(ghost)
  if ghost.timer then
    ghost.timer:stop()
    ghost.timer:close()
    ghost.timer = nil
  end
  if ghost.cancel then
    ghost.cancel()
    ghost.cancel = nil
  end
  steady.stop(ghost.swap)
  ghost.swap = nil
end

---Returns the current suggestion and what is left of it, if it fits the text as it is now.
local function fitting(buf)
  local ghost = ghosts[buf]
  local s = ghost and ghost.list[ghost.index]
  if not s then
    return nil
  end
  local rest = s:rest(place.cursor(buf))
  if rest then
    return s, rest
  end
end

---Returns the same if it is on the screen: no menu disagrees.
local function current(buf)
  local s, rest = fitting(buf)
  if s and rest and not menu.disagrees(buf, rest) then
    return s, rest
  end
end

local function redraw(buf)
  local ghost = ghosts[buf]
  local s, rest = fitting(buf)
  if not s or not rest then
    M.hide(buf)
  elseif menu.disagrees(buf, rest) then
    draw.clear(buf) -- it comes back when the menu goes, if it still fits
  else
    local row, col = place.cursor(buf)
    draw.set(buf, row, col, rest, s.tail, #ghost.list > 1 and ('(%d/%d)'):format(ghost.index, #ghost.list) or nil)
  end
end

---@param more? boolean the answer is one more beside what is shown
local function request(buf, kind, more)
  local ghost = ghosts[buf]
  if not ghost or ghost.client:is_stopped() then
    return
  end
  local asked = place.now(buf)
  ghost.cancel = ask.send(ghost.client, buf, kind, function(err, result)
    ghost.cancel = nil
    if err or result == nil or result == vim.NIL or not place.holds(asked) then
      return -- null means superseded, not "nothing"
    end
    local list = suggestion.list(ghost.client, buf, result, asked.row, asked.col)
    local _, shown = current(buf)
    local fresh = list[1] and list[1]:rest(asked.row, asked.col)
    if more then
      M.add(buf, list)
      return
    end
    ghost.swap = steady.replace(shown, fresh, kind == ask.kind.Invoked, function()
      if ghosts[buf] == ghost and place.holds(asked) then
        ghost.list = list
        ghost.index = 1
        redraw(buf)
      end
    end)
  end)
end

local function on_event(buf)
  local ghost, now = ghosts[buf], place.now(buf)
  if not ghost or vim.deep_equal(ghost.seen, now) then
    return
  end
  ghost.seen = now
  settle(ghost)
  if not switch.wanted(buf) then
    M.hide(buf)
    return
  end
  redraw(buf)
  if menu.is_browsed(buf) then
    return
  end
  ghost.timer = vim.defer_fn(function()
    ghost.timer = nil
    if ghosts[buf] == ghost and place.holds(now) then
      request(buf, ask.kind.Automatic)
    end
  end, config.options.debounce_ms)
end

local function group(buf)
  return 'housestyle.ghost:' .. buf
end

function M.attach(client, buf)
  ghosts[buf] = { client = client, list = {}, index = 1 }
  local augroup = vim.api.nvim_create_augroup(group(buf), {})
  vim.api.nvim_create_autocmd({ 'InsertEnter', 'CursorMovedI', 'TextChangedI', 'TextChangedP' }, {
    group = augroup,
    buffer = buf,
    callback = function()
      on_event(buf)
    end,
  })
  vim.api.nvim_create_autocmd({ 'InsertLeave', 'BufLeave' }, {
    group = augroup,
    buffer = buf,
    callback = function()
      settle(ghosts[buf])
      ghosts[buf].seen = nil
      M.hide(buf)
    end,
  })
  if vim.startswith(vim.api.nvim_get_mode().mode, 'i') and vim.api.nvim_get_current_buf() == buf then
    on_event(buf) -- the server came up while the user was typing already
  end
end

function M.detach(client_id, buf)
  local ghost = ghosts[buf]
  if not ghost or ghost.client.id ~= client_id then
    return
  end
  settle(ghost)
  ghosts[buf] = nil
  pcall(vim.api.nvim_del_augroup_by_name, group(buf))
  draw.clear(buf)
end

function M.take(buf, act)
  local s = current(buf)
  if s then
    act(s)
  end
  return s ~= nil
end

function M.show(s)
  ghosts[s.buf].list = { s }
  ghosts[s.buf].index = 1
  redraw(s.buf)
end

function M.hide(buf)
  local ghost = ghosts[buf]
  if ghost then
    ghost.list = {}
  end
  draw.clear(buf)
end

function M.dismiss(buf)
  if not current(buf) then
    return false
  end
  settle(ghosts[buf])
  M.hide(buf)
  return true
end

---Adds the suggestions that are not there yet, and shows the first of them.
---@param buf integer
---@param list housestyle.Suggestion[]
function M.add(buf, list)
  local ghost = ghosts[buf]
  local before = #ghost.list
  suggestion.add(ghost.list, list)
  if #ghost.list > before then
    ghost.index = before + 1
    redraw(buf)
  end
end

---Moves by so many suggestions; asks for another one when there is only one.
local function move(buf, by)
  local ghost = ghosts[buf]
  if not ghost or not current(buf) then
    return false
  end
  settle(ghost)
  if #ghost.list > 1 then
    ghost.index = (ghost.index - 1 + by) % #ghost.list + 1
    redraw(buf)
  else
    request(buf, ask.kind.Invoked, true)
  end
  return true
end

function M.next(buf)
  return move(buf, 1)
end

function M.previous(buf)
  return move(buf, -1)
end

function M.trigger(buf)
  if not ghosts[buf] or not switch.wanted(buf, true) then
    return false
  end
  settle(ghosts[buf])
  request(buf, ask.kind.Invoked)
  return true
end

---Looks anew at what the completion menu does.
function M.refresh(buf)
  if ghosts[buf] then
    redraw(buf)
    ghosts[buf].seen = nil
    on_event(buf)
  end
end

function M.is_visible(buf)
  return current(buf) ~= nil
end

return M
