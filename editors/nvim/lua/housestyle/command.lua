-- The command `:Housestyle`.
local M = {}

local function open(lines, name)
  local buf = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_lines(buf, 0, -1, false, lines)
  vim.bo[buf].bufhidden = 'wipe'
  vim.bo[buf].modifiable = false
  vim.cmd.split()
  vim.api.nvim_win_set_buf(0, buf)
  vim.api.nvim_buf_set_name(buf, ('housestyle://%s/%d'):format(name, buf))
  vim.api.nvim_win_set_height(0, math.min(#lines, math.floor(vim.o.lines / 2)))
end

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
    vim.g.housestyle_enabled = on
    if not on then
      require('housestyle.display').get().hide(vim.api.nvim_get_current_buf())
    end
    vim.notify('housestyle: ' .. (on and 'on' or 'off'))
  end,
  log = function()
    vim.cmd.tabedit(vim.fn.fnameescape(vim.lsp.log.get_filename()))
    vim.cmd.normal({ 'G', bang = true })
  end,
  why = function()
    local binary, where = require('housestyle.config').binary()
    if not binary then
      vim.notify('housestyle: no binary found in ' .. where, vim.log.levels.WARN)
      return
    end
    local root = vim.fs.root(0, '.git') or vim.fn.getcwd()
    local ok, err = pcall(vim.system, { binary, 'why' }, { text = true, cwd = root, timeout = 10000 }, function(result)
      vim.schedule(function()
        local text = vim.trim(result.stdout or '')
        if text == '' then
          text = vim.trim(result.stderr or '')
        end
        open(vim.split(text ~= '' and text or 'housestyle why said nothing', '\n'), 'why')
      end)
    end)
    if not ok then
      vim.notify('housestyle: ' .. err, vim.log.levels.WARN)
    end
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
