-- Every statement that was accepted, once, in the bytes in which it came.
-- grain: statement_id
-- columns:
--   statement_id   the statement's id; where the sender left it out, a UUIDv5 of its bytes
--   id_hash        64-bit hash of statement_id, for the duplicate check
--   content_hash   64-bit hash of the bytes, for the duplicate check
--   raw            the statement exactly as received
--   topic          where it came from: a Kafka topic, or the path of a file
--   partition      partition of the topic; 0 for files
--   offset         place in the partition; for files the record's number from 0
--   element        place in an array that came as one message; else 0
--   landed_at      when it was written here
--   source         the sending system, as it calls itself in Kafka's header `source`; NULL where it does not, and for files
CREATE TABLE IF NOT EXISTS landing.statement (
    statement_id UUID NOT NULL,
    id_hash UBIGINT NOT NULL,
    content_hash UBIGINT NOT NULL,
    raw VARCHAR NOT NULL,
    topic VARCHAR NOT NULL,
    "partition" INTEGER NOT NULL,
    "offset" BIGINT NOT NULL,
    element INTEGER NOT NULL,
    landed_at TIMESTAMPTZ NOT NULL,
    source VARCHAR
);
