-- KEYS sessions. Returns now, then for each of them how it stands, its head, its number of keys and the bytes of
-- its values. The values themselves are not touched.
local found = { now }
for _, session in ipairs(KEYS) do
  local state, head = look(session)
  local keys, size = 0, 0
  if head then
    for _, name in ipairs(redis.call('HKEYS', session)) do
      if string.sub(name, 1, 1) == 'd' then
        keys = keys + 1
        size = size + redis.call('HSTRLEN', session, name)
      end
    end
  end
  local since = state == 'destroyed' and redis.call('HGET', session, 'x') or '0'
  found[#found + 1] = { state, head and line(head) or '0 ' .. since .. ' 0 0 0', keys, size }
end
return found
