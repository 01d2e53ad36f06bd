-- Records that were erased, by hashes that name nobody: a file or a topic that is read again brings none of them back.
-- grain: id_hash, content_hash, topic, partition
-- columns:
--   id_hash       64-bit hash of the statement's id; 0 of a record that was refused
--   content_hash  64-bit hash of its bytes as they came
--   topic         where it came from
--   partition     partition of the topic
--   is_gone       whether the row is gone: FALSE where only the name of another in it was replaced, or a content dropped
CREATE TABLE IF NOT EXISTS landing.erased (
    id_hash UBIGINT NOT NULL,
    content_hash UBIGINT NOT NULL,
    topic VARCHAR NOT NULL,
    "partition" INTEGER NOT NULL,
    is_gone BOOLEAN NOT NULL
);
