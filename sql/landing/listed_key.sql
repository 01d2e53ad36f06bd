-- Keys of those whom rosters, matches of logins and lists of people name, in a warehouse with a secret: pages and logins
-- have no secret, and of somebody without a statement staging knows none.
-- grain: identifier_key
-- columns:
--   identifier_key  16 hex digits of the md5 of the identifier
--   own_key         the student_key that it has by itself, made with the secret
--   version         number of the secret, of landing.student_key_version
CREATE TABLE IF NOT EXISTS landing.listed_key (
    identifier_key VARCHAR NOT NULL,
    own_key VARCHAR NOT NULL,
    version INTEGER NOT NULL
);
