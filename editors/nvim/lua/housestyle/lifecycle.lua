-- The life of suggestions in a buffer, the same for both displays.
--
--   answer ──▶ for another text or cursor? drop ──▶ null? leave all as it is ──▶ one more? add it
--          ──▶ else replace the list, at once or after a rest ──▶ draw, as each display does it
local flicker = require('housestyle.flicker')
local menu = require('housestyle.menu')
local position = require('housestyle.position')
local suggestion = require('housestyle.suggestion')

local M = {}

---What there is to show in a buffer.
---@class housestyle.State
---@field client vim.lsp.Client
---@field list housestyle.Suggestion[]
---@field index integer Which of them is current.
---@field replacement? uv.uv_timer_t Until an answer takes the place of what is shown.

---What each display does in its own way.
---@class housestyle.Renderer
---@field name string
---@field attach fun(state: housestyle.State, buf: integer, group: integer) Begins in a buffer; `group` is for autocommands.
---@field detach fun(state: housestyle.State, buf: integer)
---@field draw fun(state: housestyle.State, buf: integer) Shows the current suggestion if it fits and no menu disagrees.
---@field clear fun(state: housestyle.State, buf: integer) Shows nothing.
---@field cancel? fun(state: housestyle.State) Cancels a request that is under way or about to be sent.
---@field ask_another fun(state: housestyle.State, buf: integer): boolean Asks for one more suggestion, by hand.

---Returns what a display is without `take`, `trigger` and `refresh`.
---@param renderer housestyle.Renderer
---@return table display
function M.new(renderer)
  local display = {}
  local states = {} ---@type table<integer, housestyle.State>

  local function group(buf)
    return ('housestyle.%s:%d'):format(renderer.name, buf)
  end

  ---Returns what there is to show in a buffer; nil where no client is attached.
  ---@param buf integer
  ---@return housestyle.State?
  function display.state(buf)
    return states[buf]
  end

  ---Returns the current suggestion and what is left of it, if it fits the text as it is now.
  ---@param buf integer
  ---@return housestyle.Suggestion?
  ---@return string? rest
  function display.fitting(buf)
    local state = states[buf]
    local s = state and state.list[state.index]
    local rest = s and s:rest(position.cursor(buf))
    if rest then
      return s, rest
    end
  end

  ---Returns the same if it is on the screen: no menu disagrees.
  ---@param buf integer
  ---@return housestyle.Suggestion?
  ---@return string? rest
  function display.current(buf)
    local s, rest = display.fitting(buf)
    if s and rest and not menu.disagrees(buf, rest) then
      return s, rest
    end
  end

  function display.is_visible(buf)
    return display.current(buf) ~= nil
  end

  ---Cancels the request and the replacement that have not come about.
  ---@param state housestyle.State
  function display.cancel(state)
    if renderer.cancel then
      renderer.cancel(state)
    end
    flicker.stop(state.replacement)
    state.replacement = nil
  end

  function display.attach(client, buf)
    local state = { client = client, list = {}, index = 1 }
    states[buf] = state
    renderer.attach(state, buf, vim.api.nvim_create_augroup(group(buf), {}))
  end

  function display.detach(client_id, buf)
    local state = states[buf]
    if not state or state.client.id ~= client_id then
      return
    end
    display.cancel(state)
    states[buf] = nil
    pcall(vim.api.nvim_del_augroup_by_name, group(buf))
    renderer.detach(state, buf)
  end

  local function set(state, buf, list)
    state.list = list
    state.index = 1
    renderer.draw(state, buf)
  end

  function display.show(s)
    if states[s.buf] then
      set(states[s.buf], s.buf, { s })
    end
  end

  function display.hide(buf)
    local state = states[buf]
    if state then
      state.list = {}
      flicker.stop(state.replacement)
      renderer.clear(state, buf)
    end
  end

  function display.dismiss(buf)
    if not display.current(buf) then
      return false
    end
    display.cancel(states[buf])
    display.hide(buf)
    return true
  end

  ---Adds the suggestions that are not there yet, and shows the first of them.
  local function add(state, buf, list)
    local before = #state.list
    suggestion.add(state.list, list)
    if #state.list > before then
      state.index = before + 1
      renderer.draw(state, buf)
    end
  end

  ---Moves by so many suggestions; asks for another one when there is only one.
  local function move(buf, by)
    if not display.current(buf) then
      return false
    end
    local state = states[buf]
    display.cancel(state)
    if #state.list == 1 then
      return renderer.ask_another(state, buf)
    end
    state.index = (state.index - 1 + by) % #state.list + 1
    renderer.draw(state, buf)
    return true
  end

  function display.next(buf)
    return move(buf, 1)
  end

  function display.previous(buf)
    return move(buf, -1)
  end

  ---Returns a handler for the answer to a request that is sent now.
  ---@param state housestyle.State
  ---@param buf integer
  ---@param by_hand boolean
  ---@param more? boolean the answer is one more suggestion, next to those shown
  ---@return lsp.Handler
  function display.handler(state, buf, by_hand, more)
    local asked = position.now(buf)
    local function holds()
      return states[buf] == state and position.holds(asked)
    end
    return function(err, result)
      if not holds() then
        return -- the user is elsewhere by now
      end
      if err or result == nil or result == vim.NIL then
        return -- null means superseded, not "nothing": what is shown stays
      end
      local list = suggestion.list(state.client, buf, result, asked.row, asked.col)
      if more then
        return add(state, buf, list)
      end
      local _, shown = display.current(buf)
      local fresh = list[1] and list[1]:rest(asked.row, asked.col)
      flicker.stop(state.replacement)
      state.replacement = flicker.replace(shown, fresh, by_hand, function()
        if holds() then
          set(state, buf, list)
        end
      end)
    end
  end

  return display
end

return M
