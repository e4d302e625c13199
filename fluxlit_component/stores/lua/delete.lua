-- KEYS session. Returns how it stood.
local state = look(KEYS[1]) -- fails if this is a key of somebody else
destroy(KEYS[1])
return state
