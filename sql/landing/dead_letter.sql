-- Every record that was refused, with the first of its faults and where it came from.
-- grain: dead_letter_id
-- columns:
--   dead_letter_id  hash of coordinates and bytes: the same record read again is the same dead letter
--   rule            id of the broken rule (learnloom check --rule explains it)
--   path            JSON Pointer to the offending value; empty for the whole record
--   value           the offending value as JSON, cut
--   message         what is wrong and what to do
--   faults          all faults found: rule, path, value, message
--   raw             the record exactly as received; NULL for a record without a value
--   topic           where it came from: a Kafka topic, or the path of a file
--   partition       partition of the topic; 0 for files
--   offset          place in the partition; for files the record's number from 0
--   element         place in an array that came as one message; else 0
--   landed_at       when it was written here
--   replayed_at     when a replay put a mended statement in its place; NULL while it waits
--   replayed_as     id of the statement that took its place
--   source          the sending system, as it calls itself in Kafka's header `source`; NULL where it does not, and for files
--   xapi_version    version by which its sender asked to have it judged; NULL where none was named
--   replay_fix      what mended it: a repair's name or the command; NULL where it was valid as it came, or still waits
CREATE TABLE IF NOT EXISTS landing.dead_letter (
    dead_letter_id VARCHAR NOT NULL,
    rule VARCHAR NOT NULL,
    path VARCHAR NOT NULL,
    value VARCHAR NOT NULL,
    message VARCHAR NOT NULL,
    faults STRUCT(rule VARCHAR, path VARCHAR, value VARCHAR, message VARCHAR)[] NOT NULL,
    raw BLOB,
    topic VARCHAR NOT NULL,
    "partition" INTEGER NOT NULL,
    "offset" BIGINT NOT NULL,
    element INTEGER NOT NULL,
    landed_at TIMESTAMPTZ NOT NULL,
    replayed_at TIMESTAMPTZ,
    replayed_as UUID,
    source VARCHAR,
    xapi_version VARCHAR,
    replay_fix VARCHAR
);
