-- Every course at a glance.
-- grain: course_id
-- scope: course
-- columns:
--   course_id            the course
--   course_name          its name
--   n_students           students registered or active in it
--   n_left               of these, students who unregistered
--   n_completed          completed the course
--   n_passed             passed the course
--   n_active_week        active in the seven days before as_of
--   n_statements         statements
--   last_active_at       last act of a student in it; NULL where there was none
--   n_skills             skills it teaches
--   mean_mastery         mean mastery over its students and their answered skills
--   share_mastered       share of these with mastery of at least 0.95
WITH students AS (
    SELECT
        course_id,
        count(*) AS n_students,
        count(unregistered_at) AS n_left,
        count(completed_at) AS n_completed,
        count(passed_at) AS n_passed,
        count(*) FILTER (
            WHERE last_active_at >= (SELECT as_of FROM run.refresh_state) - INTERVAL 7 DAY
        ) AS n_active_week,
        sum(n_statements)::BIGINT AS n_statements,
        max(last_active_at) AS last_active_at
    FROM dimensional.fact_enrolment
    GROUP BY course_id
),

skills AS (
    SELECT
        course_id,
        count(*) AS n_skills
    FROM dimensional.dim_course_skill
    GROUP BY course_id
),

mastery AS (
    SELECT
        dim_course_skill.course_id,
        avg(student_skill.p_mastery::DECIMAL(9, 8))::DECIMAL(6, 5) AS mean_mastery,
        avg((student_skill.p_mastery >= 0.95)::INTEGER)::DECIMAL(6, 5) AS share_mastered
    FROM estimates.student_skill
    INNER JOIN dimensional.dim_course_skill ON student_skill.skill_id = dim_course_skill.skill_id
    INNER JOIN dimensional.fact_enrolment
        ON
            dim_course_skill.course_id = fact_enrolment.course_id
            AND student_skill.student_key = fact_enrolment.student_key
    WHERE student_skill.n_attempts > 0
    GROUP BY dim_course_skill.course_id
)

SELECT
    students.course_id,
    dim_activity.activity_name AS course_name,
    students.n_students,
    students.n_left,
    students.n_completed,
    students.n_passed,
    students.n_active_week,
    students.n_statements,
    students.last_active_at,
    coalesce(skills.n_skills, 0) AS n_skills,
    mastery.mean_mastery,
    mastery.share_mastered
FROM students
LEFT JOIN dimensional.dim_activity ON students.course_id = dim_activity.activity_id
LEFT JOIN skills ON students.course_id = skills.course_id
LEFT JOIN mastery ON students.course_id = mastery.course_id
