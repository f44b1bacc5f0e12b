-- Ghost text by Neovim's own vim.lsp.inline_completion (0.12 and newer), made safe.
--
-- Neovim draws, asks and cycles. What it leaves open is done here, by a handler around its handler:
-- it shows a late answer as if current, keeps a suggestion that no longer fits until the next answer,
-- and inserts at the place where the suggestion was, whatever has been typed since.
local ask = require('housestyle.ask')
local flicker = require('housestyle.flicker')
local lifecycle = require('housestyle.lifecycle')
local menu = require('housestyle.menu')
local switch = require('housestyle.switch')
local sync = require('housestyle.sync')

---@class housestyle.Native: housestyle.State
---@field shown? boolean Whether Neovim has been given the suggestions: not while a menu disagrees.
---@field more? boolean The next request by hand is for one more suggestion, next to those shown.
---@field handler? lsp.Handler Neovim's own: the door to its screen.
---@field context? lsp.HandlerContext

---@class housestyle.NativeRenderer: housestyle.Renderer
local renderer = { name = 'native' }

---@class housestyle.native: housestyle.Display
local M = lifecycle.new(renderer)

local wrapped = setmetatable({}, { __mode = 'k' }) ---@type table<vim.lsp.Client, true>

---Gives Neovim items to show; none hides what it shows.
local function feed(native, items)
  if native.handler and not native.client:is_stopped() then
    native.handler(nil, { items = items }, native.context)
  end
end

---Lets Neovim show the current suggestion, or nothing while a menu disagrees with it.
function renderer.draw(native, buf)
  native.shown = M.is_visible(buf)
  feed(native, native.shown and vim.tbl_map(function(s)
    return s:as_item(native.client)
  end, native.list) or {})
  if native.shown and #native.list > 1 then
    local by = native.index > 1 and native.index - 1 or #native.list
    vim.lsp.inline_completion.select({ bufnr = buf, count = by }) -- all round: to show which of how many
  end
end

function renderer.clear(native)
  native.shown = false
  feed(native, {})
end

---Puts our checks before Neovim's handler.
local function wrap(client)
  if wrapped[client] then
    return
  end
  wrapped[client] = true
  local request = client.request
  client.request = function(self, method, params, handler, buf)
    local native = buf and M.state(buf) --[[@as housestyle.Native?]]
    if method ~= ask.method or not handler or not native then
      return request(self, method, params, handler, buf)
    end
    native.handler = handler
    native.context = { client_id = self.id, bufnr = buf, method = method }
    local by_hand = params.context and params.context.triggerKind == ask.kind.Invoked or false
    local more = by_hand and native.more
    native.more = nil
    if not switch.wanted(buf, by_hand) or (not by_hand and menu.is_browsed(buf)) then
      return false
    end
    sync.ensure(self, buf)
    return request(self, method, params, M.handler(native, buf, by_hand, more), buf)
  end
end

---Hides what no longer fits, or what a menu disagrees with; brings the latter back.
function M.refresh(buf)
  local native = M.state(buf) --[[@as housestyle.Native?]]
  if not native or #native.list == 0 then
    return
  elseif not M.fitting(buf) or not switch.wanted(buf) then
    M.hide(buf)
  elseif native.shown ~= M.is_visible(buf) then
    renderer.draw(native, buf)
  end
end

function renderer.attach(native, buf, group)
  wrap(native.client)
  -- for our client alone: other servers' suggestions are the user's own choice
  vim.lsp.inline_completion.enable(true, { bufnr = buf, client_id = native.client.id })
  vim.api.nvim_create_autocmd({ 'CursorMovedI', 'TextChangedI', 'TextChangedP' }, {
    group = group,
    buffer = buf,
    callback = function()
      M.refresh(buf)
    end,
  })
  vim.api.nvim_create_autocmd('InsertLeave', {
    group = group,
    buffer = buf,
    callback = function()
      native.list = {} -- Neovim hides it by itself
      flicker.stop(native.replacement)
    end,
  })
end

---Takes a client out of Neovim's inline completion of a buffer. Neovim does so by itself only where the
---whole buffer is enabled, else it would go on to ask a client that has gone, with an error each time.
function renderer.detach(native, buf)
  local enable = vim.lsp.inline_completion.enable
  local was_enabled = vim.lsp.inline_completion.is_enabled({ bufnr = buf })
  enable(true, { bufnr = buf })
  enable(false, { bufnr = buf, client_id = native.client.id })
  if not was_enabled then
    enable(false, { bufnr = buf })
  end
end

---Returns our suggestion behind an item of Neovim's.
local function find(buf, item)
  local native = M.state(buf)
  for _, s in ipairs(native and native.list or {}) do
    if s.client_id == item.client_id and s.text == item.insert_text then
      return s
    end
  end
end

---Returns our suggestion if it can only be the one on the screen.
local function alone(buf)
  local native = M.state(buf)
  local list = native and native.list or {}
  if #list == 1 and #vim.lsp.get_clients({ bufnr = buf, method = ask.method }) == 1 and M.is_visible(buf) then
    return list[1]
  end
end

function M.take(buf, act)
  local _, rest = M.fitting(buf)
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

function M.trigger(buf)
  local native = M.state(buf) --[[@as housestyle.Native?]]
  if not native or not native.handler or not switch.wanted(buf, true) then
    return false
  end
  return ask.send(native.client, buf, ask.kind.Invoked, native.handler) ~= nil -- by way of `wrap`
end

function renderer.ask_another(native, buf)
  native.more = true
  return M.trigger(buf)
end

return M
