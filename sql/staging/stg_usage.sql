-- Every way in which statements put a verb to an activity in a context. The same few thousand come again and again:
-- what a statement means is decided once for each.
-- grain: usage_id
-- scope: mention
-- columns:
--   usage_id                digest of verb, object, context and platform
--   verb_id                 IRI of the verb as sent
--   activity_id             the object where it is an activity
--   context_id              the activities of the context: a row of stg_context
--   platform_name           context.platform
--   introduced_at           earliest such statement
--   duration_introduced_at  earliest that tells a duration; NULL where none does
--   device_introduced_at    earliest that tells a device; NULL where none does
--   response_introduced_at  earliest that tells a response; NULL where none does
--   completion_introduced_at  earliest that tells a completion; NULL where none does
SELECT
    usage_id,
    any_value(verb_id) AS verb_id,
    any_value(activity_id) AS activity_id,
    any_value(context_id) AS context_id,
    any_value(platform_name) AS platform_name,
    min(occurred_at) AS introduced_at,
    min(occurred_at) FILTER (WHERE duration_seconds IS NOT NULL) AS duration_introduced_at,
    min(occurred_at) FILTER (WHERE device_name IS NOT NULL) AS device_introduced_at,
    min(occurred_at) FILTER (WHERE response_length > 0) AS response_introduced_at,
    min(occurred_at) FILTER (WHERE is_completion) AS completion_introduced_at
FROM staging.stg_statement
GROUP BY usage_id
