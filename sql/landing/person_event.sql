-- What people have said of who is who: every identifier that was put to a person, taken away or given a role, and what was
-- undone. Rows are only ever added; landing.person and landing.staff are what follows from those that were not undone.
-- grain: event_id, position
-- columns:
--   event_id        1, 2, 3 …: rows of one command have one; this is what is undone
--   position        place within the event, from 0
--   told_at         when
--   told_by         who told it: the account of the machine, or who was named
--   reason          why, in the words of whoever told it; NULL where they did not say
--   source          the command, or the name of the file that was imported
--   action          merge, split, role or undo
--   identifier_key  digest of the identifier; NULL where an event is undone
--   identifier      the identifier in the form of staging.stg_identifier
--   value           of a merge the digest of the identifier whose person it joins, of a role the role
--   undone_id       the event that is undone; NULL for all else
CREATE TABLE IF NOT EXISTS landing.person_event (
    event_id BIGINT NOT NULL,
    "position" INTEGER NOT NULL,
    told_at TIMESTAMPTZ NOT NULL,
    told_by VARCHAR NOT NULL,
    reason VARCHAR,
    source VARCHAR NOT NULL,
    action VARCHAR NOT NULL,
    identifier_key VARCHAR,
    identifier VARCHAR,
    value VARCHAR,
    undone_id BIGINT
);
