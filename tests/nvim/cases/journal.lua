-- What was accepted is noted on this machine, as far as the settings say.
local ADD = { { text = 'a: i32, b: i32) -> i32 {\n    a + b\n}' } }

---Returns the suggestions in the journal.
local function noted(c)
  local ok, journal = pcall(vim.json.decode, c:housestyle('--json', 'journal', 'export'))
  return ok and journal.suggestions or {}
end

---Accepts in a repository; returns the child.
local function accept(t, o)
  local c = t:start(vim.tbl_extend('force', { script = ADD, repository = { ['main.rs'] = 'fn main() {}\n\n' } }, o or {}))
  c:type('Gofn add(')
  t:check('shown', c:wait_shown('fn add(a: i32, b: i32) -> i32 {'), c)
  c:type('<Tab>')
  t:check('accepted', c:wait(function()
    return #c:lines() == 5
  end), c)
  c:escape()
  c:rpc('nvim_command', 'write')
  return c
end

return {
  {
    'an accepted suggestion is in the journal, with its text and its fate',
    function(t)
      local c = accept(t)
      local entry = c:wait(function()
        local first = noted(c)[1]
        return vim.inspect(first):find('accepted', 1, true) and first
      end, 15000)
      local text = vim.inspect(entry)
      t:check(text, entry and text:find('a: i32, b: i32', 1, true) and text:find('accepted', 1, true) and text:find('main.rs', 1, true))
      c:rpc('nvim_command', 'Housestyle journal')
      t:check('and on the page', c:wait(function()
        return table.concat(c:lines(), '\n'):find('1 suggestion', 1, true)
      end, 15000), c)
    end,
  },
  {
    'a workspace that is not trusted has no journal',
    function(t)
      t:only(t.is_default)
      local c = accept(t, { options = { settings = { trusted = false } } })
      c:rpc('nvim_command', 'Housestyle stop') -- its process writes all that it has to write before it ends
      t:check('ended', c:wait(function()
        return c:lua("return #vim.lsp.get_clients({ name = 'housestyle' })") == 0
      end), c)
      t:check(vim.inspect(noted(c)), #noted(c) == 0)
    end,
  },
}
