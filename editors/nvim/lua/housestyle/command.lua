-- The command `:Housestyle`.
local M = {}

local actions = {
  start = function()
    require('housestyle.client').start()
  end,
  stop = function()
    require('housestyle.client').stop()
  end,
  restart = function()
    require('housestyle.client').restart()
  end,
  status = function()
    vim.notify('housestyle: ' .. require('housestyle.status').describe())
  end,
  toggle = function()
    local on = vim.g.housestyle_enabled == false
    require('housestyle.client').enable(on)
    vim.notify('housestyle: ' .. (on and 'on' or 'off'))
  end,
  log = function()
    vim.cmd.tabedit(vim.fn.fnameescape(vim.lsp.log.get_filename()))
    vim.cmd.normal({ 'G', bang = true })
  end,
  why = function()
    require('housestyle.why').show()
  end,
}

---Runs one subcommand; none means `status`.
---@param args string[]
function M.run(args)
  local action = actions[args[1] or 'status']
  if not action or #args > 1 then
    vim.notify(("housestyle: no subcommand '%s' (%s)"):format(table.concat(args, ' '), table.concat(M.names(), ', ')), vim.log.levels.ERROR)
    return
  end
  action()
end

---Returns the subcommands, sorted.
---@return string[]
function M.names()
  local names = vim.tbl_keys(actions)
  table.sort(names)
  return names
end

---Completes the subcommand.
---@param lead string
---@param line string
---@return string[]
function M.complete(lead, line)
  if line:match('^%S+%s+%S+%s') then
    return {}
  end
  return vim.tbl_filter(function(name)
    return vim.startswith(name, lead)
  end, M.names())
end

return M
