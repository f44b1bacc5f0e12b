-- Declares the command, the highlight groups and the <Plug> maps; loads nothing else.
if vim.g.loaded_housestyle then
  return
end
vim.g.loaded_housestyle = true

if vim.fn.has('nvim-0.11') == 0 then
  vim.notify_once('housestyle: Neovim 0.11 or newer is needed', vim.log.levels.WARN)
  return
end

vim.api.nvim_set_hl(0, 'HousestyleGhost', { link = vim.fn.hlexists('ComplHint') == 1 and 'ComplHint' or 'NonText', default = true })
vim.api.nvim_set_hl(0, 'HousestyleHint', { link = 'MoreMsg', default = true })

vim.api.nvim_create_user_command('Housestyle', function(args)
  require('housestyle.command').run(args.fargs)
end, {
  nargs = '*',
  desc = 'Housestyle: review, switches, status (:help :Housestyle)',
  complete = function(lead, line)
    return require('housestyle.command').complete(lead, line)
  end,
})

for name, action in pairs({ Accept = 'accept', AcceptWord = 'accept_word', AcceptLine = 'accept_line', Next = 'next', Previous = 'previous', Dismiss = 'dismiss', Trigger = 'trigger' }) do
  vim.keymap.set('i', ('<Plug>(Housestyle%s)'):format(name), function()
    require('housestyle')[action]()
  end, { desc = 'Housestyle: ' .. action:gsub('_', ' ') })
end

for name, action in pairs({ Fix = 'fix', NotHere = 'not_here' }) do
  vim.keymap.set('n', ('<Plug>(Housestyle%s)'):format(name), function()
    require('housestyle')[action]()
  end, { desc = 'Housestyle: ' .. action:gsub('_', ' ') })
end
