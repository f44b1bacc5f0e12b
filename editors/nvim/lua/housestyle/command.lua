-- The command `:Housestyle`.
local M = {}

---@class housestyle.Subcommand
---@field run fun(args: string[])
---@field most? integer Arguments at most; default none.
---@field complete? fun(args: string[]): string[] Of the last of `args`, which is being typed.

local function notify(text)
  vim.notify('housestyle: ' .. text)
end

---Completes the first argument from a list.
local function one_of(...)
  local words = { ... }
  return function(args)
    return #args == 1 and words or {}
  end
end

---@type table<string, housestyle.Subcommand>
local subcommands = {
  start = {
    run = function()
      require('housestyle.revive').reset()
      require('housestyle.client').start()
    end,
  },
  stop = {
    run = function()
      require('housestyle.client').stop()
    end,
  },
  restart = {
    run = function()
      require('housestyle.client').restart()
    end,
  },
  status = {
    run = function()
      notify(require('housestyle.status').describe())
    end,
  },
  toggle = {
    most = 1,
    complete = one_of('all', 'buffer', 'language'),
    run = function(args)
      local scope = args[1] or 'all'
      if not vim.list_contains({ 'all', 'buffer', 'language' }, scope) then
        vim.notify(("housestyle: toggle what? '%s' is none of all, buffer, language"):format(scope), vim.log.levels.ERROR)
        return
      end
      notify(require('housestyle.switch').toggle(scope))
    end,
  },
  snooze = {
    most = 1,
    complete = one_of('5', '15', '60', '0'),
    run = function(args)
      local minutes = tonumber(args[1] or '15')
      if not minutes or minutes < 0 or minutes % 1 ~= 0 or minutes > 24 * 60 then
        vim.notify(("housestyle: snooze wants minutes, 0 to 1440, got '%s'"):format(args[1]), vim.log.levels.ERROR)
        return
      end
      notify(require('housestyle.switch').snooze(minutes))
    end,
  },
  log = {
    run = function()
      vim.cmd.tabedit(vim.fn.fnameescape(vim.lsp.log.get_filename()))
      vim.cmd.normal({ 'G', bang = true })
    end,
  },
  why = {
    run = function()
      require('housestyle.why').show()
    end,
  },
  skills = {
    most = 1,
    complete = function(args)
      return #args == 1 and require('housestyle.skills').candidates() or {}
    end,
    run = function(args)
      local skills = require('housestyle.skills')
      if args[1] then
        skills.show(args[1])
      else
        skills.pick()
      end
    end,
  },
  mine = {
    run = function()
      require('housestyle.skills').mine()
    end,
  },
  cancel = {
    run = function()
      if #require('housestyle.run').cancel() == 0 then
        notify('nothing is under way')
      end
    end,
  },
  propose = {
    most = 1,
    complete = function(args)
      return #args == 1 and require('housestyle.skills').candidates() or {}
    end,
    run = function(args)
      require('housestyle.skills').propose(args[1])
    end,
  },
  fix = {
    run = function()
      require('housestyle.fix').apply()
    end,
  },
  adapters = {
    most = 1,
    complete = one_of('rollback'),
    run = function(args)
      local adapters = require('housestyle.adapters')
      if args[1] == 'rollback' then
        adapters.rollback()
      else
        adapters.pick()
      end
    end,
  },
  report = {
    run = function()
      require('housestyle.pages').report()
    end,
  },
  journal = {
    run = function()
      require('housestyle.pages').journal()
    end,
  },
  model = {
    most = 2,
    complete = one_of('pull'),
    run = function(args)
      local pages = require('housestyle.pages')
      if args[1] == 'pull' then
        pages.pull(args[2])
      else
        pages.model()
      end
    end,
  },
  memory = {
    most = math.huge,
    complete = one_of('add', 'forget'),
    run = function(args)
      local pages = require('housestyle.pages')
      local what = table.remove(args, 1)
      if what == 'add' then
        pages.add_note(table.concat(args, ' '))
      elseif what == 'forget' and args[1] then
        pages.forget(args[1])
      else
        pages.memory()
      end
    end,
  },
}

---Runs one subcommand; none means `status`.
---@param args string[]
function M.run(args)
  local name = args[1] or 'status'
  local found = subcommands[name]
  if not found then
    vim.notify(("housestyle: no subcommand '%s' (%s)"):format(name, table.concat(M.names(), ', ')), vim.log.levels.ERROR)
  elseif #args - 1 > (found.most or 0) then
    vim.notify(("housestyle: '%s' is too much for :Housestyle %s"):format(table.concat(args, ' ', 2), name), vim.log.levels.ERROR)
  else
    found.run(vim.list_slice(args, 2))
  end
end

---Returns the subcommands, sorted.
---@return string[]
function M.names()
  local names = vim.tbl_keys(subcommands)
  table.sort(names)
  return names
end

---Completes the subcommand and its arguments.
---@param lead string
---@param line string
---@return string[]
function M.complete(lead, line)
  local words = vim.split(line, '%s+', { trimempty = true })
  table.remove(words, 1) -- the command itself
  if lead == '' then
    table.insert(words, '')
  end
  local all = M.names()
  if #words > 1 then
    local found = subcommands[words[1]]
    all = found and found.complete and found.complete(vim.list_slice(words, 2)) or {}
  end
  return vim.tbl_filter(function(word)
    return vim.startswith(word, lead)
  end, all)
end

return M
