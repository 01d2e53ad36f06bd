-- Every scored piece by which a student showed what they know.
-- grain: student_key, activity_id
-- scope: student
-- columns:
--   student_key    the student
--   activity_id    the piece of work
--   course_id      the course
--   product_kind   quiz, essay, video, project, discussion or other, by the type and name of the activity
--   score          last score, as a share
--   occurred_at    when it was last scored
--   statement_id   the statement with that score
WITH scored AS (
    SELECT
        student_key,
        activity_id,
        course_id,
        activity_type,
        greatest(least(score, 1), 0)::DECIMAL(6, 5) AS score,
        occurred_at,
        statement_id
    FROM dimensional.fact_statement
    WHERE
        score IS NOT NULL
        AND activity_id IS NOT NULL
        AND activity_type NOT IN (
            'http://adlnet.gov/expapi/activities/cmi.interaction', 'http://adlnet.gov/expapi/activities/question',
            'http://adlnet.gov/expapi/activities/course', 'http://adlnet.gov/expapi/activities/module',
            'http://adlnet.gov/expapi/activities/objective'
        )
    QUALIFY row_number() OVER (PARTITION BY student_key, activity_id ORDER BY occurred_at DESC, statement_id DESC) = 1
)

SELECT
    scored.student_key,
    scored.activity_id,
    scored.course_id,
    CASE
        WHEN dim_activity.activity_kind = 'quiz' THEN 'quiz'
        WHEN dim_activity.activity_kind = 'video' THEN 'video'
        WHEN dim_activity.activity_kind = 'forum' THEN 'discussion'
        WHEN contains(lower(dim_activity.activity_name), 'project') THEN 'project'
        WHEN contains(lower(dim_activity.activity_name), 'video') THEN 'video'
        WHEN contains(lower(dim_activity.activity_name), 'essay') THEN 'essay'
        WHEN dim_activity.activity_kind = 'assignment' THEN 'essay'
        ELSE 'other'
    END AS product_kind,
    scored.score,
    scored.occurred_at,
    scored.statement_id
FROM scored
INNER JOIN dimensional.dim_activity ON scored.activity_id = dim_activity.activity_id
