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
SELECT
    fact_statement.student_key,
    fact_statement.activity_id,
    fact_statement.course_id,
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
    greatest(least(fact_statement.score, 1), 0)::DECIMAL(6, 5) AS score,
    fact_statement.occurred_at,
    fact_statement.statement_id
FROM dimensional.fact_statement
INNER JOIN dimensional.dim_activity ON fact_statement.activity_id = dim_activity.activity_id
WHERE
    fact_statement.score IS NOT NULL
    AND dim_activity.activity_kind NOT IN ('question', 'course', 'module', 'skill')
    -- An answer is no piece of work, and the type of what was answered may be unknown. What says no more than that the
    -- student was at work, began or looked is none, whatever score it repeats: the mark of one question of a quiz, the 0
    -- from which a package starts.
    AND fact_statement.verb_id NOT IN (
        'http://adlnet.gov/expapi/verbs/answered', 'http://adlnet.gov/expapi/verbs/interacted',
        'http://adlnet.gov/expapi/verbs/initialized', 'http://adlnet.gov/expapi/verbs/experienced'
    )
    -- A score in a word to others is what the student gives, not what they got: a review of another's work.
    AND fact_statement.verb_id NOT IN (
        'http://adlnet.gov/expapi/verbs/asked', 'http://adlnet.gov/expapi/verbs/commented',
        'http://adlnet.gov/expapi/verbs/responded', 'http://adlnet.gov/expapi/verbs/shared',
        'http://id.tincanapi.com/verb/reviewed'
    )
    -- The score of a goal is the level wished for.
    AND fact_statement.verb_id <> 'https://learnloom.example/xapi/verbs/set-goal'
QUALIFY row_number() OVER (
    PARTITION BY fact_statement.student_key, fact_statement.activity_id
    ORDER BY fact_statement.occurred_at DESC, fact_statement.statement_id DESC
) = 1
