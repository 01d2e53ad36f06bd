-- Every choice, preference and wish that a student declared, every word on what they know, their own or a teacher's, and
-- what teachers have set or said to them.
-- grain: statement_id
-- scope: student
-- columns:
--   statement_id  the statement
--   student_key   the student
--   voice_kind    choice, preference, stated_known, talk (a wish to), assigned or contacted
--   target_id     the activity, topic, type, skill or course chosen, preferred or spoken of
--   target_name   its name as the statement gives it
--   occurred_at   when
--   is_affirmed   false where a choice is declined, a preference taken back or "I don't" said; else true
--   signal_id     the signal to which the student reacts
--   stated_by     student; teacher where one states that the student knows the skill, or does not, and of what is
--                 assigned or contacted
--   is_current    whether it is the last word of this kind on the target by the student, or by teachers
WITH told AS (
    SELECT
        *,
        verb_id IN (
            'https://learnloom.example/xapi/verbs/assigned', 'https://learnloom.example/xapi/verbs/contacted'
        )
        OR (
            verb_id = 'https://learnloom.example/xapi/verbs/stated-known'
            AND (stated_by IS NOT DISTINCT FROM 'teacher')
        ) AS is_by_teacher
    FROM dimensional.fact_statement
    WHERE
        verb_id IN (
            'https://learnloom.example/xapi/verbs/chose',
            'https://learnloom.example/xapi/verbs/preferred',
            'https://learnloom.example/xapi/verbs/stated-known',
            'https://learnloom.example/xapi/verbs/asked-to-talk',
            'https://learnloom.example/xapi/verbs/assigned',
            'https://learnloom.example/xapi/verbs/contacted'
        )
        AND activity_id IS NOT NULL
)

SELECT
    statement_id,
    student_key,
    CASE verb_id
        WHEN 'https://learnloom.example/xapi/verbs/chose' THEN 'choice'
        WHEN 'https://learnloom.example/xapi/verbs/preferred' THEN 'preference'
        WHEN 'https://learnloom.example/xapi/verbs/asked-to-talk' THEN 'talk'
        WHEN 'https://learnloom.example/xapi/verbs/assigned' THEN 'assigned'
        WHEN 'https://learnloom.example/xapi/verbs/contacted' THEN 'contacted'
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
