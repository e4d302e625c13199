-- KEYS session. ARGV idle lifetime. Returns whether it is alive.
local state, head = look(KEYS[1])
if state ~= 'alive' then
  return 0
end
head.idle = after(ARGV[1])
keep(KEYS[1], head)
return 1
