-- What every activity is: by the type that was told of it last, whoever told it, and the rules of the vocabulary. What a
-- clock that is ahead tells counts where nothing else does.
-- grain: activity_id
-- scope: reference
-- columns:
--   activity_id    IRI of the activity
--   source_type    IRI of its type as sent; NULL where nobody told one
--   activity_type  IRI of the type that is meant
--   activity_kind  course, module, quiz, question, video, reading, assignment, forum, skill or other
--   is_left_out    whether it is no place in which anything lies: one student's attempt, say
--   introduced_at  when it was first seen
WITH known AS (
    SELECT
        activity_id,
        arg_max(
            property_value,
            {
                'is_past': introduced_at < (SELECT as_of FROM run.refresh_state),
                'at': introduced_at,
                'value': property_value
            }
        ) FILTER (WHERE property_name = 'type') AS source_type,
        list(property_value) FILTER (WHERE property_name = 'platform') AS platforms,
        list(property_value) FILTER (WHERE property_name = 'part_type') AS part_types,
        min(introduced_at) AS introduced_at
    FROM staging.stg_activity_property
    GROUP BY activity_id
),

rules AS (
    SELECT *
    FROM run.vocabulary_rule
),

meant AS (
    SELECT
        known.activity_id,
        rules.to_id,
        1 AS rank,
        rules.position
    FROM known
    INNER JOIN rules
        ON
            rules.form = 'whole'
            AND known.source_type = rules.from_id
            AND list_contains(known.part_types, rules.from_id)
    UNION ALL
    SELECT
        known.activity_id,
        'http://adlnet.gov/expapi/activities/course',
        2,
        rules.position
    FROM known
    INNER JOIN rules ON rules.form = 'course' AND rules.from_id IS NULL AND known.activity_id = rules.to_id
    UNION ALL
    SELECT
        known.activity_id,
        rules.to_id,
        3,
        rules.position
    FROM known
    INNER JOIN rules
        ON
            rules.form = 'type'
            AND known.source_type = rules.from_id
            AND (rules.matching IS NULL OR regexp_matches(known.activity_id, rules.matching))
            AND (rules.platform IS NULL OR list_contains(known.platforms, rules.platform))
    UNION ALL
    SELECT
        known.activity_id,
        rules.to_id,
        4,
        rules.position
    FROM known
    INNER JOIN staging.stg_activity_property AS property
        ON known.activity_id = property.activity_id AND property.property_name = 'category'
    INNER JOIN rules ON rules.form = 'category' AND starts_with(property.property_value, rules.from_id)
    WHERE known.source_type IS NULL
),

ruled AS (
    SELECT
        activity_id,
        arg_min(to_id, {'rank': rank, 'position': position}) AS activity_type
    FROM meant
    GROUP BY activity_id
),

typed AS (
    SELECT
        known.activity_id,
        known.source_type,
        coalesce(ruled.activity_type, known.source_type) AS activity_type,
        known.introduced_at
    FROM known
    LEFT JOIN ruled ON known.activity_id = ruled.activity_id
)

SELECT
    typed.activity_id,
    typed.source_type,
    typed.activity_type,
    coalesce(dim_activity_kind.activity_kind, 'other') AS activity_kind,
    coalesce(typed.source_type IN (
        SELECT rules.from_id FROM rules
        WHERE rules.form = 'drop'
    ), FALSE) AS is_left_out,
    typed.introduced_at
FROM typed
LEFT JOIN dimensional.dim_activity_kind ON typed.activity_type = dim_activity_kind.activity_type
