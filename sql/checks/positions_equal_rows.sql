-- What the positions count as landed and refused is what stands in the tables: nothing lost, nothing twice.
-- columns:
--   topic              a Kafka topic, or the path of a file
--   partition          partition of the topic
--   accepted           statements by the position
--   n_statements       statements that landed from there, replayed dead letters left out, erased ones counted
--   dead               refused records by the position
--   n_dead_letters     dead letters from there
WITH landed AS (
    SELECT
        statement.topic,
        statement."partition",
        count(*) AS n_statements
    FROM landing.statement
    ANTI JOIN landing.dead_letter
        ON
            statement.statement_id = dead_letter.replayed_as
            AND statement.topic = dead_letter.topic
            AND statement."partition" = dead_letter."partition"
            AND statement."offset" = dead_letter."offset"
            AND statement.element = dead_letter.element
    GROUP BY statement.topic, statement."partition"
),

erased AS (
    SELECT
        topic,
        "partition",
        count(*) AS n_erased
    FROM landing.erased
    WHERE is_gone
    GROUP BY topic, "partition"
),

refused AS (
    SELECT
        topic,
        "partition",
        count(*) AS n_dead_letters
    FROM landing.dead_letter
    GROUP BY topic, "partition"
),

compared AS (
    SELECT
        topic,
        "partition",
        coalesce(position.accepted, 0) AS accepted,
        coalesce(landed.n_statements, 0) + coalesce(erased.n_erased, 0) AS n_statements,
        coalesce(position.dead, 0) AS dead,
        coalesce(refused.n_dead_letters, 0) AS n_dead_letters
    FROM landing.position
    FULL JOIN landed USING (topic, "partition")
    FULL JOIN refused USING (topic, "partition")
    LEFT JOIN erased USING (topic, "partition")
)

SELECT
    topic,
    "partition",
    accepted,
    n_statements,
    dead,
    n_dead_letters
FROM compared
WHERE accepted <> n_statements OR dead <> n_dead_letters
