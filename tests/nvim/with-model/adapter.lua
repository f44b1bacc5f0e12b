-- The default model in Neovim: an adapter is switched without a restart, and the journal names the one that took part.
local PYTHON = '"""Areas and volumes of simple shapes."""\n\nimport math\n\n\ndef area_of_circle(radius):\n    return math.pi * radius ** 2\n\n\n'

---Returns which adapters took part in the suggestions noted so far, 'none' for none of the team's.
local function adapters(c)
  local ok, journal = pcall(vim.json.decode, c:housestyle('--json', 'journal', 'export'))
  return vim.tbl_map(function(suggestion)
    local adapter = suggestion.offered and suggestion.offered.adapter
    return (adapter == nil or adapter == vim.NIL or adapter == 'starter') and 'none' or adapter
  end, ok and journal.suggestions or {})
end

---Writes the beginning of a function until something is suggested for it, and takes it; returns the adapter that is noted.
local function adapter_at(t, c, what)
  local before = #adapters(c)
  c:type(('Godef %s(side):\n    return '):format(what))
  t:check('something is suggested for ' .. what, c:wait(function()
    return c:lua("return require('housestyle').is_visible()")
  end, 30000), c)
  c:type('<Tab>')
  c:pass(50)
  c:escape()
  c:rpc('nvim_command', 'write')
  local now = c:wait(function()
    local all = adapters(c)
    return #all > before and all
  end, 15000)
  t:check('it is noted', now, c)
  return now[#now]
end

return {
  {
    'an adapter is activated and rolled back without a restart',
    function(t)
      t:only(t.is_default)
      local c = t:new()
      local home = c.dir .. '/home'
      vim.fn.mkdir(home, 'p')
      assert(vim.uv.fs_symlink(vim.env.HOUSESTYLE_HOME .. '/models', home .. '/models'))
      t:begin(c, {
        args = { '--offline' },
        name = 'shapes.py',
        text = PYTHON,
        repository = { ['shapes.py'] = PYTHON },
        options = { settings = { minLogprob = -100 } },
      })
      t:check('the model is ready', c:wait_shown('housestyle: ready', 50000), c)
      local first = adapter_at(t, c, 'area_of_square')
      t:check('none at first, but ' .. first, first == 'none', c)

      local script = vim.fs.joinpath(vim.fs.dirname(vim.fs.abspath(arg[0])), 'adapter.py')
      assert(vim.system({ 'python3', script, home .. '/peft' }):wait().code == 0, 'adapter.py failed')
      c:housestyle('adapter', 'import', home .. '/peft')
      local approved = c:housestyle('adapter', 'approve', '1', '--ungated', 'a test')
      t:check(approved, approved:find('is approved', 1, true))

      local server = c:lua("return vim.lsp.get_clients({ name = 'housestyle' })[1].id")
      c:choose('approved', 'activate')
      c:rpc('nvim_command', 'Housestyle adapters')
      t:check('its page', c:wait(function()
        return vim.endswith(c:lua('return vim.api.nvim_buf_get_name(0)'), 'housestyle://adapter/1')
      end, 15000), c)
      c:type('<CR>')
      t:check('activated', c:wait_notified('is active'), c)
      c:type('q')
      local id = vim.json.decode(c:housestyle('--json', 'adapter', 'list')).versions[1].id
      local taken
      for i = 1, 5 do -- the server looks for it now and then
        taken = adapter_at(t, c, 'area_of_shape_' .. i)
        if taken == id then
          break
        end
        vim.wait(1500)
      end
      t:check(('%s took part, wanted %s'):format(taken, id), taken == id, c)

      c:rpc('nvim_command', 'Housestyle adapters rollback')
      t:check('rolled back', c:wait_notified('no adapter'), c)
      for i = 1, 5 do
        taken = adapter_at(t, c, 'volume_of_shape_' .. i)
        if taken == 'none' then
          break
        end
        vim.wait(1500)
      end
      t:check('none takes part any more, but ' .. taken, taken == 'none', c)
      t:check('the same server', c:lua("return vim.lsp.get_clients({ name = 'housestyle' })[1].id") == server)
    end,
  },
}
