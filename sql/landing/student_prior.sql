-- What the learner model knew of a student in general when answers of theirs were erased by a rule of retention.
-- grain: identifier_key
-- columns:
--   identifier_key  digest of one of the student's identifiers: the student_key that it would have by itself
--   theta           ability in general, in logits, of the model version in use then
--   weight          weight of the answers behind it
--   wins            their scores, summed
--   misses          what was missing to all of them, summed
--   recent          moving average of the outcomes, 0 to 1
--   last_at         the last of these answers
--   carried_at      when they were erased
CREATE TABLE IF NOT EXISTS landing.student_prior (
    identifier_key VARCHAR NOT NULL,
    theta DOUBLE NOT NULL,
    weight DOUBLE NOT NULL,
    wins DOUBLE NOT NULL,
    misses DOUBLE NOT NULL,
    recent DOUBLE NOT NULL,
    last_at TIMESTAMPTZ NOT NULL,
    carried_at TIMESTAMPTZ NOT NULL
);
