-- What every usage means: what is told of it, completed by what is known of its activity from any other statement.
-- grain: usage_id
-- scope: reference
-- columns:
--   usage_id       the usage
--   verb_id        IRI of the verb that is meant
--   activity_id    the activity that is meant; NULL where the object is none
--   activity_type  IRI of its type
--   activity_kind  its kind as in dim_activity; NULL where the object is no activity
--   course_id      the course
--   parent_id      the activity right above
--   skill_ids      the skills; empty where none are known
--   topic_name     what the activity is about
--   is_optional    whether it need not be done
--   due_at         when it is due
--   contribution_kind  asked, commented, responded, shared or reviewed; NULL where it is no word to others: an answer
--                  to a question is none, whatever its verb
--   vocabulary     whose rule told another verb or activity than was sent; NULL where none did
SELECT
    dim_usage_told.usage_id,
    dim_usage_told.verb_id,
    dim_usage_told.activity_id,
    dim_activity.activity_type,
    dim_activity.activity_kind,
    coalesce(dim_usage_told.course_id, dim_activity.course_id) AS course_id,
    coalesce(dim_usage_told.parent_id, dim_activity.parent_id) AS parent_id,
    CASE
        WHEN len(dim_usage_told.skill_ids) = 0 THEN coalesce(dim_activity.skill_ids, [])
        ELSE dim_usage_told.skill_ids
    END AS skill_ids,
    dim_activity.topic_name,
    dim_activity.is_optional,
    dim_activity.due_at,
    CASE
        WHEN
            coalesce(dim_activity.activity_kind, 'other') NOT IN ('question', 'quiz', 'course', 'module', 'skill')
            AND dim_usage_told.verb_id IN (
                'http://adlnet.gov/expapi/verbs/asked',
                'http://adlnet.gov/expapi/verbs/commented',
                'http://adlnet.gov/expapi/verbs/responded',
                'http://adlnet.gov/expapi/verbs/shared',
                'http://id.tincanapi.com/verb/reviewed'
            )
            THEN regexp_extract(dim_usage_told.verb_id, '([^/]+)$', 1)
    END AS contribution_kind,
    dim_usage_told.vocabulary
FROM dimensional.dim_usage_told
LEFT JOIN dimensional.dim_activity ON dim_usage_told.activity_id = dim_activity.activity_id
