-- KEYS target. ARGV head, then name and value of every field of a source that lives in another slot.
-- Returns whether it was done.
if not is_free(KEYS[1], clock()) then
  return 0
end
replace(KEYS[1], parse(ARGV[1]), ARGV, 2)
return 1
