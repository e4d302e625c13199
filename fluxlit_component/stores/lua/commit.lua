-- KEYS session. ARGV "1" to create, idle lifetime, absolute lifetime, schema; then for every change
-- what to do (w: write, d: delete; in upper case: only if the base still stands), key, base, data.
-- Returns state, now and, if committed, version, both deadlines, what was refused as {number of the
-- change, version, data}, and the numbers of the changes that overwrote. The rules are those of stores.ledger.
local now = clock()
local state, head = look(KEYS[1], now)
if state ~= 'alive' and not (state == 'absent' and ARGV[1] == '1') then
  return { state, now }
end

local refused, overwritten, written = {}, {}, {}
for i = 5, #ARGV, 4 do
  local task, key, base = ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2])
  local number = (i - 5) / 4
  local known = head and tonumber(redis.call('HGET', KEYS[1], 'v' .. key)) or 0
  if (task == 'W' or task == 'D') and known ~= base then
    refused[#refused + 1] = { number, known, known > 0 and redis.call('HGET', KEYS[1], 'd' .. key) }
  else
    if known > base then
      overwritten[#overwritten + 1] = number
    end
    written[#written + 1] = i
  end
end
if #written == 0 then
  if not head then
    return { 'committed', now, 0, 0, 0, refused, overwritten }
  end
  return { 'committed', now, head.version, head.idle, head.expires, refused, overwritten }
end

head = head or { version = 0, created = now, expires = after(now, ARGV[3]) }
head.version = head.version + 1
head.idle = after(now, ARGV[2])
head.schema = ARGV[4]
keep(KEYS[1], head)
local version = text(head.version)
for _, i in ipairs(written) do
  local key = ARGV[i + 1]
  if ARGV[i] == 'w' or ARGV[i] == 'W' then
    redis.call('HSET', KEYS[1], 'v' .. key, version, 'd' .. key, ARGV[i + 3])
  else
    redis.call('HSET', KEYS[1], 'v' .. key, version)
    redis.call('HDEL', KEYS[1], 'd' .. key)
  end
end

-- Tombstones of a thousand versions ago are of no use to anyone; looked for once in a hundred commits.
if head.version > 1000 and head.version % 100 == 0 then
  for _, name in ipairs(redis.call('HKEYS', KEYS[1])) do
    if string.sub(name, 1, 1) == 'v' and redis.call('HEXISTS', KEYS[1], 'd' .. string.sub(name, 2)) == 0 then
      if tonumber(redis.call('HGET', KEYS[1], name)) < head.version - 1000 then
        redis.call('HDEL', KEYS[1], name)
      end
    end
  end
end
return { 'committed', now, head.version, head.idle, head.expires, refused, overwritten }
