-- KEYS session. Returns how it stood.
local now = clock()
local state = look(KEYS[1], now) -- fails if this is a key of somebody else
destroy(KEYS[1], now)
return state
