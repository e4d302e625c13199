-- What every script begins with. A session is one hash, and so one key:
--   m        "version created idle_expires expires schema"; times in milliseconds, 0: never
--   v<key>   the version that wrote a key of the session
--   d<key>   its data; a version without data is a tombstone
--   x        stands alone, in place of all that: the session was destroyed
-- A script reads first and writes last: Redis takes nothing back of a script that fails half-way. What a full
-- server refuses is the first write, if it is one that needs memory; whatever comes after that is let through.
-- So what stores begins with an HSET, and what destroys with a DEL: a full server can still forget.

local MARKER = 86400000 -- how long a destroyed session says so
local LINGER = 300000 -- how long an expired one says so, before Redis drops it
local PART = 4000 -- how many arguments one call is given: what Lua can unpack has an end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function after(span) -- spans come as text; "0" is never
  span = tonumber(span)
  return span > 0 and now + span or 0
end

local function text(number) -- tostring would round beyond 14 digits
  return string.format('%.0f', number)
end

local function parse(line) -- version and creation stay text: to turn numbers into text is slow
  local version, created, idle, expires, schema = string.match(line, '^(%d+) (%d+) (%d+) (%d+) (%S+)$')
  return { version = version, created = created, idle = tonumber(idle), expires = tonumber(expires), schema = schema }
end

local function line(head)
  local times = head.created .. ' ' .. text(head.idle) .. ' ' .. text(head.expires)
  return head.version .. ' ' .. times .. ' ' .. head.schema
end

local function is_over(head)
  return (head.idle > 0 and head.idle <= now) or (head.expires > 0 and head.expires <= now)
end

-- A call with as many arguments as the list has, from `from` on.
local function in_parts(command, key, list, from)
  for i = from or 1, #list, PART do
    redis.call(command, key, unpack(list, i, math.min(i + PART - 1, #list)))
  end
end

-- "alive", "absent", "expired" or "destroyed"; if there is one, the head; and what was found: two fields of no
-- interest, then those of the names that were given. One look for all: each call costs as much as much of Lua.
local function look(key, names)
  names = names or {}
  local found = redis.call('HMGET', key, 'm', 'x', unpack(names, 1, math.min(PART, #names)))
  for i = PART + 1, #names, PART do
    for _, value in ipairs(redis.call('HMGET', key, unpack(names, i, math.min(i + PART - 1, #names)))) do
      found[#found + 1] = value
    end
  end
  if found[2] then
    return 'destroyed'
  elseif not found[1] then
    return 'absent'
  end
  local head = parse(found[1])
  return is_over(head) and 'expired' or 'alive', head, found
end

local function is_free(key)
  local state = look(key)
  return state == 'absent' or state == 'expired'
end

-- Write a head, and perhaps a list of names and values with it.
local function keep(key, head, list)
  list = list or {}
  list[#list + 1] = 'm'
  list[#list + 1] = line(head)
  in_parts('HSET', key, list)
  local ends = head.idle
  if ends == 0 or (head.expires > 0 and head.expires < ends) then
    ends = head.expires
  end
  if ends > 0 then
    redis.call('PEXPIREAT', key, text(ends + LINGER))
  else
    redis.call('PERSIST', key)
  end
end

-- Put a whole session in place of whatever stands there; names and values begin at `from` in `list`.
local function replace(key, head, list, from)
  redis.call('HSET', key, 'm', '')
  redis.call('DEL', key)
  in_parts('HSET', key, list, from)
  keep(key, head)
end

local function destroy(key)
  redis.call('DEL', key)
  redis.call('HSET', key, 'x', text(now))
  redis.call('PEXPIREAT', key, text(now + MARKER))
end
