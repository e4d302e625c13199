-- KEYS session. ARGV idle lifetime. Returns whether it is alive.
local now = clock()
local state, head = look(KEYS[1], now)
if state ~= 'alive' then
  return 0
end
head.idle = after(now, ARGV[1])
keep(KEYS[1], head)
return 1
