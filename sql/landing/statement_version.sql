-- Statements that took the place of an earlier one, because their source had corrected the record that both were
-- converted from (a grade, an answer that was marked anew): the one with the highest version stands, all others are
-- voided. Where the source has withdrawn it, the highest version is that of its voiding, and none stands.
-- grain: first_id, version
-- columns:
--   first_id      id of the record's first statement, which names the record in its source
--   version       from 2; the first statement itself is version 1 and has no row
--   statement_id  id of the statement of this version, or of the voiding that withdrew the one before
--   content_hash  64-bit hash of its bytes under first_id, to see whether it has changed again; NULL: withdrawn
--   landed_at     when it was written here
CREATE TABLE IF NOT EXISTS landing.statement_version (
    first_id UUID NOT NULL,
    version INTEGER NOT NULL,
    statement_id UUID NOT NULL,
    content_hash UBIGINT,
    landed_at TIMESTAMPTZ NOT NULL
);
