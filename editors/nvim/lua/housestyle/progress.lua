-- Shows how far a run of the binary has come: in Neovim's own progress messages (0.12), else in the command line;
-- and in the status line.
local status = require('housestyle.status')

local M = {}

---@class housestyle.Progress
---@field read fun(data: string?) Takes what the binary writes to its standard error.
---@field rest fun(text: string): string Returns that without its progress.
---@field stop fun(how: housestyle.End)

---@alias housestyle.End 'success'|'failed'|'cancel'

---Lines of the binary such as `mining:  28 %  279 of 1000  37 s left`.
local LINE = '^([^:]+):%s+(%d+) %%'

---Shows one message in the place of the one before it; returns its identifier, where Neovim has such.
---@param title string
---@param what string
---@param percent? integer
---@param id? integer|string of the one before
---@param how? housestyle.End at the end
---@return (integer|string)?
local function echo(title, what, percent, id, how)
  local text = ('%s: %s%s'):format(title, what, percent and (' %d%%'):format(percent) or '')
  if vim.fn.has('nvim-0.12') == 1 then
    return vim.api.nvim_echo({ { what } }, false, {
      kind = 'progress',
      id = id,
      title = 'housestyle ' .. title,
      status = how or 'running',
      percent = percent,
      source = 'housestyle',
    })
  elseif not how then -- the end is told by what comes of it
    vim.api.nvim_echo({ { 'housestyle ' .. text } }, false, {})
  end
end

---Begins to show a task.
---@param title string
---@return housestyle.Progress
function M.start(title)
  local left = ''
  status.task(title, false)
  local id = echo(title, 'begins (:Housestyle cancel ends it)')

  local function line(text)
    local what, percent = text:match(LINE)
    if what then
      status.task(title, tonumber(percent))
      id = echo(title, what, tonumber(percent), id)
    end
  end

  return {
    read = vim.schedule_wrap(function(data)
      local lines = vim.split(left .. (data or ''), '\n', { plain = true })
      left = table.remove(lines)
      vim.iter(lines):each(line)
    end),
    rest = function(text)
      return table.concat(
        vim.tbl_filter(function(one)
          return not one:match(LINE)
        end, vim.split(text, '\n', { plain = true })),
        '\n'
      )
    end,
    stop = function(how)
      status.task(title, nil)
      echo(title, how == 'cancel' and 'cancelled' or how == 'failed' and 'failed' or 'done', how == 'success' and 100 or nil, id, how)
    end,
  }
end

return M
