-- Ghost text by Neovim's own vim.lsp.inline_completion (0.12 and newer), made safe.
--
-- Neovim draws, asks and cycles. What it leaves open is done here, by a handler around its handler:
-- it shows a late answer as if current, keeps a suggestion that no longer fits until the next answer,
-- and inserts at the place where the suggestion was, whatever has been typed since.
local ask = require('housestyle.ask')
local menu = require('housestyle.menu')
local place = require('housestyle.place')
local steady = require('housestyle.steady')
local suggestion = require('housestyle.suggestion')
local switch = require('housestyle.switch')
local sync = require('housestyle.sync')

---@class housestyle.Native
---@field client vim.lsp.Client
---@field list housestyle.Suggestion[] What there is to show.
---@field index integer Which of them Neovim shows.
---@field shown boolean Whether Neovim has been given them: not while a menu disagrees.
---@field swap? uv.uv_timer_t Until an answer takes the place of what is shown.
---@field more? boolean The next request by hand is for one more beside what is shown.
---@field handler? lsp.Handler Neovim's own: the door to its screen.
---@field context? lsp.HandlerContext

---@class housestyle.native: housestyle.Display
local M = {}

local natives = {} ---@type table<integer, housestyle.Native>
local wrapped = setmetatable({}, { __mode = 'k' }) ---@type table<vim.lsp.Client, true>

---Gives Neovim items to show; none hides what it shows.
local function feed(native, items)
  if native.handler and not native.client:is_stopped() then
    native.handler(nil, { items = items }, native.context)
  end
end

---Returns the current suggestion and what is left of it, if it fits the text as it is now.
local function fitting(buf)
  local native = natives[buf]
  local s = native and native.list[native.index]
  local rest = s and s:rest(place.cursor(buf))
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

---Lets Neovim show the current suggestion, or nothing while a menu disagrees with it.
local function draw(buf)
  local native = natives[buf]
  native.shown = current(buf) ~= nil
  feed(native, native.shown and vim.tbl_map(function(s)
    return s:as_item(native.client)
  end, native.list) or {})
  if native.shown and #native.list > 1 then
    local by = native.index > 1 and native.index - 1 or #native.list
    vim.lsp.inline_completion.select({ bufnr = buf, count = by }) -- all round: to show which of how many
  end
end

---Returns Neovim's handler behind our checks.
---@param client vim.lsp.Client
---@param buf integer
---@param by_hand boolean
---@param more? boolean the answer is one more beside what is shown
---@return lsp.Handler
local function guard(client, buf, by_hand, more)
  local asked = place.now(buf)
  return function(err, result)
    local native = natives[buf]
    if not native or not place.holds(asked) then
      return -- the user is elsewhere by now
    end
    if err or result == nil or result == vim.NIL then
      return -- null means superseded: what is shown stays
    end
    local list = suggestion.list(client, buf, result, asked.row, asked.col)
    if more then
      M.add(buf, list)
      return
    end
    local fresh = list[1] and list[1]:rest(asked.row, asked.col)
    steady.stop(native.swap)
    native.swap = steady.replace(select(2, current(buf)), fresh, by_hand, function()
      if natives[buf] == native and place.holds(asked) then
        native.list = list
        native.index = 1
        draw(buf)
      end
    end)
  end
end

local function wrap(client)
  if wrapped[client] then
    return
  end
  wrapped[client] = true
  local request = client.request
  client.request = function(self, method, params, handler, buf)
    if method ~= ask.method or not handler or not natives[buf] then
      return request(self, method, params, handler, buf)
    end
    natives[buf].handler = handler
    natives[buf].context = { client_id = self.id, bufnr = buf, method = method }
    local by_hand = params.context and params.context.triggerKind == ask.kind.Invoked or false
    local more = by_hand and natives[buf].more
    natives[buf].more = nil
    if not switch.wanted(buf, by_hand) or (not by_hand and menu.is_browsed(buf)) then
      return false
    end
    sync.ensure(self, buf)
    return request(self, method, params, guard(self, buf, by_hand, more), buf)
  end
end

---Hides what no longer fits, or what a menu disagrees with; brings the latter back.
local function follow(buf)
  local native = natives[buf]
  if not native or #native.list == 0 then
    return
  elseif not fitting(buf) or not switch.wanted(buf) then
    M.hide(buf)
  elseif native.shown ~= (current(buf) ~= nil) then
    draw(buf)
  end
end

local function group(buf)
  return 'housestyle.native:' .. buf
end

function M.attach(client, buf)
  natives[buf] = { client = client, list = {}, index = 1, shown = false }
  wrap(client)
  -- for our client alone: other servers' suggestions are the user's own choice
  vim.lsp.inline_completion.enable(true, { bufnr = buf, client_id = client.id })
  local augroup = vim.api.nvim_create_augroup(group(buf), {})
  vim.api.nvim_create_autocmd({ 'CursorMovedI', 'TextChangedI', 'TextChangedP' }, {
    group = augroup,
    buffer = buf,
    callback = function()
      follow(buf)
    end,
  })
  vim.api.nvim_create_autocmd('InsertLeave', {
    group = augroup,
    buffer = buf,
    callback = function()
      natives[buf].list = {}
      steady.stop(natives[buf].swap)
    end,
  })
end

---Takes a client out of Neovim's inline completion of a buffer. Neovim does so by itself only where the
---whole buffer is enabled, else it would go on to ask a client that has gone, with an error each time.
local function disable(client_id, buf)
  local enable = vim.lsp.inline_completion.enable
  local was_enabled = vim.lsp.inline_completion.is_enabled({ bufnr = buf })
  enable(true, { bufnr = buf })
  enable(false, { bufnr = buf, client_id = client_id })
  if not was_enabled then
    enable(false, { bufnr = buf })
  end
end

function M.detach(client_id, buf)
  if natives[buf] and natives[buf].client.id == client_id then
    natives[buf] = nil
    pcall(vim.api.nvim_del_augroup_by_name, group(buf))
    disable(client_id, buf)
  end
end

---Returns our suggestion behind an item of Neovim's.
local function find(buf, item)
  for _, s in ipairs(natives[buf] and natives[buf].list or {}) do
    if s.client_id == item.client_id and s.text == item.insert_text then
      return s
    end
  end
end

---Returns our suggestion if it can only be the one on the screen.
local function alone(buf)
  local list = natives[buf] and natives[buf].list or {}
  if #list == 1 and #vim.lsp.get_clients({ bufnr = buf, method = ask.method }) == 1 and current(buf) then
    return list[1]
  end
end

function M.take(buf, act)
  local _, rest = fitting(buf)
  if rest and menu.disagrees(buf, rest) then
    return false -- the key is the menu's
  end
  local only = alone(buf)
  if only then
    act(only) -- at once: through Neovim the second of two quick keys would find nothing
    return true
  end
  return vim.lsp.inline_completion.get({
    bufnr = buf,
    on_accept = function(item)
      local s = find(buf, item)
      if not s then
        return item -- another server's: Neovim's business
      end
      act(s)
    end,
  })
end

function M.show(s)
  local native = natives[s.buf]
  native.list = { s }
  native.index = 1
  draw(s.buf)
end

function M.hide(buf)
  local native = natives[buf]
  if native then
    native.list = {}
    native.shown = false
    steady.stop(native.swap)
    feed(native, {})
  end
end

function M.dismiss(buf)
  if not M.is_visible(buf) then
    return false
  end
  M.hide(buf)
  return true
end

---Adds the suggestions that are not there yet, and shows the first of them.
---@param buf integer
---@param list housestyle.Suggestion[]
function M.add(buf, list)
  local native = natives[buf]
  local before = #native.list
  suggestion.add(native.list, list)
  if #native.list > before then
    native.index = before + 1
    draw(buf)
  end
end

---Moves by so many suggestions; asks for another one when there is only one.
local function move(buf, by)
  if not M.is_visible(buf) then
    return false
  end
  local native = natives[buf]
  if #native.list > 1 then
    native.index = (native.index - 1 + by) % #native.list + 1
    draw(buf)
    return true
  end
  native.more = true
  return M.trigger(buf)
end

function M.next(buf)
  return move(buf, 1)
end

function M.previous(buf)
  return move(buf, -1)
end

function M.trigger(buf)
  local native = natives[buf]
  if not native or not native.handler or not switch.wanted(buf, true) then
    return false
  end
  return ask.send(native.client, buf, ask.kind.Invoked, native.handler) ~= nil -- by way of `guard`
end

M.refresh = follow

function M.is_visible(buf)
  return current(buf) ~= nil
end

return M
