-- Configuration of the Neovim under test. $HOUSESTYLE_TEST is JSON: { plugin, options, plain, bare, rude }; see child.lua.
local test = vim.json.decode(vim.env.HOUSESTYLE_TEST)
vim.o.swapfile, vim.o.shada, vim.o.more, vim.o.autoindent = false, '', false, false
vim.o.termguicolors = true
vim.o.messagesopt = 'wait:0,history:500' -- never a prompt that waits for a key

-- What is sent to the server and which of it is answered, for the tests to look at.
_G.sent = {}
local function record(rpc, name)
  local send = rpc[name]
  rpc[name] = function(method, params, callback, ...)
    local message = { method = method, params = params }
    table.insert(_G.sent, message)
    return send(method, params, callback and function(...)
      callback(...)
      message.answered = true
    end, ...)
  end
end
vim.api.nvim_create_autocmd('LspAttach', {
  callback = function(event)
    local client = vim.lsp.get_client_by_id(event.data.client_id)
    if client and not client._recorded then
      client._recorded = true
      record(client.rpc, 'request')
      record(client.rpc, 'notify')
    end
  end,
})

_G.notified = {}
local notify = vim.notify
vim.notify = function(message, ...)
  table.insert(_G.notified, message)
  return notify(message, ...)
end

vim.cmd('filetype plugin on')
if test.bare then -- the lines of editors/nvim/README.md, for a Neovim without the plugin
  vim.lsp.config('housestyle', { cmd = test.options.cmd, root_markers = { '.git' } })
  vim.lsp.enable('housestyle')
  vim.lsp.inline_completion.enable()
  vim.keymap.set('i', '<Tab>', function()
    return vim.lsp.inline_completion.get() and '' or '<Tab>'
  end, { expr = true })
  return
end

vim.o.laststatus = 2
vim.o.statusline = "%t %m%=%{v:lua.require'housestyle'.status()}  %l,%c "
vim.opt.runtimepath:prepend(test.plugin)

local function map(key, action)
  vim.keymap.set('i', key, function()
    return require('housestyle')[action]() and '' or key
  end, { expr = true, desc = 'housestyle: ' .. action })
end
map('<Tab>', 'accept')
map('<C-l>', 'accept_line')
map('<M-n>', 'next')
map('<M-p>', 'previous')
map('<C-]>', 'dismiss')
vim.keymap.set('i', '<C-f>', '<Plug>(HousestyleAcceptWord)')

if test.plain then
  vim.lsp.config('housestyle', { cmd = test.options.cmd })
  vim.lsp.enable('housestyle')
else
  require('housestyle').setup(test.options)
end
if test.rude then
  vim.lsp.config('housestyle', { cmd = dofile(test.rude) })
end
