-- Every set of activities that statements name as their context, and what it says of them: course, parent and skills.
-- The same few contexts come again and again: each is taken apart once.
-- grain: context_id
-- scope: mention
-- columns:
--   context_id   digest of the activities as given
--   activities   every activity in the context: role, id, type, name
--   course_id    the first of them that is a course
--   parent_id    the first parent that is no course
--   parent_type  type of that parent
--   skill_ids    those of type objective or competency; empty where none
WITH contexts AS (
    SELECT
        context_id,
        any_value(context_activities) AS context_activities
    FROM staging.stg_statement
    WHERE context_id IS NOT NULL
    GROUP BY context_id
),

listed AS (
    SELECT
        context_id,
        flatten(list_transform(
            ['parent', 'grouping', 'category', 'other'],
            LAMBDA role: list_transform(
                from_json(
                    -- One object is taken as an array of one (xAPI-Data 2.4.6.2).
                    CASE json_type(context_activities, '$.' || role)
                        WHEN 'OBJECT' THEN json_array(json_extract(context_activities, '$.' || role))
                        ELSE json_extract(context_activities, '$.' || role)
                    END,
                    '[{"id": "VARCHAR", "definition": {"type": "VARCHAR", "name": "JSON"}}]'
                ),
                LAMBDA activity: {
                    'role': role,
                    'id': activity.id,
                    'type': activity.definition.type,
                    'name': language_text(activity.definition.name)
                }
            )
        )) AS activities
    FROM contexts
),

placed AS (
    SELECT
        context_id,
        activities,
        list_filter(
            activities,
            LAMBDA activity: activity.type = 'http://adlnet.gov/expapi/activities/course'
        )[1].id AS course_id,
        list_filter(
            activities,
            LAMBDA activity: activity.role = 'parent'
            AND activity.type IS DISTINCT FROM 'http://adlnet.gov/expapi/activities/course'
        )[1] AS parent,
        list_transform(
            list_filter(
                activities,
                LAMBDA activity: activity.type IN (
                    'http://adlnet.gov/expapi/activities/objective',
                    'https://w3id.org/xapi/tla/activity-types/competency'
                )
            ),
            LAMBDA activity: activity.id
        ) AS skill_ids
    FROM listed
)

SELECT
    context_id,
    activities,
    course_id,
    parent.id AS parent_id,
    parent.type AS parent_type,
    skill_ids
FROM placed
