-- KEYS target. ARGV head, then name and value of every field of a record of another server. Returns whether it was done.
local head = parse(ARGV[1])
if is_over(head) or not is_free(KEYS[1]) then
  return 0
end
replace(KEYS[1], head, ARGV, 2)
return 1
