-- The fence: each transaction that lands statements updates the one row, so that of two at once one fails at commit and
-- is done again with its duplicate check. Without it two could land the same statement.
-- grain: fence_id
-- columns:
--   fence_id       always 1
--   transactions   how many transactions have landed statements so far
CREATE TABLE IF NOT EXISTS landing.fence (
    fence_id INTEGER NOT NULL,
    transactions BIGINT NOT NULL
);
