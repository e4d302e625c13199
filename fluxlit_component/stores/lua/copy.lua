-- KEYS source, target: for servers that hold both. ARGV "1" to destroy the source. Returns whether it was done.
local state, head = look(KEYS[1])
if state ~= 'alive' or not is_free(KEYS[2]) then
  return 0
end
replace(KEYS[2], head, redis.call('HGETALL', KEYS[1]), 1)
if ARGV[1] == '1' then
  destroy(KEYS[1])
end
return 1
