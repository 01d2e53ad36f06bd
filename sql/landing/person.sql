-- Identifiers of people who have several: whose they are. An identifier that is not here is a person of its own. It
-- follows from landing.person_event.
-- grain: identifier_key
-- columns:
--   identifier_key  digest of the identifier: the student_key that it would have by itself
--   student_key     the person's: the digest of one of their identifiers
--   identifier      the identifier in the form of staging.stg_identifier
CREATE TABLE IF NOT EXISTS landing.person (
    identifier_key VARCHAR NOT NULL,
    student_key VARCHAR NOT NULL,
    identifier VARCHAR NOT NULL
);
