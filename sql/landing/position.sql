-- The next offset to read, per topic and partition, written in the same transaction as the rows.
-- grain: topic, partition
-- columns:
--   topic         a Kafka topic, or the path of a file
--   partition     partition of the topic; 0 for files
--   next_offset   the first offset that has not landed
--   head_digest   digest of a file's first bytes, id of a Kafka topic: tells it from another one of that name
--   accepted      records landed as statements so far
--   duplicates    records dropped so far because the same statement had landed already
--   dead          records refused so far
--   updated_at    when this row was last written
CREATE TABLE IF NOT EXISTS landing.position (
    topic VARCHAR NOT NULL,
    "partition" INTEGER NOT NULL,
    next_offset BIGINT NOT NULL,
    head_digest VARCHAR,
    accepted BIGINT NOT NULL,
    duplicates BIGINT NOT NULL,
    dead BIGINT NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
