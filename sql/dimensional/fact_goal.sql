-- Every goal that a student declared, as it stands now.
-- grain: student_key, target_id
-- scope: student
-- columns:
--   student_key   the student
--   target_id     the skill or course aimed at
--   statement_id  the statement that set it last
--   set_at        when it was set first
--   changed_at    when it was last set or dropped
--   target_level  level wished, 0 to 1
--   target_date   day by which; NULL where none was named
--   is_dropped    whether it was taken back since
WITH told AS (
    SELECT
        *,
        verb_id = 'https://learnloom.example/xapi/verbs/set-goal' AS is_set
    FROM dimensional.fact_statement
    WHERE
        verb_id IN (
            'https://learnloom.example/xapi/verbs/set-goal', 'https://learnloom.example/xapi/verbs/dropped-goal'
        )
        AND activity_id IS NOT NULL
)

SELECT
    student_key,
    activity_id AS target_id,
    arg_max(statement_id, {'at': occurred_at, 'id': statement_id}) FILTER (WHERE is_set) AS statement_id,
    min(occurred_at) FILTER (WHERE is_set) AS set_at,
    max(occurred_at) AS changed_at,
    coalesce(
        arg_max(score, {'at': occurred_at, 'id': statement_id}) FILTER (WHERE is_set AND score IS NOT NULL), 0.95
    )::DECIMAL(6, 5) AS target_level,
    arg_max(target_date, {'at': occurred_at, 'id': statement_id}) FILTER (
        WHERE is_set AND target_date IS NOT NULL
    ) AS target_date,
    NOT arg_max(is_set, {'at': occurred_at, 'id': statement_id}) AS is_dropped
FROM told
GROUP BY student_key, activity_id
HAVING count(*) FILTER (WHERE is_set) > 0
