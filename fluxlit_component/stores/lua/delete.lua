-- KEYS session.
local now = clock()
look(KEYS[1], now) -- fails if this is a key of somebody else
destroy(KEYS[1], now)
