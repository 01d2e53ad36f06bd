-- Every student with at least one statement. The only relation of facts and dimensions that names a person.
-- grain: student_key
-- scope: student
-- columns:
--   student_key      key of the student: hash of the whole identifier
--   student_name     the name given last
--   identifier_kind  account, mbox, mbox_sha1sum or openid
--   identifier       the identifier itself; an account as homePage, a space, name
--   first_seen_at    first statement
--   last_seen_at     end of the last session; the first statement where there was none
--   n_statements     statements that count
--   other_keys       keys that their other identifiers would have by themselves, in order; empty where they have one
WITH sessions AS (
    SELECT
        student_key,
        max(ended_at) AS last_seen_at
    FROM dimensional.fact_session
    GROUP BY student_key
),

others AS (
    SELECT
        student_key,
        list(DISTINCT own_key ORDER BY own_key) AS other_keys
    FROM staging.stg_identifier
    WHERE own_key <> student_key
    GROUP BY student_key
)

SELECT
    student_key,
    arg_max(actor_name, {'at': occurred_at, 'id': statement_id}) FILTER (WHERE actor_name IS NOT NULL)
        AS student_name,
    arg_max(identifier_kind, {'at': occurred_at, 'id': statement_id}) AS identifier_kind,
    arg_max(identifier, {'at': occurred_at, 'id': statement_id}) AS identifier,
    min(occurred_at) AS first_seen_at,
    coalesce(max(sessions.last_seen_at), min(occurred_at)) AS last_seen_at,
    count(*) AS n_statements,
    coalesce(any_value(others.other_keys), []) AS other_keys
FROM dimensional.fact_statement
LEFT JOIN sessions USING (student_key)
LEFT JOIN others USING (student_key)
GROUP BY student_key
