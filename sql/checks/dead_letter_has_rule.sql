-- Every dead letter names the rule that it broke and says so to a person.
-- columns:
--   dead_letter_id  the dead letter
--   rule            its rule
--   message         what it says
SELECT
    dead_letter_id,
    rule,
    message
FROM landing.dead_letter
WHERE trim(rule) = '' OR trim(message) = '' OR len(faults) = 0 OR faults[1].rule <> rule
