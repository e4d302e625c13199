-- KEYS session. Returns now and all fields as stored, or now alone.
local now = clock()
if look(KEYS[1], now) ~= 'alive' then
  return { now }
end
return { now, redis.call('HGETALL', KEYS[1]) }
