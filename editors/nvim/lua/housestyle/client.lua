-- Starts and stops the server, and attaches the display to the buffers it serves.
local config = require('housestyle.config')
local display = require('housestyle.display')
local revive = require('housestyle.revive')
local status = require('housestyle.status')
local switch = require('housestyle.switch')

local M = {}

local attached = {} ---@type table<integer, housestyle.Display> by buffer

---Installs what belongs to no single client: the status handler and the attach events.
local function hook()
  vim.lsp.handlers['housestyle/status'] = status.on_notification
  require('housestyle.menu').watch(function(buf)
    if attached[buf] then
      attached[buf].refresh(buf)
    end
  end)
  local group = vim.api.nvim_create_augroup('housestyle', {})
  vim.api.nvim_create_autocmd('LspAttach', {
    group = group,
    callback = function(event)
      local client = vim.lsp.get_client_by_id(event.data.client_id)
      if client and client.name == 'housestyle' then
        attached[event.buf] = display.get()
        attached[event.buf].attach(client, event.buf)
        if not switch.is_on() then
          switch.notify(client, false) -- a server that comes up while all is off rests too
        end
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
  if not switch.attaches(buf) then
    return
  end
  local path, how = config.binary()
  if not path and type(vim.lsp.config.housestyle.cmd) ~= 'function' then
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
    on_init = function(client)
      revive.started(client.id)
    end,
    on_exit = revive.on_exit,
    capabilities = { textDocument = { inlineCompletion = { dynamicRegistration = false } } },
  }
end

---Starts the server for the buffers that are open, and those to come.
function M.start()
  vim.lsp.enable('housestyle')
end

---Stops the server.
function M.stop()
  revive.reset()
  vim.lsp.enable('housestyle', false)
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
