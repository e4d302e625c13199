-- KEYS target. ARGV head, "1" to put it over an earlier state of the same session, then name and value of every
-- field of a record that lives elsewhere. Returns whether it was done: the rules are those of stores.ledger.yields.
local now = clock()
local state, there = look(KEYS[1], now)
local head = parse(ARGV[1])

local function is_later(moment, other) -- 0 is never; a moment may have been rounded on its way
  return other > 0 and (moment == 0 or moment > other + 2)
end

if is_over(head, now) or state == 'destroyed' then
  return 0
end
if state == 'alive' then
  if ARGV[2] ~= '1' or math.abs(there.created - head.created) > 2 or head.version < there.version then
    return 0
  end
  if head.version == there.version and not is_later(head.idle, there.idle) then
    return 0
  end
end
replace(KEYS[1], head, ARGV, 3)
return 1
