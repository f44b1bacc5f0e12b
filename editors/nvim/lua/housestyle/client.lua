-- Starts and stops the server, and attaches the display to the buffers it serves.
local config = require('housestyle.config')
local display = require('housestyle.display')
local status = require('housestyle.status')

local M = {}

local attached = {} ---@type table<integer, housestyle.Display> by buffer

---Installs what belongs to no single client: the status handler and the attach events.
local function hook()
  vim.lsp.handlers['housestyle/status'] = status.on_notification
  local group = vim.api.nvim_create_augroup('housestyle', {})
  vim.api.nvim_create_autocmd('LspAttach', {
    group = group,
    callback = function(event)
      local client = vim.lsp.get_client_by_id(event.data.client_id)
      if client and client.name == 'housestyle' then
        attached[event.buf] = display.get()
        attached[event.buf].attach(client, event.buf)
      end
    end,
  })
  vim.api.nvim_create_autocmd('LspDetach', {
    group = group,
    callback = function(event)
      local client = vim.lsp.get_client_by_id(event.data.client_id)
      if not client or client.name ~= 'housestyle' then
        return
      end
      if attached[event.buf] then
        attached[event.buf].detach(client.id, event.buf)
        attached[event.buf] = nil
      end
      require('housestyle.sync').lost(event.buf, client.id)
      if client:is_stopped() then
        status.forget(client.id)
      end
    end,
  })
end

---Calls `on_root` with the repository of a buffer, unless suggestions are not wanted there.
local function root_dir(buf, on_root)
  if not config.wants(vim.bo[buf].filetype) then
    return
  end
  local path, how = config.binary()
  if not path then
    vim.notify_once(('housestyle: no binary found (looked in %s); see :checkhealth housestyle'):format(how), vim.log.levels.WARN)
    return
  end
  on_root(vim.fs.root(buf, '.git')) -- nil outside a repository: such files share one server
end

---Returns the configuration for `vim.lsp.config('housestyle', …)`.
---@return vim.lsp.Config
function M.config()
  hook()
  return {
    cmd = config.command(),
    root_dir = root_dir,
    init_options = config.options.settings,
    settings = { housestyle = config.options.settings },
    capabilities = { textDocument = { inlineCompletion = { dynamicRegistration = false } } },
  }
end

---Starts the server for the buffers that are open, and those to come.
function M.start()
  vim.lsp.enable('housestyle')
end

---Stops the server.
function M.stop()
  vim.lsp.enable('housestyle', false)
end

---Switches suggestions on or off everywhere; off, nothing is asked and the server rests.
---@param on boolean
function M.enable(on)
  vim.g.housestyle_enabled = on
  if not on then
    display.get().hide(vim.api.nvim_get_current_buf())
  end
  for _, client in ipairs(vim.lsp.get_clients({ name = 'housestyle' })) do
    local provider = client.server_capabilities.executeCommandProvider
    if provider and vim.list_contains(provider.commands, 'housestyle.toggle') then
      client:exec_cmd({ title = 'Toggle', command = 'housestyle.toggle', arguments = { on } })
    end
  end
end

---Stops the server and starts it again when it has gone.
function M.restart()
  M.stop()
  local tries = 0
  local function again()
    tries = tries + 1
    local clients = vim.lsp.get_clients({ name = 'housestyle' })
    if #clients == 0 then
      M.start()
    elseif tries > 100 then
      vim.notify('housestyle: the server does not end; try :Housestyle restart again', vim.log.levels.WARN)
    else
      if tries == 50 then
        vim.iter(clients):each(function(client)
          client:stop(true)
        end)
      end
      vim.defer_fn(again, 50)
    end
  end
  vim.schedule(again)
end

return M
