-- By which secret student keys are made, since when. Empty where there is none: a key then follows from the identifier.
-- grain: version
-- columns:
--   version    number of the secret, from 1 on
--   key_check  digest by which the secret is known again, and from which it does not follow
--   since      when it was taken
CREATE TABLE IF NOT EXISTS landing.student_key_version (
    version INTEGER NOT NULL,
    key_check VARCHAR NOT NULL,
    since TIMESTAMPTZ NOT NULL
);
