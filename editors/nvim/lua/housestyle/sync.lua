-- Keeps the server's text right in buffers that Neovim no longer follows.
--
-- Neovim (0.11, 0.12.4) stops following a buffer that changes while no client is attached, and does not
-- begin again when one comes: after a server's crash, the next one would complete a text of long ago.
local M = {}

local suspects = {} ---@type table<integer, integer> by buffer: the changedtick that was sent last

---Notes that a buffer has lost a client; if it was the last one, Neovim may stop following it.
---@param buf integer
---@param client_id integer
function M.lost(buf, client_id)
  local remaining = vim.tbl_filter(function(client)
    return client.id ~= client_id
  end, vim.lsp.get_clients({ bufnr = buf }))
  if #remaining == 0 then
    suspects[buf] = -1
  end
end

---Returns the buffer as the file it would be.
local function full_text(buf)
  local eol = ({ dos = '\r\n', mac = '\r' })[vim.bo[buf].fileformat] or '\n'
  local text = table.concat(vim.api.nvim_buf_get_lines(buf, 0, -1, true), eol)
  return vim.bo[buf].endofline and text .. eol or text
end

---Sends the whole text if the server has not got it; to be called before each request.
---@param client vim.lsp.Client
---@param buf integer
function M.ensure(client, buf)
  local tick = vim.api.nvim_buf_get_changedtick(buf)
  if not suspects[buf] or suspects[buf] == tick or vim.lsp.util.buf_versions[buf] == tick then
    return
  end
  suspects[buf] = tick
  client:notify('textDocument/didChange', {
    textDocument = { uri = vim.uri_from_bufnr(buf), version = tick },
    contentChanges = { { text = full_text(buf) } },
  })
end

return M
