-- A server inside Neovim that does what ours never does: it answers late, cancelled or not, for a text
-- that has changed since. The plugin must keep that off the screen by itself.
local DELAY_MS = 600

---A `cmd` for vim.lsp.config.
return function()
  local stopped = false
  local asked = 0
  local answers = {
    initialize = { capabilities = { textDocumentSync = 1, inlineCompletionProvider = {} } },
  }
  return {
    request = function(method, params, callback)
      asked = asked + 1
      if method ~= 'textDocument/inlineCompletion' then
        callback(nil, answers[method])
        return true, asked
      end
      local range = { start = params.position, ['end'] = params.position }
      vim.defer_fn(function()
        callback(nil, { items = { { insertText = 'STALE' .. params.position.character, range = range } } })
      end, DELAY_MS)
      return true, asked
    end,
    notify = function()
      return true
    end,
    is_closing = function()
      return stopped
    end,
    terminate = function()
      stopped = true
    end,
  }
end
