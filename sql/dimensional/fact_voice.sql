-- Every choice and preference that a student declared, and every word on what they know, their own or a teacher's.
-- grain: statement_id
-- scope: student
-- columns:
--   statement_id  the statement
--   student_key   the student
--   voice_kind    choice, preference or stated_known
--   target_id     the activity, topic, type or skill chosen, preferred or spoken of
--   target_name   its name as the statement gives it
--   occurred_at   when
--   is_affirmed   false where a choice is declined, a preference taken back or "I don't" said; else true
--   signal_id     the signal to which the student reacts
--   stated_by     student, or teacher where one states that the student knows the skill, or does not
--   is_current    whether it is the last word of this kind on the target by the student, or by teachers
WITH told AS (
    SELECT
        *,
        verb_id = 'https://learnloom.example/xapi/verbs/stated-known'
        AND (stated_by IS NOT DISTINCT FROM 'teacher') AS is_by_teacher
    FROM dimensional.fact_statement
    WHERE
        verb_id IN (
            'https://learnloom.example/xapi/verbs/chose',
            'https://learnloom.example/xapi/verbs/preferred',
            'https://learnloom.example/xapi/verbs/stated-known'
        )
        AND activity_id IS NOT NULL
)

SELECT
    statement_id,
    student_key,
    CASE verb_id
        WHEN 'https://learnloom.example/xapi/verbs/chose' THEN 'choice'
        WHEN 'https://learnloom.example/xapi/verbs/preferred' THEN 'preference'
        ELSE 'stated_known'
    END AS voice_kind,
    activity_id AS target_id,
    activity_name AS target_name,
    occurred_at,
    coalesce(is_success, TRUE) AS is_affirmed,
    signal_id,
    CASE WHEN is_by_teacher THEN 'teacher' ELSE 'student' END AS stated_by,
    row_number() OVER (
        PARTITION BY student_key, verb_id, activity_id, is_by_teacher
        ORDER BY occurred_at DESC, statement_id DESC
    ) = 1 AS is_current
FROM told
