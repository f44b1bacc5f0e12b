-- Anti-flicker: when an answer may take the place of what is on the screen.
--
-- The user may be reading it. It is replaced at once only by a text that goes on with it, or when asked for
-- by hand; anything else waits until nothing was typed for a while.
local M = {}

---Rest after an answer before another text takes the place of what is shown.
M.PAUSE_MS = 500

---Calls `show` now or later; returns the timer if it is later, for the caller to stop.
---@param shown string? what is on the screen and still fits
---@param fresh string? what the answer would show there; nil hides
---@param by_hand boolean
---@param show fun()
---@return uv.uv_timer_t?
function M.replace(shown, fresh, by_hand, show)
  if by_hand or not shown or (fresh and vim.startswith(fresh, shown)) then
    show()
    return nil
  end
  return vim.defer_fn(show, M.PAUSE_MS)
end

---Stops a timer of `replace`.
---@param timer uv.uv_timer_t?
function M.stop(timer)
  if timer and not timer:is_closing() then
    timer:stop()
    timer:close()
  end
end

return M
