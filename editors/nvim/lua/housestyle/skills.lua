-- Reviews skills: a list, a page for each, and what can be done with it.
local run = require('housestyle.run')
local scratch = require('housestyle.scratch')

local M = {}

---@class housestyle.Skill
---@field name string
---@field state string
---@field mode string
---@field description? string
---@field reason? string
---@field branches string[]

---What waits for a decision comes first.
local ORDER = { 'candidate', 'proposed', 'approved', 'shadow', 'refused', 'superseded', 'retired' }

local function rank(skill)
  for i, state in ipairs(ORDER) do
    if skill.state == state then
      return i
    end
  end
  return #ORDER + 1
end

---Hands the skills of the workspace to `on_list`, by state and name.
---@param on_list fun(skills: housestyle.Skill[])
local function list(on_list)
  run.json({ 'skill', 'list' }, function(answer)
    local skills = answer.skills or {}
    if #skills > 0 then -- who has no skill here need not know
      run.problem(answer)
    end
    table.sort(skills, function(a, b)
      if rank(a) ~= rank(b) then
        return rank(a) < rank(b)
      end
      return a.name < b.name
    end)
    on_list(skills)
  end)
end

---Returns one line for a skill.
---@param skill housestyle.Skill
---@return string
local function line(skill)
  local mode = skill.mode == 'off' and ' (off)' or ''
  return ('%-10s %s%s  %s'):format(skill.state, skill.name, mode, skill.description or skill.reason or '')
end

---@class housestyle.Action
---@field label string
---@field args string[]
---@field ask? string A question before it is done.

---Returns what can be done with a skill in its state.
---@param skill housestyle.Skill
---@return housestyle.Action[]
local function actions(skill)
  local name = skill.name
  local found = {} ---@type housestyle.Action[]
  local function offer(label, args, ask)
    table.insert(found, { label = label, args = args, ask = ask })
  end
  if skill.state == 'candidate' or skill.state == 'proposed' then
    offer('propose: commit it to a branch for review', { 'skill', 'propose', '--', name })
    offer('propose and push the branch', { 'skill', 'propose', '--push', '--', name }, ("Push housestyle/proposals/%s to the team's remote?"):format(name))
    offer('propose, push and open a pull request', { 'skill', 'propose', '--open', '--', name }, ('Push housestyle/proposals/%s and open a pull request?'):format(name))
  end
  if skill.state == 'approved' or skill.state == 'shadow' then
    local modes = { on = 'let it take part', shadow = 'watch it only: counted, not shown', off = 'switch it off' }
    for _, mode in ipairs({ 'on', 'shadow', 'off' }) do
      if mode ~= skill.mode then
        offer(('%s: %s, for me alone'):format(mode, modes[mode]), { 'skill', 'set', '--', name, mode })
      end
    end
  end
  if skill.state == 'candidate' then
    offer('reject: no, and do not offer it again so soon', { 'skill', 'reject', '--', name }, ('Reject %s?'):format(name))
  end
  return found
end

---Returns what evidence says first, below its heading.
---@param evidence string?
---@return string?
local function gist(evidence)
  return evidence and vim.iter(vim.split(evidence, '\n\n', { trimempty = true })):find(function(part)
    return not vim.startswith(vim.trim(part), '#')
  end)
end

---Returns the page of a skill, from the answer of `skill show --json`.
local function page(skill)
  local out = { '# ' .. skill.name, '' }
  local function add(...)
    vim.list_extend(out, { ... })
  end
  add(('**%s**, mode %s. `<CR>` what can be done · `q` close'):format(skill.state, skill.mode), '')
  for _, text in ipairs({ skill.reason, skill.retirement and 'Proposed for retirement: ' .. skill.retirement }) do
    add('> ' .. text, '')
  end
  local speaks = gist(skill.evidence)
  if speaks then
    add('> ' .. vim.trim(speaks):gsub('\n', '\n> '), '')
  end
  if not (skill.body or ''):find('^%s*#') then
    add(skill.description or '', '') -- else the body begins with it
  end
  if skill.approved_by then
    add(('Approved by %s, commit `%s`%s.'):format(skill.approved_by, (skill.commit or ''):sub(1, 10), skill.branch and ' on ' .. skill.branch or ''), '')
  end
  if #(skill.branches or {}) > 0 then
    add('Waits for review on `' .. table.concat(skill.branches, '`, `') .. '`.', '')
  end
  local counters = skill.counters or {}
  if (counters.since or 0) > 0 then
    add(('Used %d times, %d shown to be right, %d objections.'):format(counters.uses, counters.validated, counters.objections), '')
  end
  for _, warning in ipairs(skill.warnings or {}) do
    add('- warning: ' .. warning)
  end
  add('', skill.body or '')
  if skill.evidence then
    add('', '---', '', skill.evidence)
  end
  return (table.concat(out, '\n'):gsub('\r', ''):gsub('\n\n\n+', '\n\n'))
end

---Does one thing with a skill, after asking where it leaves the machine or cannot be undone.
local function act(skill, action)
  if action.ask and vim.fn.confirm(action.ask, '&Yes\n&No', 2) ~= 1 then
    return
  end
  run.text(action.args, function(out)
    run.notify(vim.trim(out))
    M.forget_names()
    -- A candidate that was rejected has no page any more.
    if action.args[2] ~= 'reject' then
      M.show(skill.name)
    end
  end)
end

---Offers what can be done with a skill.
---@param skill housestyle.Skill
function M.offer(skill)
  local found = actions(skill)
  if #found == 0 then
    run.notify(('nothing can be done here with %s, which is %s'):format(skill.name, skill.state))
    return
  end
  vim.ui.select(found, {
    prompt = skill.name,
    kind = 'housestyle.action',
    format_item = function(action)
      return action.label
    end,
  }, function(action)
    if action then
      act(skill, action)
    end
  end)
end

---Opens the page of a skill.
---@param name string
function M.show(name)
  run.json({ 'skill', 'show', '--', name }, function(skill)
    scratch.open('skill/' .. name, page(skill), function()
      M.offer(skill)
    end)
  end)
end

---Lets the user choose a skill, and opens its page.
function M.pick()
  list(function(skills)
    if #skills == 0 then
      run.notify('no skills in this workspace yet (:Housestyle mine looks for some)')
      return
    end
    vim.ui.select(skills, { prompt = 'Skills', kind = 'housestyle.skill', format_item = line }, function(skill)
      if skill then
        M.show(skill.name)
      end
    end)
  end)
end

---Commits a skill to a branch for review; without a name the user chooses among the candidates.
---@param name? string
function M.propose(name)
  if name then
    run.text({ 'skill', 'propose', '--', name }, function(out)
      M.forget_names()
      run.notify(vim.trim(out))
    end)
    return
  end
  list(function(skills)
    local candidates = vim.tbl_filter(function(skill)
      return skill.state == 'candidate'
    end, skills)
    if #candidates == 0 then
      run.notify('no candidates (:Housestyle mine looks for some)')
      return
    end
    vim.ui.select(candidates, { prompt = 'Propose', kind = 'housestyle.skill', format_item = line }, function(skill)
      if skill then
        M.propose(skill.name)
      end
    end)
  end)
end

---Looks for rules that the team follows; what is found are candidates.
function M.mine()
  run.json({ 'skill', 'mine' }, function(answer)
    M.forget_names()
    local found = #(answer.candidates or {})
    run.notify(found == 0 and 'no new candidates' or ('%d candidate%s (:Housestyle skills shows them)'):format(found, found == 1 and '' or 's'))
  end, { title = 'mining' })
end

local names ---@type string[]? of candidates, for completion

---Lets the next completion ask anew.
function M.forget_names()
  names = nil
end

---Returns the names of the candidates, for completion: the binary is waited for, but not for long.
---@return string[]
function M.candidates()
  if names then
    return names
  end
  local binary = require('housestyle.config').binary()
  local ok, process = pcall(vim.system, { binary, '--json', 'skill', 'list' }, { text = true, cwd = run.root() })
  if not binary or not ok then
    return {}
  end
  local done, answer = pcall(vim.json.decode, process:wait(3000).stdout or '', { luanil = { object = true, array = true } })
  if not done or type(answer) ~= 'table' then
    return {}
  end
  names = {}
  for _, skill in ipairs(answer.skills or {}) do
    if skill.state == 'candidate' then
      table.insert(names, skill.name)
    end
  end
  return names
end

return M
