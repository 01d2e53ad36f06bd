-- Which dead letters have reached the topic of dead letters: each at least once, by Kafka's word.
-- grain: dead_letter_id
-- columns:
--   dead_letter_id  the dead letter
--   delivered_at    when the broker had it
CREATE TABLE IF NOT EXISTS landing.dead_letter_delivery (
    dead_letter_id VARCHAR NOT NULL,
    delivered_at TIMESTAMPTZ NOT NULL
);
