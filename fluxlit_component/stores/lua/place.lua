-- KEYS target. ARGV head, then name and value of every field of a record of another server. Returns whether it was done.
local now = clock()
local head = parse(ARGV[1])
if is_over(head, now) or not is_free(KEYS[1], now) then
  return 0
end
replace(KEYS[1], head, ARGV, 2)
return 1
