-- The school's own map from activities to the skills they exercise.
-- grain: activity_id, skill_id
-- scope: reference
-- stored: view
-- columns:
--   activity_id  the activity
--   skill_id     the skill
--   weight       share of the skill in the activity, above 0
SELECT
    activity_id,
    skill_id,
    weight
FROM landing.skill_map
