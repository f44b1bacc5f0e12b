-- Pages that tell what Housestyle has and knows here: model, notes, journal, and all together.
local run = require('housestyle.run')
local scratch = require('housestyle.scratch')

local M = {}

---Opens a page with what a command prints.
local function page(name, title, args)
  run.text(args, function(out)
    scratch.open(name, ('# %s\n\n%s'):format(title, scratch.block(out)))
  end)
end

---Shows the models that are here.
function M.model()
  page('model', 'Models', { 'model', 'list' })
end

---Fetches a model unless it is here.
---@param name? string
function M.pull(name)
  run.text({ 'model', 'pull', '--', name }, function()
    run.notify('the model is here')
    require('housestyle.client').restart() -- a server without a model looks for one when it starts
  end, { title = 'model' })
end

---Shows the notes that the model reads.
function M.memory()
  page('memory', 'Notes (:Housestyle memory add TEXT, :Housestyle memory forget ID)', { 'memory', 'list' })
end

---Adds a note; without a text the user is asked for it.
---@param text? string
function M.add_note(text)
  if text and text ~= '' then
    run.text({ 'memory', 'add', '--', text }, function(out)
      run.notify(vim.trim(out))
    end)
    return
  end
  vim.ui.input({ prompt = 'Note: ' }, function(note)
    if note and note ~= '' then
      M.add_note(note)
    end
  end)
end

---Removes a note.
---@param id string
function M.forget(id)
  run.text({ 'memory', 'forget', '--', id }, function(out)
    run.notify(vim.trim(out))
  end)
end

---Shows what became of suggestions.
function M.journal()
  page('journal', 'Journal', { 'journal', 'stats' })
end

---What the report is made of.
local PARTS = {
  { 'Suggestions', { 'journal', 'stats' } },
  { 'Skills', { 'skill', 'list' } },
  { 'Adapters', { 'adapter', 'list' } },
  { 'Notes', { 'memory', 'list' } },
  { 'What was noted', { 'audit', 'show' } },
}

---Shows all that Housestyle knows and did in this workspace, on one page.
function M.report()
  local out = { '# Housestyle in ' .. vim.fn.fnamemodify(run.root(), ':~') }
  local function part(i)
    if not PARTS[i] then
      scratch.open('report', table.concat(out, '\n\n'))
      return
    end
    local title, args = unpack(PARTS[i])
    local function add(text)
      vim.list_extend(out, { ('## %s (`housestyle %s`)'):format(title, table.concat(args, ' ')), scratch.block(text) })
      part(i + 1)
    end
    run.text(args, add, {
      on_fail = function()
        add('(it failed; see :messages)')
      end,
    })
  end
  part(1)
end

return M
