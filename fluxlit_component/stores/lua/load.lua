-- KEYS session. ARGV "1" to destroy it, too. Returns now and all fields as stored in one MessagePack, or now alone.
-- In one: a reply of many strings takes Redis longer to send, and the client to read, than the session is looked up.
if look(KEYS[1]) ~= 'alive' then
  return { now }
end
local fields = redis.call('HGETALL', KEYS[1])
if ARGV[1] == '1' then
  destroy(KEYS[1])
end
return { now, cmsgpack.pack(fields) }
