-- Roles that the school has told, by list or roster: whoever has another role than student is no student, and whoever is
-- told to be a student is one, whatever statements say. It follows from landing.person_event.
-- grain: identifier_key
-- columns:
--   identifier_key  digest of the identifier: the student_key that it would have by itself
--   identifier      the identifier in the form of staging.stg_identifier
--   role            student, teacher, administrator …, in small letters
--   source          the file that said so last
--   since           when it was told
CREATE TABLE IF NOT EXISTS landing.staff (
    identifier_key VARCHAR NOT NULL,
    identifier VARCHAR NOT NULL,
    role VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    since TIMESTAMPTZ NOT NULL
);
