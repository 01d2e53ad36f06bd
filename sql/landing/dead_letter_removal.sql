-- How many dead letters maintenance has removed for their age, so that positions can still be held against the rows.
-- grain: topic, partition, removed_at
-- columns:
--   topic           where they came from: a Kafka topic, or the path of a file
--   partition       partition of the topic; 0 for files
--   removed_at      when they were removed
--   n_dead_letters  dead letters removed
--   n_replayed      those of them in whose place a mended statement has landed; it stays
CREATE TABLE IF NOT EXISTS landing.dead_letter_removal (
    topic VARCHAR NOT NULL,
    "partition" INTEGER NOT NULL,
    removed_at TIMESTAMPTZ NOT NULL,
    n_dead_letters BIGINT NOT NULL,
    n_replayed BIGINT NOT NULL
);
