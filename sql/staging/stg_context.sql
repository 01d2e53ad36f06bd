-- Every set of activities that statements name as their context. The same few contexts come again and again: each is
-- taken apart once.
-- grain: context_id
-- scope: mention
-- columns:
--   context_id   digest of the activities as given
--   activities   every activity in the context: role, id, type, name
WITH contexts AS (
    SELECT
        context_id,
        any_value(context_activities) AS context_activities
    FROM staging.stg_statement
    WHERE context_id IS NOT NULL
    GROUP BY context_id
)

SELECT
    context_id,
    flatten(list_transform(
        ['parent', 'grouping', 'category', 'other'],
        LAMBDA role: list_transform(
            activity_list(context_activities, role),
            LAMBDA activity: {
                'role': role,
                'id': json_extract_string(activity, '$.id'),
                'type': json_extract_string(activity, '$.definition.type'),
                'name': language_text(json_extract(activity, '$.definition.name'))
            }
        )
    )) AS activities
FROM contexts
