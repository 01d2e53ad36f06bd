-- Whose turn it is to land: each transaction that lands statements updates the one row, so that of two at once one
-- fails at commit and is done again with its duplicate check. Without it two could land the same statement.
-- grain: turn_id
-- columns:
--   turn_id   always 1
--   taken     how many transactions have landed statements so far
CREATE TABLE IF NOT EXISTS landing.turn (
    turn_id INTEGER NOT NULL,
    taken BIGINT NOT NULL
);
