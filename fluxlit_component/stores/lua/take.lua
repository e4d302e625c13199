-- KEYS session. Returns what load does, and destroys what it returned.
local now = clock()
if look(KEYS[1], now) ~= 'alive' then
  return { now }
end
local fields = redis.call('HGETALL', KEYS[1])
destroy(KEYS[1], now)
return { now, fields }
