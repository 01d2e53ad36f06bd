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
WITH extracted AS (
    SELECT
        statement_id,
        landed_at,
        -- All paths in one call: the text is parsed once.
        json_extract_string(raw, [
            '$.actor.objectType',
            '$.actor.name',
            '$.actor.account.homePage',
            '$.actor.account.name',
            '$.actor.mbox',
            '$.actor.mbox_sha1sum',
            '$.actor.openid',
            '$.verb.id',
            '$.object.objectType',
            '$.object.id',
            '$.object.definition.type',
            '$.object.definition.name',
            '$.object.definition.name."en-US"',
            '$.object.definition.name.en',
            '$.object.definition.name."en-GB"',
            '$.object.definition.extensions."http://id.tincanapi.com/extension/topic"',
            '$.object.definition.extensions."https://learnloom.example/xapi/extensions/is-optional"',
            '$.object.definition.extensions."https://learnloom.example/xapi/extensions/due-at"',
            '$.context.contextActivities',
            '$.context.registration',
            '$.context.platform',
            '$.context.language',
            '$.context.extensions."https://learnloom.example/xapi/extensions/device"',
            '$.context.extensions."https://learnloom.example/xapi/extensions/signal-id"',
            '$.context.extensions."https://learnloom.example/xapi/extensions/target-date"',
            '$.context.extensions."https://w3id.org/xapi/video/extensions/session-id"',
            '$.context.extensions."https://w3id.org/xapi/video/extensions/length"',
            '$.timestamp',
            '$.stored',
            '$.result.success',
            '$.result.completion',
            '$.result.score.scaled',
            '$.result.score.raw',
            '$.result.score.min',
            '$.result.score.max',
            '$.result.response',
            '$.result.duration',
            '$.result.extensions."https://w3id.org/xapi/video/extensions/length"',
            '$.result.extensions."https://w3id.org/xapi/video/extensions/time"',
            '$.result.extensions."https://w3id.org/xapi/video/extensions/time-from"',
            '$.result.extensions."https://w3id.org/xapi/video/extensions/time-to"',
            '$.result.extensions."https://w3id.org/xapi/video/extensions/played-segments"'
        ]) AS part
    FROM landing.statement
),

named AS (
    SELECT
        statement_id,
        landed_at,
        part[1] AS actor_type,
        part[2] AS actor_name,
        part[3] AS home_page,
        part[4] AS account_name,
        part[5] AS mbox,
        part[6] AS mbox_sha1sum,
        part[7] AS openid,
        part[8] AS verb_id,
        coalesce(part[9], 'Activity') AS object_type,
        part[10] AS object_id,
        part[11] AS activity_type,
        part[12] AS activity_names,
        coalesce(part[13], part[14], part[15]) AS english_name,
        part[16] AS topic_name,
        part[17] AS is_optional,
        part[18] AS due_at,
        part[19] AS activities,
        part[20] AS registration,
        part[21] AS platform_name,
        part[22] AS language_code,
        part[23] AS device_name,
        part[24] AS signal_id,
        part[25] AS target_date,
        part[26] AS video_session_id,
        part[28] AS occurred,
        part[29] AS stored,
        part[30] AS success,
        part[31] AS completion,
        try_cast(part[32] AS DOUBLE) AS scaled,
        try_cast(part[33] AS DOUBLE) AS raw_score,
        try_cast(part[34] AS DOUBLE) AS min_score,
        try_cast(part[35] AS DOUBLE) AS max_score,
        part[36] AS response,
        part[37] AS duration,
        coalesce(part[38], part[27]) AS video_length,
        part[39] AS video_time,
        part[40] AS video_from,
        part[41] AS video_to,
        part[42] AS video_segments
    FROM extracted
),

-- The same few contexts come again and again: each is taken apart once.
contexts AS (
    SELECT DISTINCT json_extract_string(raw, '$.context.contextActivities') AS activities
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
        *,
        CASE
            WHEN actor_type = 'Group' THEN NULL
            WHEN account_name IS NOT NULL THEN concat_ws(chr(31), 'account', home_page, account_name)
            -- The sum of an address and the address are one identifier (xAPI-Data 2.4.2.3).
            WHEN mbox IS NOT NULL THEN concat_ws(chr(31), 'mbox_sha1sum', sha1(mbox))
            WHEN mbox_sha1sum IS NOT NULL THEN concat_ws(chr(31), 'mbox_sha1sum', lower(mbox_sha1sum))
            WHEN openid IS NOT NULL THEN concat_ws(chr(31), 'openid', openid)
        END AS whole_identifier,
        -- Most durations are seconds alone; the rest is taken apart where this yields nothing.
        CASE
            WHEN starts_with(duration, 'PT') AND ends_with(duration, 'S')
                THEN try_cast(duration[3:-2] AS DECIMAL(14, 3))
        END AS plain_seconds,
        CASE
            WHEN duration IS NOT NULL
                THEN regexp_extract(
                    replace(duration, ',', '.'),
                    '^P(?:([0-9.]+)Y)?(?:([0-9.]+)M)?(?:([0-9.]+)W)?(?:([0-9.]+)D)?'
                    || '(?:T(?:([0-9.]+)H)?(?:([0-9.]+)M)?(?:([0-9.]+)S)?)?$',
                    ['years', 'months', 'weeks', 'days', 'hours', 'minutes', 'seconds']
                )
        END AS span
    FROM named
)

SELECT
    statement_id,
    left(md5(whole_identifier), 16) AS student_key,
    CASE
        WHEN account_name IS NOT NULL THEN 'account'
        WHEN mbox IS NOT NULL THEN 'mbox'
        WHEN mbox_sha1sum IS NOT NULL THEN 'mbox_sha1sum'
        WHEN openid IS NOT NULL THEN 'openid'
    END AS identifier_kind,
    coalesce(home_page || ' ' || account_name, mbox, mbox_sha1sum, openid) AS identifier,
    actor_name,
    verb_id,
    object_type,
    CASE object_type WHEN 'Activity' THEN object_id END AS activity_id,
    activity_type,
    coalesce(english_name, json_extract_string(activity_names, '$.*')[1]) AS activity_name,
    CASE
        WHEN activity_type = 'http://adlnet.gov/expapi/activities/course' THEN object_id
        ELSE placed.course_id
    END AS course_id,
    placed.parent.id AS parent_id,
    placed.parent.type AS parent_type,
    coalesce(placed.context_activities, []) AS context_activities,
    coalesce(placed.skill_ids, []) AS skill_ids,
    topic_name,
    try_cast(is_optional AS BOOLEAN) AS is_optional,
    try_cast(due_at AS TIMESTAMPTZ) AS due_at,
    try_cast(registration AS UUID) AS registration_id,
    platform_name,
    device_name,
    language_code,
    signal_id,
    try_cast(target_date AS DATE) AS target_date,
    coalesce(
        try_cast(occurred AS TIMESTAMPTZ),
        -- A leap second (RFC 3339, 5.7) is told as the second before it.
        try_cast(replace(occurred, ':60', ':59') AS TIMESTAMPTZ),
        try_cast(stored AS TIMESTAMPTZ),
        landed_at
    ) AS occurred_at,
    try_cast(stored AS TIMESTAMPTZ) AS stored_at,
    landed_at,
    try_cast(success AS BOOLEAN) AS is_success,
    try_cast(completion AS BOOLEAN) AS is_completion,
    try_cast(
        coalesce(scaled, (raw_score - min_score) / nullif(max_score - min_score, 0)) AS DECIMAL(7, 5)
    ) AS score,
    response,
    -- Exact decimals, not doubles: sums must not depend on the order of adding.
    coalesce(
        plain_seconds,
        CASE
            WHEN span.seconds <> '' OR span.minutes <> '' OR span.hours <> '' OR span.days <> ''
                OR span.weeks <> '' OR span.months <> '' OR span.years <> ''
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
    video_session_id,
    try_cast(video_length AS DECIMAL(12, 3)) AS video_length_seconds,
    try_cast(video_time AS DECIMAL(12, 3)) AS video_time_seconds,
    try_cast(video_from AS DECIMAL(12, 3)) AS video_from_seconds,
    try_cast(video_to AS DECIMAL(12, 3)) AS video_to_seconds,
    video_segments,
    CASE
        WHEN verb_id = 'http://adlnet.gov/expapi/verbs/voided' AND object_type = 'StatementRef'
            THEN try_cast(object_id AS UUID)
    END AS voided_statement_id
FROM identified
LEFT JOIN placed ON identified.activities = placed.activities
