-- Sends textDocument/inlineCompletion for the cursor.
local sync = require('housestyle.sync')

local M = {}

M.method = 'textDocument/inlineCompletion'

---Who asks: the user, or an event. (Neovim 0.11 has no names for these.)
M.kind = { Invoked = 1, Automatic = 2 }

---Asks, and returns a function that cancels.
---@param client vim.lsp.Client
---@param buf integer
---@param kind integer
---@param handler lsp.Handler
---@return fun()? cancel nil if the request could not be sent
function M.send(client, buf, kind, handler)
  local win = vim.fn.bufwinid(buf)
  if win == -1 then
    return nil
  end
  local params = vim.lsp.util.make_position_params(win, client.offset_encoding) --[[@as lsp.InlineCompletionParams]]
  params.context = { triggerKind = kind }
  sync.ensure(client, buf)
  local sent, id = client:request(M.method, params, handler, buf)
  if not sent or not id then
    return nil
  end
  return function()
    if not client:is_stopped() then
      client:cancel_request(id)
    end
  end
end

return M
