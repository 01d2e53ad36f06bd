-- Every student in one line: when last seen, how much done, how much mastered, how many signals stand.
-- grain: student_key
-- scope: read
-- columns:
--   student_key    the student
--   student_name   the name given last
--   identifier     the identifier itself; an account as homePage, a space, name
--   last_seen_at   end of the last session; the first statement where there was none
--   n_statements   statements that count
--   n_attempts     answers
--   mean_mastery   mean mastery of the skills with an answer; NULL where there is none
--   n_signals      signals that stand, to either audience
WITH mastery AS (
    SELECT
        student_key,
        avg(p_mastery) AS mean_mastery
    FROM estimates.student_skill
    WHERE n_attempts > 0
    GROUP BY student_key
),

signals AS (
    SELECT
        student_key,
        count(*) AS n_signals
    FROM feedback.signal
    GROUP BY student_key
)

SELECT
    dim_student.student_key,
    dim_student.student_name,
    dim_student.identifier,
    dim_student.last_seen_at,
    dim_student.n_statements,
    mart_student_activity.n_attempts,
    mastery.mean_mastery,
    coalesce(signals.n_signals, 0) AS n_signals
FROM dimensional.dim_student
INNER JOIN marts.mart_student_activity ON dim_student.student_key = mart_student_activity.student_key
LEFT JOIN mastery ON dim_student.student_key = mastery.student_key
LEFT JOIN signals ON dim_student.student_key = signals.student_key
