-- KEYS session. ARGV lifetime, then name and value of every field.
local head = { version = '1', created = text(now), idle = after(ARGV[1]), expires = 0, schema = '0' }
replace(KEYS[1], head, ARGV, 2)
