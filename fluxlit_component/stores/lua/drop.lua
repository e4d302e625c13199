-- KEYS session. ARGV its head as the caller knows it, "1" to leave a marker.
-- Returns "done", or how it stands if it is not as the caller knows it.
local now = clock()
if redis.call('HGET', KEYS[1], 'm') ~= ARGV[1] then
  return (look(KEYS[1], now))
end
if ARGV[2] == '1' then
  destroy(KEYS[1], now)
else
  redis.call('DEL', KEYS[1])
end
return 'done'
