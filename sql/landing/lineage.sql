-- Which run wrote what: a row for each transaction of a named run, kept when its snapshot has long expired. Every row
-- of every table knows the snapshot that wrote it (its column snapshot_id), so that joining the two tells the run.
-- grain: snapshot_id
-- columns:
--   snapshot_id   the transaction's snapshot
--   committed_at  when it was committed
--   run_id        Prefect's id of the flow run, or the command's own
--   what          which flow or command
--   relations     full names of the tables that it changed
CREATE TABLE IF NOT EXISTS landing.lineage (
    snapshot_id BIGINT NOT NULL,
    committed_at TIMESTAMPTZ NOT NULL,
    run_id VARCHAR NOT NULL,
    what VARCHAR NOT NULL,
    relations VARCHAR[] NOT NULL
);
