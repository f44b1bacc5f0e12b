-- Ghost text by Neovim's own vim.lsp.inline_completion (0.12 and newer), made safe.
--
-- Neovim draws, asks and cycles. What it leaves open is done here, by a handler around its handler:
-- it shows a late answer as if current, keeps a suggestion that no longer fits until the next answer,
-- and inserts at the place where the suggestion was, whatever has been typed since.
local ask = require('housestyle.ask')
local place = require('housestyle.place')
local suggestion = require('housestyle.suggestion')
local sync = require('housestyle.sync')

---@class housestyle.Native
---@field client vim.lsp.Client
---@field list housestyle.Suggestion[] What Neovim has been given to show.
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

---Returns Neovim's handler behind our checks.
local function guard(client, buf, handler)
  local asked = place.now(buf)
  return function(err, result, context)
    local native = natives[buf]
    if not native or not place.holds(asked) then
      return -- the user is elsewhere by now
    end
    native.handler, native.context = handler, context
    if err or result == nil or result == vim.NIL then
      return -- null means superseded: what is shown stays
    end
    native.list = suggestion.list(client, buf, result, asked.row, asked.col)
    local items = vim.tbl_map(function(s)
      -- Neovim draws a carriage return as ^M
      return vim.tbl_extend('force', s.item, { insertText = s.full })
    end, native.list)
    feed(native, items)
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
    if not ask.wanted(buf) then
      return false
    end
    sync.ensure(self, buf)
    return request(self, method, params, guard(self, buf, handler), buf)
  end
end

local function fits(buf)
  local row, col = place.cursor(buf)
  return vim.iter(natives[buf].list):any(function(s)
    return s:rest(row, col) ~= nil
  end)
end

local function follow(buf)
  local native = natives[buf]
  if native and #native.list > 0 and not fits(buf) then
    M.hide(buf)
  end
end

local function group(buf)
  return 'housestyle.native:' .. buf
end

function M.attach(client, buf)
  natives[buf] = { client = client, list = {} }
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
  if #list == 1 and #vim.lsp.get_clients({ bufnr = buf, method = ask.method }) == 1 and fits(buf) then
    return list[1]
  end
end

function M.take(buf, act)
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
  feed(native, { s:as_item(native.client) })
end

function M.hide(buf)
  local native = natives[buf]
  if native then
    native.list = {}
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

function M.next(buf)
  if not M.is_visible(buf) then
    return false
  end
  if #natives[buf].list > 1 then
    vim.lsp.inline_completion.select({ bufnr = buf })
    return true
  end
  return M.trigger(buf)
end

function M.trigger(buf)
  local native = natives[buf]
  if not native or not native.handler or not ask.wanted(buf) then
    return false
  end
  return ask.send(native.client, buf, ask.kind.Invoked, native.handler) ~= nil
end

function M.is_visible(buf)
  return natives[buf] ~= nil and #natives[buf].list > 0 and fits(buf)
end

return M
