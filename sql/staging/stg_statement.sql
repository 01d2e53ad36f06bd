-- Every landed statement with its parts as typed columns: renamed and cast, nothing else decided.
-- grain: statement_id
-- scope: landing
-- columns:
--   statement_id          the statement's id
--   student_key           16 hex digits of the md5 of the actor's whole identifier; NULL for a group
--   identifier_kind       account, mbox, mbox_sha1sum or openid; NULL for an anonymous group
--   identifier            the identifier itself; an account as homePage, a space, name
--   actor_name            the actor's name as given
--   verb_id               IRI of the verb
--   object_type           Activity, Agent, Group, StatementRef or SubStatement
--   activity_id           IRI of the activity; NULL where the object is something else
--   activity_type         IRI of the activity's type
--   activity_name         its name: English where given, else the first
--   course_id             the course among object, grouping and parent
--   parent_id             the first parent that is no course
--   parent_type           type of that parent
--   context_activities    every activity in the context: role, id, type, name
--   skill_ids             activities of type objective or competency in the context; empty where none
--   topic_name            what the activity is about
--   is_optional           whether the student need not do it
--   due_at                when the work is due
--   registration_id       the registration
--   platform_name         context.platform
--   device_name           phone, tablet, laptop …
--   language_code         context.language
--   signal_id             signal to which the student reacts
--   target_date           day by which a goal is to be reached
--   stated_by             student or teacher, in small letters: who states that a skill is known
--   occurred_at           the statement's timestamp; else stored, else when it landed
--   stored_at             when the sender's own store kept it
--   landed_at             when it landed here
--   is_success            result.success
--   is_completion         result.completion
--   score                 result.score as a share: scaled, else raw between min and max; -1 to 1
--   response              result.response
--   duration_seconds      result.duration
--   video_session_id      session of the video profile
--   video_length_seconds  length of the video
--   video_time_seconds    place in the video
--   video_from_seconds    place left by a seek
--   video_to_seconds      place reached by a seek
--   video_segments        stretches played, as "0[.]12.5[,]20[.]30"
--   voided_statement_id   statement that this one voids
WITH parsed AS (
    SELECT
        statement_id,
        landed_at,
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
                        "extensions": {
                            "http://id.tincanapi.com/extension/topic": "VARCHAR",
                            "https://learnloom.example/xapi/extensions/is-optional": "VARCHAR",
                            "https://learnloom.example/xapi/extensions/due-at": "VARCHAR"
                        }
                    }
                },
                "context": {
                    "contextActivities": "JSON", "registration": "VARCHAR", "platform": "VARCHAR", "language": "VARCHAR",
                    "extensions": {
                        "https://learnloom.example/xapi/extensions/device": "VARCHAR",
                        "https://learnloom.example/xapi/extensions/signal-id": "VARCHAR",
                        "https://learnloom.example/xapi/extensions/target-date": "VARCHAR",
                        "https://learnloom.example/xapi/extensions/stated-by": "VARCHAR",
                        "https://w3id.org/xapi/video/extensions/session-id": "VARCHAR",
                        "https://w3id.org/xapi/video/extensions/length": "VARCHAR"
                    }
                },
                "result": {
                    "success": "VARCHAR", "completion": "VARCHAR", "response": "VARCHAR", "duration": "VARCHAR",
                    "score": {"scaled": "DOUBLE", "raw": "DOUBLE", "min": "DOUBLE", "max": "DOUBLE"},
                    "extensions": {
                        "https://w3id.org/xapi/video/extensions/length": "VARCHAR",
                        "https://w3id.org/xapi/video/extensions/time": "VARCHAR",
                        "https://w3id.org/xapi/video/extensions/time-from": "VARCHAR",
                        "https://w3id.org/xapi/video/extensions/time-to": "VARCHAR",
                        "https://w3id.org/xapi/video/extensions/played-segments": "VARCHAR"
                    }
                }
            }'
        ) AS told
    FROM landing.statement
),

-- The same few contexts come again and again: each is taken apart once.
contexts AS (
    SELECT DISTINCT json_extract(raw, '$.context.contextActivities') AS activities
    FROM landing.statement
),

listed AS (
    SELECT
        activities,
        flatten(list_transform(
            ['parent', 'grouping', 'category', 'other'],
            lambda role: list_transform(
                from_json(
                    -- One object is taken as an array of one (xAPI-Data 2.4.6.2).
                    CASE json_type(activities, '$.' || role)
                        WHEN 'OBJECT' THEN json_array(json_extract(activities, '$.' || role))
                        ELSE json_extract(activities, '$.' || role)
                    END,
                    '[{"id": "VARCHAR", "definition": {"type": "VARCHAR", "name": "JSON"}}]'
                ),
                lambda activity: {
                    'role': role,
                    'id': activity.id,
                    'type': activity.definition.type,
                    'name': coalesce(
                        json_extract_string(activity.definition.name, '$."en-US"'),
                        json_extract_string(activity.definition.name, '$.en'),
                        json_extract_string(activity.definition.name, '$."en-GB"'),
                        json_extract_string(activity.definition.name, '$.*')[1]
                    )
                }
            )
        )) AS context_activities
    FROM contexts
    WHERE activities IS NOT NULL
),

placed AS (
    SELECT
        activities,
        context_activities,
        list_filter(
            context_activities,
            lambda activity: activity.type = 'http://adlnet.gov/expapi/activities/course'
        )[1].id AS course_id,
        list_filter(
            context_activities,
            lambda activity: activity.role = 'parent'
            AND activity.type IS DISTINCT FROM 'http://adlnet.gov/expapi/activities/course'
        )[1] AS parent,
        list_transform(
            list_filter(
                context_activities,
                lambda activity: activity.type IN (
                    'http://adlnet.gov/expapi/activities/objective',
                    'https://w3id.org/xapi/tla/activity-types/competency'
                )
            ),
            lambda activity: activity.id
        ) AS skill_ids
    FROM listed
),

identified AS (
    SELECT
        statement_id,
        landed_at,
        told.actor AS actor,
        told.verb.id AS verb_id,
        coalesce(told.object.objectType, 'Activity') AS object_type,
        told.object.id AS object_id,
        told.object.definition AS definition,
        told.context AS context,
        told.timestamp AS occurred,
        told.stored AS stored,
        told.result AS result,
        CASE
            WHEN told.actor.objectType = 'Group' THEN NULL
            WHEN told.actor.account.name IS NOT NULL
                THEN concat_ws(chr(31), 'account', told.actor.account.homePage, told.actor.account.name)
            -- The sum of an address and the address are one identifier (xAPI-Data 2.4.2.3).
            WHEN told.actor.mbox IS NOT NULL THEN concat_ws(chr(31), 'mbox_sha1sum', sha1(told.actor.mbox))
            WHEN told.actor.mbox_sha1sum IS NOT NULL
                THEN concat_ws(chr(31), 'mbox_sha1sum', lower(told.actor.mbox_sha1sum))
            WHEN told.actor.openid IS NOT NULL THEN concat_ws(chr(31), 'openid', told.actor.openid)
        END AS whole_identifier,
        -- Most durations are seconds alone; only the others are taken apart.
        CASE
            WHEN starts_with(told.result.duration, 'PT') AND ends_with(told.result.duration, 'S')
                THEN try_cast(told.result.duration[3:-2] AS DECIMAL(14, 3))
        END AS plain_seconds,
        CASE
            WHEN plain_seconds IS NULL AND told.result.duration IS NOT NULL
                THEN regexp_extract(
                    replace(told.result.duration, ',', '.'),
                    '^(P(?:([0-9.]+)Y)?(?:([0-9.]+)M)?(?:([0-9.]+)W)?(?:([0-9.]+)D)?'
                    || '(?:T(?:([0-9.]+)H)?(?:([0-9.]+)M)?(?:([0-9.]+)S)?)?)$',
                    ['whole', 'years', 'months', 'weeks', 'days', 'hours', 'minutes', 'seconds']
                )
        END AS span
    FROM parsed
)

SELECT
    statement_id,
    left(md5(whole_identifier), 16) AS student_key,
    CASE
        WHEN actor.account.name IS NOT NULL THEN 'account'
        WHEN actor.mbox IS NOT NULL THEN 'mbox'
        WHEN actor.mbox_sha1sum IS NOT NULL THEN 'mbox_sha1sum'
        WHEN actor.openid IS NOT NULL THEN 'openid'
    END AS identifier_kind,
    coalesce(
        actor.account.homePage || ' ' || actor.account.name, actor.mbox, actor.mbox_sha1sum, actor.openid
    ) AS identifier,
    actor.name AS actor_name,
    verb_id,
    object_type,
    CASE object_type WHEN 'Activity' THEN object_id END AS activity_id,
    definition.type AS activity_type,
    coalesce(
        json_extract_string(definition.name, '$."en-US"'),
        json_extract_string(definition.name, '$.en'),
        json_extract_string(definition.name, '$."en-GB"'),
        json_extract_string(definition.name, '$.*')[1]
    ) AS activity_name,
    CASE
        WHEN definition.type = 'http://adlnet.gov/expapi/activities/course' THEN object_id
        ELSE placed.course_id
    END AS course_id,
    placed.parent.id AS parent_id,
    placed.parent.type AS parent_type,
    coalesce(placed.context_activities, []) AS context_activities,
    coalesce(placed.skill_ids, []) AS skill_ids,
    definition.extensions['http://id.tincanapi.com/extension/topic'] AS topic_name,
    try_cast(
        definition.extensions['https://learnloom.example/xapi/extensions/is-optional'] AS BOOLEAN
    ) AS is_optional,
    try_cast(definition.extensions['https://learnloom.example/xapi/extensions/due-at'] AS TIMESTAMPTZ) AS due_at,
    try_cast(context.registration AS UUID) AS registration_id,
    context.platform AS platform_name,
    context.extensions['https://learnloom.example/xapi/extensions/device'] AS device_name,
    context.language AS language_code,
    context.extensions['https://learnloom.example/xapi/extensions/signal-id'] AS signal_id,
    try_cast(context.extensions['https://learnloom.example/xapi/extensions/target-date'] AS DATE) AS target_date,
    lower(context.extensions['https://learnloom.example/xapi/extensions/stated-by']) AS stated_by,
    coalesce(
        try_cast(occurred AS TIMESTAMPTZ),
        -- Valid, but not read by DuckDB: a leap second (told as the one before), no seconds, a comma, small letters.
        try_cast(regexp_replace(
            replace(translate(upper(occurred), ',', '.'), ':60', ':59'), '^(.{16})([Z+-].*)?$', '\1:00\2'
        ) AS TIMESTAMPTZ),
        try_cast(stored AS TIMESTAMPTZ),
        landed_at
    ) AS occurred_at,
    try_cast(stored AS TIMESTAMPTZ) AS stored_at,
    landed_at,
    try_cast(result.success AS BOOLEAN) AS is_success,
    try_cast(result.completion AS BOOLEAN) AS is_completion,
    try_cast(
        coalesce(
            result.score.scaled,
            (result.score.raw - result.score.min) / nullif(result.score.max - result.score.min, 0)
        ) AS DECIMAL(7, 5)
    ) AS score,
    result.response AS response,
    -- Exact decimals, not doubles: sums must not depend on the order of adding.
    coalesce(
        plain_seconds,
        CASE
            WHEN span.whole <> ''
                THEN try_cast(
                    coalesce(try_cast(span.seconds AS DOUBLE), 0)
                    + 60 * coalesce(try_cast(span.minutes AS DOUBLE), 0)
                    + 3600 * coalesce(try_cast(span.hours AS DOUBLE), 0)
                    + 86400 * coalesce(try_cast(span.days AS DOUBLE), 0)
                    + 604800 * coalesce(try_cast(span.weeks AS DOUBLE), 0)
                    + 2629746 * coalesce(try_cast(span.months AS DOUBLE), 0)
                    + 31556952 * coalesce(try_cast(span.years AS DOUBLE), 0)
                    AS DECIMAL(14, 3)
                )
        END
    ) AS duration_seconds,
    context.extensions['https://w3id.org/xapi/video/extensions/session-id'] AS video_session_id,
    try_cast(
        coalesce(
            result.extensions['https://w3id.org/xapi/video/extensions/length'],
            context.extensions['https://w3id.org/xapi/video/extensions/length']
        ) AS DECIMAL(12, 3)
    ) AS video_length_seconds,
    try_cast(result.extensions['https://w3id.org/xapi/video/extensions/time'] AS DECIMAL(12, 3)) AS video_time_seconds,
    try_cast(
        result.extensions['https://w3id.org/xapi/video/extensions/time-from'] AS DECIMAL(12, 3)
    ) AS video_from_seconds,
    try_cast(
        result.extensions['https://w3id.org/xapi/video/extensions/time-to'] AS DECIMAL(12, 3)
    ) AS video_to_seconds,
    result.extensions['https://w3id.org/xapi/video/extensions/played-segments'] AS video_segments,
    CASE
        WHEN verb_id = 'http://adlnet.gov/expapi/verbs/voided' AND object_type = 'StatementRef'
            THEN try_cast(object_id AS UUID)
    END AS voided_statement_id
FROM identified
LEFT JOIN placed ON identified.context.contextActivities = placed.activities
