-- KEYS session. ARGV the version to begin with if absent ("0": do not), idle lifetime, absolute lifetime, schema
-- ("": as it is); then for every change what to do (w: write, d: delete; in upper case: only if the base still
-- stands), key, base, data. Returns state, now and, if committed, version, both deadlines, what was refused as {number of the
-- change, version, data}, and the numbers of the changes that overwrote. The rules are those of stores.ledger.
local names = {}
for i = 6, #ARGV, 4 do
  names[#names + 1] = 'v' .. ARGV[i]
end
local state, head, found = look(KEYS[1], names)
if state ~= 'alive' and not (state == 'absent' and ARGV[1] ~= '0') then
  return { state, now }
end
local schema, standing = tonumber(ARGV[4]), tonumber(head and head.schema or 0)
if schema and standing > math.max(schema, 1) then
  return { 'newer', now }
end

local refused, overwritten, written = {}, {}, {}
for i = 5, #ARGV, 4 do
  local task, base = ARGV[i], tonumber(ARGV[i + 2])
  local number = (i - 5) / 4
  local known = tonumber(head and found[number + 3] or 0)
  if (task == 'W' or task == 'D') and known ~= base then
    refused[#refused + 1] = { number, known, known > 0 and redis.call('HGET', KEYS[1], 'd' .. ARGV[i + 1]) }
  else
    if known > base then
      overwritten[#overwritten + 1] = number
    end
    written[#written + 1] = i
  end
end
if #written == 0 then
  head = head or { version = 0, idle = 0, expires = 0 }
  return { 'committed', now, tonumber(head.version), head.idle, head.expires, refused, overwritten }
end

head = head or { version = ARGV[1] - 1, created = text(now), expires = after(ARGV[3]) }
local version = head.version + 1
head.version = text(version)
head.idle = after(ARGV[2])
head.schema = text(math.max(standing, schema or 0))
local put, gone = {}, {}
for _, i in ipairs(written) do
  local key = ARGV[i + 1]
  put[#put + 1] = 'v' .. key
  put[#put + 1] = head.version
  if ARGV[i] == 'w' or ARGV[i] == 'W' then
    put[#put + 1] = 'd' .. key
    put[#put + 1] = ARGV[i + 3]
  else
    gone[#gone + 1] = 'd' .. key
  end
end
keep(KEYS[1], head, put)
in_parts('HDEL', KEYS[1], gone)

-- Tombstones of a thousand versions ago are of no use to anyone; looked for once in a hundred commits.
if version > 1000 and version % 100 == 0 then
  for _, name in ipairs(redis.call('HKEYS', KEYS[1])) do
    local is_tombstone = string.sub(name, 1, 1) == 'v' and redis.call('HEXISTS', KEYS[1], 'd' .. string.sub(name, 2)) == 0
    if is_tombstone and tonumber(redis.call('HGET', KEYS[1], name)) < version - 1000 then
      redis.call('HDEL', KEYS[1], name)
    end
  end
end
return { 'committed', now, version, head.idle, head.expires, refused, overwritten }
