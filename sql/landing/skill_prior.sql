-- What the learner model knew of a student on a skill when answers of theirs were erased by a rule of retention.
-- grain: identifier_key, skill_id
-- columns:
--   identifier_key   as in landing.student_prior
--   skill_id         the skill
--   theta            what the student was better at it than in general, in logits
--   weight           weight of the answers behind it
--   wins             their scores, summed
--   misses           what was missing to all of them, summed
--   recent           moving average of the outcomes, 0 to 1
--   last_score       the last outcome
--   last_at          the last of these answers
--   information      Fisher information of the answers: how sure it was
--   band             level then: 2 for mastered, 1 for near, 0 for neither
--   level_since_at   answer with which that level was reached
--   mastered_at      answer with which mastery was first shown
--   review           how its reviews stand, a JSON array (pipelines/learner/review.py); NULL where it was never mastered
--   carried_at       when they were erased
CREATE TABLE IF NOT EXISTS landing.skill_prior (
    identifier_key VARCHAR NOT NULL,
    skill_id VARCHAR NOT NULL,
    theta DOUBLE NOT NULL,
    weight DOUBLE NOT NULL,
    wins DOUBLE NOT NULL,
    misses DOUBLE NOT NULL,
    recent DOUBLE NOT NULL,
    last_score DOUBLE NOT NULL,
    last_at TIMESTAMPTZ NOT NULL,
    information DOUBLE NOT NULL,
    band INTEGER NOT NULL,
    level_since_at TIMESTAMPTZ NOT NULL,
    mastered_at TIMESTAMPTZ,
    review VARCHAR,
    carried_at TIMESTAMPTZ NOT NULL
);
