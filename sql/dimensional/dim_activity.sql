-- Every activity ever mentioned, with its place in the tree of course, module and activity.
-- grain: activity_id
-- scope: reference
-- columns:
--   activity_id     IRI of the activity
--   activity_name   its name, English where given
--   activity_type   IRI of its type
--   activity_kind   course, module, quiz, question, video, reading, assignment, forum, skill or other
--   course_id       the course to which it belongs
--   module_id       the nearest module or lesson above it
--   parent_id       the activity right above it, where that is not the course
--   topic_name      what it is about
--   is_optional     whether students need not do it
--   due_at          when the work is due
--   introduced_at   when it was first seen
WITH in_force AS (
    SELECT
        activity_id,
        property_name,
        property_value
    FROM staging.stg_activity_property
    -- A course's own name is given by the latest definition; ties are broken so that every run agrees.
    QUALIFY row_number() OVER (
        PARTITION BY activity_id, property_name ORDER BY introduced_at DESC, property_value DESC
    ) = 1
),

activities AS (
    SELECT
        activity_id,
        max(property_value) FILTER (WHERE property_name = 'name') AS activity_name,
        max(property_value) FILTER (WHERE property_name = 'type') AS activity_type,
        max(property_value) FILTER (WHERE property_name = 'course_id') AS course_id,
        max(property_value) FILTER (WHERE property_name = 'parent_id') AS parent_id,
        max(property_value) FILTER (WHERE property_name = 'topic_name') AS topic_name,
        (max(property_value) FILTER (WHERE property_name = 'is_optional'))::BOOLEAN AS is_optional,
        (max(property_value) FILTER (WHERE property_name = 'due_at'))::TIMESTAMPTZ AS due_at
    FROM in_force
    GROUP BY activity_id
),

first_seen AS (
    SELECT
        activity_id,
        min(introduced_at) AS introduced_at
    FROM staging.stg_activity_property
    GROUP BY activity_id
),

classified AS (
    SELECT
        activities.*,
        coalesce(dim_activity_kind.activity_kind, 'other') AS activity_kind
    FROM activities
    LEFT JOIN dimensional.dim_activity_kind ON activities.activity_type = dim_activity_kind.activity_type
)

SELECT
    activity.activity_id,
    activity.activity_name,
    activity.activity_type,
    activity.activity_kind,
    activity.course_id,
    CASE
        WHEN parent.activity_kind = 'module' THEN parent.activity_id
        WHEN grandparent.activity_kind = 'module' THEN grandparent.activity_id
    END AS module_id,
    activity.parent_id,
    activity.topic_name,
    activity.is_optional,
    activity.due_at,
    first_seen.introduced_at
FROM classified AS activity
INNER JOIN first_seen ON activity.activity_id = first_seen.activity_id
LEFT JOIN classified AS parent ON activity.parent_id = parent.activity_id
LEFT JOIN classified AS grandparent ON parent.parent_id = grandparent.activity_id
