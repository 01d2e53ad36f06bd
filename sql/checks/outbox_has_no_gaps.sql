-- The outbox counts its events from 1, without gaps but for those of the students who were erased: a reader who goes by
-- the sequence misses none.
-- columns:
--   last_sequence  the last event
--   n_events       events that stand
--   n_erased       events that were taken out
WITH erased AS (
    SELECT coalesce(sum(n_events), 0) AS n_erased
    FROM landing.erasure
)

SELECT
    max(outbox.sequence) AS last_sequence,
    count(*) AS n_events,
    any_value(erased.n_erased) AS n_erased
FROM feedback.outbox AS outbox
CROSS JOIN erased
HAVING max(outbox.sequence) <> count(*) + any_value(erased.n_erased)
