-- Everything that was ever said of an activity, and when it was said first; voided statements included, since
-- a definition belongs to the activity and not to the statement that carries it (xAPI-Data 2.4.4.1).
-- grain: activity_id, property_name, property_value
-- scope: mention
-- columns:
--   activity_id     IRI of the activity
--   property_name   name, type, topic_name, is_optional, due_at; category: an activity of that role beside it;
--                   part_type: the type of an object of which it is a parent; platform: of a statement that names it;
--                   or seen
--   property_value  what was said
--   introduced_at   earliest statement that said so; the value introduced last is the one in force
WITH objects AS (
    SELECT
        activity_id,
        activity_name,
        activity_type,
        topic_name,
        is_optional,
        due_at,
        platform_name,
        min(occurred_at) AS introduced_at
    FROM staging.stg_statement
    WHERE activity_id IS NOT NULL
    GROUP BY ALL
),

contexts AS (
    SELECT
        context_id,
        activity_id,
        activity_type,
        platform_name,
        min(occurred_at) AS introduced_at
    FROM staging.stg_statement
    WHERE context_id IS NOT NULL
    GROUP BY ALL
),

mentions AS (
    SELECT
        contexts.activity_id AS object_id,
        contexts.activity_type AS object_type,
        contexts.platform_name,
        contexts.introduced_at,
        unnest(stg_context.activities) AS activity
    FROM contexts
    INNER JOIN staging.stg_context ON contexts.context_id = stg_context.context_id
),

properties AS (
    SELECT
        activity_id,
        introduced_at,
        unnest([
            {'name': 'name', 'value': activity_name},
            {'name': 'type', 'value': activity_type},
            {'name': 'topic_name', 'value': topic_name},
            {'name': 'is_optional', 'value': is_optional::VARCHAR},
            {'name': 'due_at', 'value': strftime(due_at, '%Y-%m-%dT%H:%M:%S.%gZ')},
            {'name': 'platform', 'value': platform_name},
            {'name': 'seen', 'value': 'true'}
        ]) AS property
    FROM objects
    UNION ALL
    SELECT
        activity.id,
        introduced_at,
        unnest([
            {'name': 'name', 'value': activity.name},
            {'name': 'type', 'value': activity.type},
            {'name': 'part_type', 'value': CASE activity.role WHEN 'parent' THEN object_type END},
            {'name': 'platform', 'value': platform_name},
            {'name': 'seen', 'value': 'true'}
        ])
    FROM mentions
    UNION ALL
    SELECT
        object_id,
        introduced_at,
        {'name': 'category', 'value': activity.id}
    FROM mentions
    WHERE activity.role = 'category' AND object_id IS NOT NULL
)

SELECT
    activity_id,
    property.name AS property_name,
    property.value AS property_value,
    min(introduced_at) AS introduced_at
FROM properties
WHERE property.value IS NOT NULL
GROUP BY ALL
