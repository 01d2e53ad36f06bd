-- The outbox counts its events from 1 without gaps: a reader who goes by the sequence misses none.
-- columns:
--   sequence  the event
--   expected  what it should be
SELECT
    sequence,
    row_number() OVER (ORDER BY sequence) AS expected
FROM feedback.outbox
QUALIFY sequence <> expected
