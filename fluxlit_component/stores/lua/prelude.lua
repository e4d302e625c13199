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

local function clock()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function after(now, span) -- spans come as text; "0" is never
  span = tonumber(span)
  return span > 0 and now + span or 0
end

local function text(number) -- tostring would round beyond 14 digits
  return string.format('%.0f', number)
end

local function parse(line)
  local version, created, idle, expires, schema = string.match(line, '^(%d+) (%d+) (%d+) (%d+) (%S+)$')
  return {
    version = tonumber(version),
    created = tonumber(created),
    idle = tonumber(idle),
    expires = tonumber(expires),
    schema = schema,
  }
end

local function line(head)
  local times = text(head.created) .. ' ' .. text(head.idle) .. ' ' .. text(head.expires)
  return text(head.version) .. ' ' .. times .. ' ' .. head.schema
end

local function is_over(head, now)
  return (head.idle > 0 and head.idle <= now) or (head.expires > 0 and head.expires <= now)
end

-- "alive", "absent", "expired" or "destroyed"; if there is one, also the head.
local function look(key, now)
  local found = redis.call('HMGET', key, 'm', 'x')
  if found[2] then
    return 'destroyed'
  elseif not found[1] then
    return 'absent'
  end
  local head = parse(found[1])
  return is_over(head, now) and 'expired' or 'alive', head
end

local function is_free(key, now)
  local state = look(key, now)
  return state == 'absent' or state == 'expired'
end

local function keep(key, head)
  redis.call('HSET', key, 'm', line(head))
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
  for i = from, #list, 2 do
    redis.call('HSET', key, list[i], list[i + 1])
  end
  keep(key, head)
end

local function destroy(key, now)
  redis.call('DEL', key)
  redis.call('HSET', key, 'x', text(now))
  redis.call('PEXPIREAT', key, text(now + MARKER))
end
