-- What the school says of its skills.
-- grain: skill_id
-- scope: reference
-- stored: view
-- columns:
--   skill_id          the skill
--   skill_name        its name; NULL where none was given
--   prerequisite_ids  skills that come before it, in order
SELECT
    skill_id,
    skill_name,
    prerequisite_ids
FROM landing.skill
