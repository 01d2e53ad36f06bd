-- What the school says of its skills: their names and what has to be known before them.
-- grain: skill_id
-- columns:
--   skill_id          IRI of the skill
--   skill_name        its name; NULL where none was given
--   prerequisite_ids  IRIs of the skills that come before it, in order
CREATE TABLE IF NOT EXISTS landing.skill (
    skill_id VARCHAR NOT NULL,
    skill_name VARCHAR,
    prerequisite_ids VARCHAR[] NOT NULL
);
