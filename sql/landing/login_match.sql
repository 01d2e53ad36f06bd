-- Whose a login is, told by hand: the identifier in statements of whoever logs in as a subject. Rows are only ever added;
-- of each subject the last counts.
-- grain: match_id
-- columns:
--   match_id        1, 2, 3 …
--   told_at         when
--   told_by         who told it: the account of the machine, or who was named
--   reason          why, in the words of whoever told it; NULL where they did not say
--   subject         the login's identity, issuer#sub
--   identifier      the identifier in the form of staging.stg_identifier; NULL: what was told before does not hold
--   identifier_key  digest of the identifier
CREATE TABLE IF NOT EXISTS landing.login_match (
    match_id BIGINT NOT NULL,
    told_at TIMESTAMPTZ NOT NULL,
    told_by VARCHAR NOT NULL,
    reason VARCHAR,
    subject VARCHAR NOT NULL,
    identifier VARCHAR,
    identifier_key VARCHAR
);
