-- Every piece of work that is due in a run of a course: by the school's course plan, else by what statements say of
-- the activity's due date. Work of a kind of which its system never tells that anybody has done any is left out, and so
-- is work that no statement names: who has not handed it in is unknown.
-- grain: course_id, begins_at, activity_id
-- scope: reference
-- columns:
--   course_id    the course
--   begins_at    beginning of the run
--   activity_id  the work
--   due_at       when it is due
--   weight       weight in the course's result; 1 where only statements tell of the work
WITH planned AS (
    SELECT
        course_id,
        activity_id,
        due_local AT TIME ZONE (SELECT time_zone FROM run.refresh_state) AS due_at,
        weight
    FROM staging.stg_course_work
),

told AS (
    SELECT
        dim_activity.course_id,
        dim_activity.activity_id,
        dim_activity.due_at,
        1.0::DECIMAL(9, 4) AS weight
    FROM dimensional.dim_activity
    ANTI JOIN planned ON dim_activity.activity_id = planned.activity_id
    WHERE dim_activity.due_at IS NOT NULL
),

-- What tells that work is done is what fact_course_progress reads.
told_kinds AS (
    SELECT DISTINCT
        regexp_extract(dim_usage.activity_id, '^[^:]+:(//[^/]*)?') AS system_name,
        dim_usage.activity_kind
    FROM dimensional.dim_usage
    LEFT JOIN staging.stg_usage ON dim_usage.usage_id = stg_usage.usage_id
    WHERE
        stg_usage.completion_introduced_at IS NOT NULL
        OR dim_usage.verb_id IN (
            'http://activitystrea.ms/schema/1.0/submit',
            'http://adlnet.gov/expapi/verbs/completed',
            'http://adlnet.gov/expapi/verbs/passed',
            'http://adlnet.gov/expapi/verbs/failed',
            'http://adlnet.gov/expapi/verbs/scored'
        )
),

due AS (
    SELECT *
    FROM planned
    UNION ALL
    SELECT *
    FROM told
),

work AS (
    SELECT due.*
    FROM due
    INNER JOIN dimensional.dim_activity ON due.activity_id = dim_activity.activity_id
    INNER JOIN told_kinds
        ON
            regexp_extract(due.activity_id, '^[^:]+:(//[^/]*)?') = told_kinds.system_name
            AND dim_activity.activity_kind = told_kinds.activity_kind
)

SELECT
    dim_course_run.course_id,
    dim_course_run.begins_at,
    work.activity_id,
    max(work.due_at) AS due_at,
    arg_max(work.weight, work.due_at) AS weight
FROM dimensional.dim_course_run
INNER JOIN work
    ON
        dim_course_run.course_id = work.course_id
        AND dim_course_run.begins_at <= work.due_at
        AND dim_course_run.ends_at >= work.due_at
GROUP BY dim_course_run.course_id, dim_course_run.begins_at, work.activity_id
