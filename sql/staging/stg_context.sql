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
