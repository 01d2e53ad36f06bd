-- What a student gives to and takes from others.
-- grain: student_key
-- scope: student
-- columns:
--   student_key     the student
--   n_asked         questions asked
--   n_commented     comments
--   n_responded     answers to others
--   n_shared        things shared
--   n_reviewed      works of others reviewed
--   last_giving_at  last answer, share or review
--   last_at         last of all
--   evidence_ids    last ten statements, latest first
WITH numbered AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY student_key ORDER BY occurred_at DESC, statement_id DESC) AS from_last
    FROM dimensional.fact_contribution
)

SELECT
    student_key,
    count(*) FILTER (WHERE contribution_kind = 'asked') AS n_asked,
    count(*) FILTER (WHERE contribution_kind = 'commented') AS n_commented,
    count(*) FILTER (WHERE contribution_kind = 'responded') AS n_responded,
    count(*) FILTER (WHERE contribution_kind = 'shared') AS n_shared,
    count(*) FILTER (WHERE contribution_kind = 'reviewed') AS n_reviewed,
    max(occurred_at) FILTER (WHERE is_giving) AS last_giving_at,
    max(occurred_at) AS last_at,
    list(statement_id::VARCHAR ORDER BY from_last) FILTER (WHERE from_last <= 10) AS evidence_ids
FROM numbered
GROUP BY student_key
