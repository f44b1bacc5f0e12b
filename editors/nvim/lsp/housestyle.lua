-- Lets `vim.lsp.enable('housestyle')` alone switch everything on.
return require('housestyle.client').config()
