-- Reviews adapters: the versions of what was learned, a page for each, and which of them takes part.
local run = require('housestyle.run')
local scratch = require('housestyle.scratch')

local M = {}

---@class housestyle.Version
---@field number integer
---@field id? string
---@field state string

local function confirmed(question)
  return vim.fn.confirm(question, '&Yes\n&No', 2) == 1
end

local function done(out)
  run.notify(vim.trim(out))
end

---Makes a version take part; a running server takes it over by itself.
---@param version housestyle.Version
local function activate(version)
  if confirmed(('Let adapter %d take part in completions?'):format(version.number)) then
    run.text({ 'adapter', 'activate', tostring(version.number) }, done)
  end
end

---Goes back to the version before; a running server follows by itself.
function M.rollback()
  if confirmed('Go back to the adapter before?') then
    run.text({ 'adapter', 'rollback' }, done)
  end
end

---Offers what can be done with a version.
---@param version housestyle.Version
local function offer(version)
  local choices = {}
  if version.state == 'active' then
    table.insert(choices, { 'roll back to the version before', M.rollback })
  else
    table.insert(choices, {
      'activate: let it take part in completions',
      function()
        activate(version)
      end,
    })
  end
  if version.state == 'eligible' then
    table.insert(choices, {
      'propose: commit its record to a branch for review',
      function()
        run.text({ 'adapter', 'propose', tostring(version.number) }, done)
      end,
    })
  end
  vim.ui.select(choices, {
    prompt = 'Adapter ' .. version.number,
    kind = 'housestyle.action',
    format_item = function(choice)
      return choice[1]
    end,
  }, function(choice)
    if choice then
      choice[2]()
    end
  end)
end

---Opens the page of a version.
---@param version housestyle.Version
local function show(version)
  run.text({ 'adapter', 'show', tostring(version.number) }, function(out)
    local head = ('# Adapter %d\n\n**%s**. `<CR>` what can be done · `q` close\n\n'):format(version.number, version.state)
    scratch.open('adapter/' .. version.number, head .. scratch.block(out), function()
      offer(version)
    end)
  end)
end

---Lets the user choose a version, and opens its page.
function M.pick()
  run.json({ 'adapter', 'list' }, function(answer)
    local versions = answer.versions or {}
    if #versions == 0 then
      run.notify('no adapters in this workspace yet (`housestyle learn` makes one)')
      return
    end
    run.problem(answer)
    vim.ui.select(versions, {
      prompt = 'Adapters',
      kind = 'housestyle.adapter',
      format_item = function(version)
        return ('%3d  %-10s  %s'):format(version.number, version.state, (version.id or 'no adapter'):sub(1, 16))
      end,
    }, function(version)
      if version then
        show(version)
      end
    end)
  end)
end

return M
