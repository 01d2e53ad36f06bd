-- Who is in which course, and as what, as rosters say. Each source's rows are those of its last import.
-- grain: source, course_id, section, subject, identifier, role
-- columns:
--   source          the roster: a name that the school gives it, or the address of a platform's list of members
--   course_id       IRI of the course in statements
--   section         group within the course; NULL where the roster names none
--   subject         the login's identity, issuer#sub, where the roster comes from the platform of a login
--   identifier      the identifier in the form of staging.stg_identifier; NULL where only a subject is known
--   identifier_key  digest of the identifier: the student_key that it would have by itself
--   role            student or teacher
--   told_at         when it was imported
CREATE TABLE IF NOT EXISTS landing.roster_member (
    source VARCHAR NOT NULL,
    course_id VARCHAR NOT NULL,
    section VARCHAR,
    subject VARCHAR,
    identifier VARCHAR,
    identifier_key VARCHAR,
    role VARCHAR NOT NULL,
    told_at TIMESTAMPTZ NOT NULL
);
