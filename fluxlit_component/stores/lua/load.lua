-- KEYS session. ARGV "1" to destroy it, too. Returns now and all fields as stored, or now alone.
local now = clock()
if look(KEYS[1], now) ~= 'alive' then
  return { now }
end
local fields = redis.call('HGETALL', KEYS[1])
if ARGV[1] == '1' then
  destroy(KEYS[1], now)
end
return { now, fields }
