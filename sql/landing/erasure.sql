-- Who asked to be forgotten, by a random number that names nobody, and how far their erasure has come; what was old as well. From `hidden` on
-- nothing of theirs is seen any more; at `gone` the receipt stands, and no file holds it.
-- grain: erasure_id
-- columns:
--   erasure_id      random; the receipt bears it
--   requested_at    when it was asked for
--   reason          request, retention, or what whoever asked has said
--   pseudonym       random: stands where others' statements named the student
--   step            hidden, door, refreshed, told, rewritten, expired, backups, gone: what was done last
--   stepped_at      when that was
--   n_statements    statements of theirs that were taken out
--   n_mentions      statements of others in which they were named
--   n_dead_letters  refused records whose content was dropped
--   n_events        events of theirs that were taken out of the outbox
--   sequence        the event of the outbox that tells receivers
CREATE TABLE IF NOT EXISTS landing.erasure (
    erasure_id VARCHAR NOT NULL,
    requested_at TIMESTAMPTZ NOT NULL,
    reason VARCHAR NOT NULL,
    pseudonym VARCHAR NOT NULL,
    step VARCHAR NOT NULL,
    stepped_at TIMESTAMPTZ NOT NULL,
    n_statements BIGINT NOT NULL,
    n_mentions BIGINT NOT NULL,
    n_dead_letters BIGINT NOT NULL,
    n_events BIGINT NOT NULL,
    sequence BIGINT
);
