-- The school's own map from activities to the skills they exercise; it wins over what statements say.
-- grain: activity_id, skill_id
-- columns:
--   activity_id   IRI of the activity
--   skill_id      IRI of the skill
--   weight        share of the skill in the activity, above 0
CREATE TABLE IF NOT EXISTS landing.skill_map (
    activity_id VARCHAR NOT NULL,
    skill_id VARCHAR NOT NULL,
    weight DECIMAL(6, 4) NOT NULL
);
