-- Anti-flicker: what is on the screen stays, unless what comes goes on with it, or the user pauses.

---A server in Lua that hands out its answers in order, the last one again and again, at once.
local SERVER = [[
  local answers = ...
  local n, stopped = 0, false
  vim.lsp.config('housestyle', { cmd = function()
    return {
      request = function(method, params, callback)
        if method == 'textDocument/inlineCompletion' then
          n = n + 1
          local position = params.position
          local text = answers[math.min(n, #answers)]
          vim.defer_fn(function()
            callback(nil, { items = text ~= '' and { { insertText = text, range = { start = position, ['end'] = position } } } or {} })
          end, 20)
        else
          callback(nil, method == 'initialize' and { capabilities = { textDocumentSync = 1, inlineCompletionProvider = {} } } or nil)
        end
        return true, n
      end,
      notify = function() return true end,
      is_closing = function() return stopped end,
      terminate = function() stopped = true end,
    }
  end })
  vim.lsp.enable('housestyle', false)
  vim.wait(3000, function() return #vim.lsp.get_clients({ name = 'housestyle' }) == 0 end)
  vim.lsp.enable('housestyle')]]

---Starts with a server that gives these answers, and types until the first is shown.
local function ghost(t, answers)
  local c = t:start({ script = { { text = 'x' } } })
  c:lua(SERVER, answers)
  t:check('attached', c:wait_attached(), c)
  c:type('Golet x = ')
  t:check('shown', c:wait_shown('let x = ' .. answers[1]), c)
  return c
end

---Sets how long an answer rests before it takes the place of what is shown.
local function rest(c, ms)
  c:lua("require('housestyle.flicker').PAUSE_MS = ...", ms)
end

local NEVER_MS = 3600000
local METHOD = 'textDocument/inlineCompletion'

---Types a key and waits until its request has been answered.
local function answered(t, c, key)
  local before = #c:sent(METHOD)
  c:type(key)
  t:check('asked after ' .. key, c:wait_sent(METHOD, before + 1), c)
  t:check('answered', c:wait_answered(METHOD), c)
end

return {
  {
    'another text waits for a pause',
    function(t)
      local c = ghost(t, { 'alpha beta', 'lpha gamma' })
      rest(c, NEVER_MS)
      answered(t, c, 'a')
      t:check('not at once', c:shows('let x = alpha beta'), c)
      rest(c, 100)
      answered(t, c, 'l<BS>')
      t:check('it comes', c:wait_shown('let x = alpha gamma'), c)
    end,
  },
  {
    'what goes on with it comes at once',
    function(t)
      local c = ghost(t, { 'alpha', 'lpha beta' })
      rest(c, NEVER_MS)
      c:type('a')
      t:check('without a pause', c:wait_shown('let x = alpha beta'), c)
    end,
  },
  {
    'an answer with nothing hides it only after a pause',
    function(t)
      local c = ghost(t, { 'alpha beta', '' })
      rest(c, NEVER_MS)
      answered(t, c, 'a')
      t:check('still there', c:shows('let x = alpha beta'), c)
      rest(c, 100)
      answered(t, c, 'l')
      t:check('then gone', c:wait_hidden('beta'), c)
    end,
  },
  {
    'typing on keeps it all the while',
    function(t)
      local c = ghost(t, { 'alpha beta', 'ZZZ' })
      rest(c, NEVER_MS)
      for _, key in ipairs({ 'a', 'l', 'p', 'h' }) do
        answered(t, c, key)
        t:check('still there after ' .. key, c:shows('let x = alpha beta'), c)
        t:check('nothing else', not c:shows('ZZZ'), c)
      end
    end,
  },
  {
    'another alternative is kept beside the first, and both can be gone through',
    function(t)
      local c = ghost(t, { 'alpha', 'beta' })
      c:type('<M-n>')
      t:check('the other', c:wait_shown('let x = beta (2/2)'), c)
      c:type('<M-p>')
      t:check('the first', c:wait_shown('let x = alpha (1/2)'), c)
      c:type('<M-p><M-n>')
      c:pass(50)
      t:check('round', c:wait_shown('let x = alpha (1/2)'), c)
      c:type('<M-n>')
      t:check('the other again', c:wait_shown('let x = beta (2/2)'), c)
      c:type('<Tab>')
      t:check('it is taken', c:wait_text('fn main() {}\n\nlet x = beta|'), c)
    end,
  },
}
