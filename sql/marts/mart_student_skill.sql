-- A student's answers on one skill, also where there are none.
-- grain: student_key, skill_id
-- scope: student
-- columns:
--   student_key                   the student
--   skill_id                      the skill: answered on, or taught in a course of the student's
--   skill_name                    its name
--   told_by                       map, statement or fallback: the last is a quiz, section or category
--   course_id                     course of the last answer, else the first course in order of id that teaches it
--   prerequisite_ids              skills that come before it, by the school's map
--   n_attempts                    answers: opportunities
--   n_correct                     right ones
--   n_unaided                     known to be without a hint
--   n_aided                       known to be with a hint
--   n_rapid                       known to be faster than the question can be read, as in norms.attempt_effort
--   n_items                       different questions
--   n_days                        different days with an answer
--   first_attempt_at              first answer
--   last_attempt_at               last answer
--   last_correct_at               last right answer
--   run_right                     right answers in a row at the end; 0 after a miss, as in fact_attempt_skill
--   longest_run                   right answers in a row at the most: the longest run that the times of answers allow
--   first_run_opportunity         opportunity at which three right in a row were first complete; NULL where there were
--                                 none, and where answers of one moment may have been three in a row before
--   first_run_at                  when that was
--   is_last_five_right_unaided    whether the last five answers were right and none known to be with a hint; NULL with
--                                 fewer than five
--   is_help_known                 whether it is known of all of the last five whether a hint was asked; NULL likewise
--   n_recoveries                  answers right after at least two misses in a row on the same question
--   last_recovery_at              last of them
--   last_recovery_misses          misses before it
--   last_recovery_id              its statement
--   class_rate                    share right of all answers of all students, from the model version
--   evidence_ids                  last ten statements, latest first
WITH numbered AS (
    SELECT
        fact_attempt_skill.*,
        attempt_effort.is_rapid,
        row_number() OVER (
            PARTITION BY fact_attempt_skill.student_key, fact_attempt_skill.skill_id
            ORDER BY fact_attempt_skill.opportunity DESC
        ) AS from_last
    FROM dimensional.fact_attempt_skill
    LEFT JOIN norms.attempt_effort ON fact_attempt_skill.attempt_id = attempt_effort.attempt_id
),

answered AS (
    SELECT
        student_key,
        skill_id,
        max(course_id) FILTER (WHERE from_last = 1) AS course_id,
        count(*) AS n_attempts,
        count(*) FILTER (WHERE is_correct) AS n_correct,
        count(*) FILTER (WHERE NOT is_aided) AS n_unaided,
        count(*) FILTER (WHERE is_aided) AS n_aided,
        count(*) FILTER (WHERE is_rapid) AS n_rapid,
        count(DISTINCT activity_id) AS n_items,
        count(
            DISTINCT cast(occurred_at AT TIME ZONE (SELECT time_zone FROM run.refresh_state) AS DATE)
        ) AS n_days,
        min(occurred_at) AS first_attempt_at,
        max(occurred_at) AS last_attempt_at,
        max(occurred_at) FILTER (WHERE is_correct) AS last_correct_at,
        max(run_right) FILTER (WHERE from_last = 1)::BIGINT AS run_right,
        max(possible_run)::BIGINT AS longest_run,
        min(opportunity) FILTER (WHERE run_right >= 3) AS certain_run_opportunity,
        min(occurred_at) FILTER (WHERE run_right >= 3) AS certain_run_at,
        min(occurred_at) FILTER (WHERE possible_run >= 3) AS possible_run_at,
        CASE
            WHEN count(*) >= 5
                THEN bool_and(run_right > 0 AND NOT coalesce(is_aided, FALSE)) FILTER (WHERE from_last <= 5)
        END AS is_last_five_right_unaided,
        CASE WHEN count(*) >= 5 THEN bool_and(is_aided IS NOT NULL) FILTER (WHERE from_last <= 5) END AS is_help_known,
        count(*) FILTER (WHERE is_correct AND misses_before >= 2) AS n_recoveries,
        max(occurred_at) FILTER (WHERE is_correct AND misses_before >= 2) AS last_recovery_at,
        arg_max(misses_before, opportunity) FILTER (WHERE is_correct AND misses_before >= 2) AS last_recovery_misses,
        arg_max(attempt_id::VARCHAR, opportunity) FILTER (WHERE is_correct AND misses_before >= 2)
            AS last_recovery_id,
        list(attempt_id::VARCHAR ORDER BY from_last) FILTER (WHERE from_last <= 10) AS evidence_ids
    FROM numbered
    GROUP BY student_key, skill_id
),

taught AS (
    SELECT
        fact_enrolment.student_key,
        dim_course_skill.skill_id,
        min(dim_course_skill.course_id) AS course_id
    FROM dimensional.fact_enrolment
    INNER JOIN dimensional.dim_course_skill ON fact_enrolment.course_id = dim_course_skill.course_id
    GROUP BY fact_enrolment.student_key, dim_course_skill.skill_id
),

both_kinds AS (
    SELECT
        coalesce(answered.student_key, taught.student_key) AS student_key,
        coalesce(answered.skill_id, taught.skill_id) AS skill_id,
        coalesce(answered.course_id, taught.course_id) AS course_id,
        answered.* EXCLUDE (student_key, skill_id, course_id)
    FROM answered
    FULL JOIN taught ON answered.student_key = taught.student_key AND answered.skill_id = taught.skill_id
)

SELECT
    both_kinds.student_key,
    both_kinds.skill_id,
    dim_skill.skill_name,
    dim_skill.told_by,
    both_kinds.course_id,
    coalesce(dim_skill.prerequisite_ids, []) AS prerequisite_ids,
    coalesce(both_kinds.n_attempts, 0) AS n_attempts,
    coalesce(both_kinds.n_correct, 0) AS n_correct,
    coalesce(both_kinds.n_unaided, 0) AS n_unaided,
    coalesce(both_kinds.n_aided, 0) AS n_aided,
    coalesce(both_kinds.n_rapid, 0) AS n_rapid,
    coalesce(both_kinds.n_items, 0) AS n_items,
    coalesce(both_kinds.n_days, 0) AS n_days,
    both_kinds.first_attempt_at,
    both_kinds.last_attempt_at,
    both_kinds.last_correct_at,
    coalesce(both_kinds.run_right, 0) AS run_right,
    coalesce(both_kinds.longest_run, 0) AS longest_run,
    CASE WHEN certain_run_at = possible_run_at THEN certain_run_opportunity END AS first_run_opportunity,
    CASE WHEN certain_run_at = possible_run_at THEN certain_run_at END AS first_run_at,
    both_kinds.is_last_five_right_unaided,
    both_kinds.is_help_known,
    coalesce(both_kinds.n_recoveries, 0) AS n_recoveries,
    both_kinds.last_recovery_at,
    both_kinds.last_recovery_misses,
    both_kinds.last_recovery_id,
    skill_norm.class_rate,
    coalesce(both_kinds.evidence_ids, []) AS evidence_ids
FROM both_kinds
LEFT JOIN dimensional.dim_skill ON both_kinds.skill_id = dim_skill.skill_id
LEFT JOIN norms.skill_norm ON both_kinds.skill_id = skill_norm.skill_id
