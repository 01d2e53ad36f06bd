-- Every landed statement with its place: the course, the activity above its object, and the skills it is about.
-- grain: statement_id
-- scope: landing
-- stored: view
-- columns: as stg_statement, and
--   course_id    the object where it is a course, else the course of the context
--   parent_id    the first parent that is no course
--   parent_type  type of that parent
--   skill_ids    activities of type objective or competency in the context; empty where none
SELECT
    stg_statement.*,
    CASE
        WHEN stg_statement.activity_type = 'http://adlnet.gov/expapi/activities/course' THEN stg_statement.activity_id
        ELSE stg_context.course_id
    END AS course_id,
    stg_context.parent_id,
    stg_context.parent_type,
    coalesce(stg_context.skill_ids, []) AS skill_ids
FROM staging.stg_statement
LEFT JOIN staging.stg_context ON stg_statement.context_id = stg_context.context_id
