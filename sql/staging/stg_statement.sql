-- Every landed statement with its parts as typed columns: renamed and cast, nothing decided.
-- grain: statement_id
-- scope: landing
-- reads: run.vocabulary_rule
-- columns:
--   statement_id          the statement's id
--   usage_id              digest of verb, object, context and platform: a row of staging.stg_usage
--   context_id            digest of the context's activities: a row of staging.stg_context; NULL where there are none
--   registration_id       the registration
--   voided_statement_id   statement that this one voids
--   student_key           16 hex digits of a hash of the actor's whole identifier, or of another of the same person by
--                         landing.person, keyed where the warehouse has a secret; NULL for a group
--   identifier_kind       account, mbox, mbox_sha1sum or openid; NULL for an anonymous group
--   identifier            the identifier itself; an account as homePage, a space, name
--   verb_id               IRI of the verb
--   object_type           Activity, Agent, Group, StatementRef or SubStatement
--   activity_id           IRI of the activity; NULL where the object is something else
--   activity_type         IRI of the activity's type
--   signal_id             signal to which the student reacts
--   video_session_id      session of the video profile
--   actor_name            the actor's name as given; NULL where it is empty
--   activity_name         its name: English where given, else the first
--   topic_name            what the activity is about
--   platform_name         context.platform
--   device_name           phone, tablet, laptop …
--   language_code         context.language
--   stated_by             student or teacher, in small letters: who states that a skill is known
--   response              result.response
--   video_segments        stretches played, as "0[.]12.5[,]20[.]30"
--   context_activities    context.contextActivities, less what the vocabulary leaves out: one student's attempts
--   instructor            context.instructor as given
--   context_agents        context.contextAgents as given
--   context_groups        context.contextGroups as given
--   score                 result.score as a share: raw between min and max, else scaled; -1 to 1
--   response_length       characters of the response, also of one that was left out for a pseudonym's sake
--   duration_seconds      result.duration
--   video_length_seconds  length of the video
--   video_time_seconds    place in the video
--   video_from_seconds    place left by a seek
--   video_to_seconds      place reached by a seek
--   is_optional           whether the student need not do it
--   is_success            result.success
--   is_completion         result.completion
--   due_at                when the work is due
--   target_date           day by which a goal is to be reached
--   occurred_at           the statement's timestamp; else stored, else when it landed. What a clock told that was never set,
--                         as year 1, is unknown
--   stored_at             when the sender's own store kept it
--   landed_at             when it landed here
WITH dropped AS (
    SELECT coalesce(list(from_id), []) AS left_out
    FROM run.vocabulary_rule
    WHERE form = 'drop'
),

parsed AS (
    SELECT
        statement_id,
        landed_at,
        left_out,
        -- All parts in one call: the text is parsed once.
        from_json(
            raw,
            '{
                "actor": {
                    "objectType": "VARCHAR", "name": "VARCHAR",
                    "account": {"homePage": "VARCHAR", "name": "VARCHAR"},
                    "mbox": "VARCHAR", "mbox_sha1sum": "VARCHAR", "openid": "VARCHAR"
                },
                "verb": {"id": "VARCHAR"}, "timestamp": "VARCHAR", "stored": "VARCHAR",
                "object": {
                    "objectType": "VARCHAR", "id": "VARCHAR",
                    "definition": {
                        "type": "VARCHAR", "name": "JSON",
                        "extensions": "MAP(VARCHAR, VARCHAR)"
                    }
                },
                "context": {
                    "contextActivities": "JSON", "instructor": "JSON", "contextAgents": "JSON", "contextGroups": "JSON",
                    "registration": "VARCHAR", "platform": "VARCHAR", "language": "VARCHAR",
                    "extensions": "MAP(VARCHAR, VARCHAR)"
                },
                "result": {
                    "success": "VARCHAR", "completion": "VARCHAR", "response": "VARCHAR", "duration": "VARCHAR",
                    "score": {"scaled": "DOUBLE", "raw": "DOUBLE", "min": "DOUBLE", "max": "DOUBLE"},
                    "extensions": "MAP(VARCHAR, VARCHAR)"
                }
            }'
        ) AS told
    FROM landing.statement
    CROSS JOIN dropped
),

parts AS (
    SELECT
        statement_id,
        landed_at,
        told.actor AS actor,
        student_key(told.actor) AS identifier_key,
        told.verb.id AS verb_id,
        coalesce(told.object.objectType, 'Activity') AS object_type,
        told.object.id AS object_id,
        told.object.definition AS definition,
        told.context AS context,
        places(told.context.contextActivities, left_out) AS context_activities,
        told.timestamp AS occurred,
        told.stored AS stored,
        told.result AS result
    FROM parsed
),

people AS (
    SELECT
        parts.*,
        person_key(coalesce(person.student_key, parts.identifier_key)) AS student_key
    FROM parts
    LEFT JOIN landing.person ON parts.identifier_key = person.identifier_key
)

SELECT
    -- Ids
    statement_id,
    md5(
        concat_ws(
            chr(31),
            verb_id,
            object_type,
            CASE object_type WHEN 'Activity' THEN object_id ELSE '' END,
            coalesce(context_activities::VARCHAR, ''),
            coalesce(context.platform, '')
        )
    )::UUID AS usage_id,
    md5(context_activities)::UUID AS context_id,
    try_cast(context.registration AS UUID) AS registration_id,
    CASE
        WHEN verb_id = 'http://adlnet.gov/expapi/verbs/voided' AND object_type = 'StatementRef'
            THEN try_cast(object_id AS UUID)
    END AS voided_statement_id,
    student_key,
    CASE
        WHEN actor.account.name IS NOT NULL THEN 'account'
        WHEN actor.mbox IS NOT NULL THEN 'mbox'
        WHEN actor.mbox_sha1sum IS NOT NULL THEN 'mbox_sha1sum'
        WHEN actor.openid IS NOT NULL THEN 'openid'
    END AS identifier_kind,
    coalesce(
        actor.account.homePage || ' ' || actor.account.name, actor.mbox, actor.mbox_sha1sum, actor.openid
    ) AS identifier,
    verb_id,
    object_type,
    CASE object_type WHEN 'Activity' THEN object_id END AS activity_id,
    definition.type AS activity_type,
    extension_text(context.extensions, 'https://learnloom.example/xapi/extensions/signal-id') AS signal_id,
    extension_text(context.extensions, 'https://w3id.org/xapi/video/extensions/session-id') AS video_session_id,

    -- Text
    nullif(trim(actor.name), '') AS actor_name,
    language_text(definition.name) AS activity_name,
    extension_text(definition.extensions, 'http://id.tincanapi.com/extension/topic') AS topic_name,
    context.platform AS platform_name,
    extension_text(context.extensions, 'https://learnloom.example/xapi/extensions/device') AS device_name,
    context.language AS language_code,
    lower(extension_text(context.extensions, 'https://learnloom.example/xapi/extensions/stated-by')) AS stated_by,
    result.response AS response,
    extension_text(result.extensions, 'https://w3id.org/xapi/video/extensions/played-segments') AS video_segments,
    context_activities,
    context.instructor AS instructor,
    context.contextAgents AS context_agents,
    context.contextGroups AS context_groups,

    -- Numbers
    scaled_score(result.score.scaled, result.score.raw, result.score.min, result.score.max) AS score,
    coalesce(
        try_cast(
            extension_text(result.extensions, 'https://learnloom.example/xapi/extensions/response-length') AS INTEGER
        ),
        length(result.response)
    ) AS response_length,
    duration_seconds(result.duration) AS duration_seconds,
    try_cast(
        coalesce(
            extension_text(result.extensions, 'https://w3id.org/xapi/video/extensions/length'),
            extension_text(context.extensions, 'https://w3id.org/xapi/video/extensions/length')
        ) AS DECIMAL(12, 3)
    ) AS video_length_seconds,
    try_cast(extension_text(result.extensions, 'https://w3id.org/xapi/video/extensions/time') AS DECIMAL(12, 3)) AS video_time_seconds,
    try_cast(
        extension_text(result.extensions, 'https://w3id.org/xapi/video/extensions/time-from') AS DECIMAL(12, 3)
    ) AS video_from_seconds,
    try_cast(
        extension_text(result.extensions, 'https://w3id.org/xapi/video/extensions/time-to') AS DECIMAL(12, 3)
    ) AS video_to_seconds,

    -- Booleans
    try_cast(
        extension_text(definition.extensions, 'https://learnloom.example/xapi/extensions/is-optional') AS BOOLEAN
    ) AS is_optional,
    try_cast(result.success AS BOOLEAN) AS is_success,
    try_cast(result.completion AS BOOLEAN) AS is_completion,

    -- Times
    known_time(
        try_cast(extension_text(definition.extensions, 'https://learnloom.example/xapi/extensions/due-at') AS TIMESTAMPTZ)
    ) AS due_at,
    known_time(
        try_cast(extension_text(context.extensions, 'https://learnloom.example/xapi/extensions/target-date') AS DATE)
    ) AS target_date,
    coalesce(
        known_time(coalesce(
            try_cast(occurred AS TIMESTAMPTZ),
            -- Valid, but not read by DuckDB: a leap second (told as the one before), no seconds, a comma, small letters.
            try_cast(regexp_replace(
                replace(translate(upper(occurred), ',', '.'), ':60', ':59'), '^(.{16})([Z+-].*)?$', '\1:00\2'
            ) AS TIMESTAMPTZ)
        )),
        known_time(try_cast(stored AS TIMESTAMPTZ)),
        landed_at
    ) AS occurred_at,
    known_time(try_cast(stored AS TIMESTAMPTZ)) AS stored_at,
    landed_at
FROM people
