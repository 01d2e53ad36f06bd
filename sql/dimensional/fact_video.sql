-- What each student has seen of each video: the union of all stretches played that any statement ever told.
-- grain: student_key, activity_id
-- scope: student
-- columns:
--   student_key      the student
--   activity_id      the video
--   course_id        the course
--   first_watched_at first statement on it
--   last_watched_at  last statement on it
--   n_sessions       sessions of the video profile; NULL where no statement names one
--   n_seeks          jumps
--   length_seconds   length of the video; NULL where no statement says
--   watched_seconds  time played, repeats counted again; NULL where no stretch is known, or more than any time
--   seen_seconds     seconds of the video seen at least once
--   seen_share       seen_seconds of length_seconds, 0 to 1; NULL where either is unknown
WITH events AS (
    SELECT
        student_key,
        activity_id,
        course_id,
        statement_id,
        occurred_at,
        verb_id,
        video_session_id,
        -- Without a session all of a student's statements on the video are one line of time.
        coalesce(video_session_id, '') AS session_id,
        nullif(video_segments, '') AS video_segments,
        max(occurred_at) FILTER (WHERE video_segments <> '') OVER (
            PARTITION BY student_key, activity_id, video_session_id
        ) AS last_told_at,
        video_length_seconds,
        -- Where the play head stood: a seek tells where it left.
        coalesce(video_from_seconds, video_time_seconds) AS left_seconds,
        coalesce(video_to_seconds, video_time_seconds) AS reached_seconds
    FROM dimensional.fact_statement
    WHERE activity_kind = 'video'
),

videos AS (
    SELECT
        student_key,
        activity_id,
        arg_max(course_id, {'at': occurred_at, 'id': statement_id}) AS course_id,
        min(occurred_at) AS first_watched_at,
        max(occurred_at) AS last_watched_at,
        nullif(count(DISTINCT video_session_id), 0) AS n_sessions,
        count(*) FILTER (WHERE verb_id = 'https://w3id.org/xapi/video/verbs/seeked') AS n_seeks,
        max(video_length_seconds) AS length_seconds
    FROM events
    GROUP BY student_key, activity_id
),

-- Stretches as statements tell them, grown, again and again: each text counts once a session.
texts AS (
    SELECT DISTINCT
        student_key,
        activity_id,
        coalesce(video_session_id, statement_id::VARCHAR) AS session_id,
        video_segments
    FROM events
    WHERE video_segments IS NOT NULL
),

told AS (
    SELECT
        student_key,
        activity_id,
        session_id,
        video_segments,
        string_split(unnest(string_split(video_segments, '[,]')), '[.]') AS bounds
    FROM texts
),

-- After the last stretches that a session tells, or where it tells none: from where it played to where it stopped or
-- jumped. More of the video than could have been played in the time between, at four times its speed, was not.
steps AS (
    SELECT
        student_key,
        activity_id,
        session_id,
        verb_id,
        statement_id,
        reached_seconds AS from_seconds,
        lead(left_seconds) OVER line AS to_seconds,
        (lead(epoch_us(occurred_at)) OVER line - epoch_us(occurred_at)) / 1000000 AS elapsed_seconds,
        coalesce(occurred_at >= last_told_at, TRUE) AS is_untold,
        -- After a seek the video plays on where it played before.
        last_value(
            CASE WHEN verb_id <> 'https://w3id.org/xapi/video/verbs/seeked' THEN verb_id END IGNORE NULLS
        ) OVER (line ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS state_verb_id
    FROM events
    WHERE reached_seconds IS NOT NULL
    WINDOW line AS (PARTITION BY student_key, activity_id, session_id ORDER BY occurred_at, statement_id)
),

stretches AS (
    SELECT
        student_key,
        activity_id,
        session_id,
        video_segments,
        try_cast(bounds[1] AS DECIMAL(12, 3)) AS from_seconds,
        try_cast(bounds[2] AS DECIMAL(12, 3)) AS to_seconds
    FROM told
    UNION ALL
    SELECT
        student_key,
        activity_id,
        session_id,
        NULL AS video_segments,
        from_seconds,
        to_seconds
    FROM steps
    WHERE
        is_untold
        AND state_verb_id = 'https://w3id.org/xapi/video/verbs/played'
        AND to_seconds - from_seconds <= 4 * elapsed_seconds + 5
),

-- A stretch adds what lies beyond everything that began before it.
reach AS (
    SELECT
        *,
        max(to_seconds) OVER (
            PARTITION BY student_key, activity_id ORDER BY from_seconds, to_seconds
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS reached_seconds,
        max(to_seconds) OVER (
            PARTITION BY student_key, activity_id, session_id ORDER BY from_seconds, to_seconds
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS reached_in_session_seconds
    FROM stretches
    WHERE to_seconds > from_seconds
),

seen AS (
    SELECT
        student_key,
        activity_id,
        sum(greatest(0, to_seconds - greatest(from_seconds, coalesce(reached_seconds, from_seconds)))) AS seen_seconds
    FROM reach
    GROUP BY student_key, activity_id
),

-- Repeats in a session are told by its fullest text and what it played after the last; where texts were lost, by what
-- all of them cover.
texts_played AS (
    SELECT
        student_key,
        activity_id,
        session_id,
        video_segments,
        sum(to_seconds - from_seconds) AS played_seconds,
        sum(
            greatest(0, to_seconds - greatest(from_seconds, coalesce(reached_in_session_seconds, from_seconds)))
        ) AS new_seconds
    FROM reach
    GROUP BY student_key, activity_id, session_id, video_segments
),

sessions_played AS (
    SELECT
        student_key,
        activity_id,
        greatest(
            coalesce(max(played_seconds) FILTER (WHERE video_segments IS NOT NULL), 0)
            + coalesce(max(played_seconds) FILTER (WHERE video_segments IS NULL), 0),
            sum(new_seconds)
        ) AS played_seconds
    FROM texts_played
    GROUP BY student_key, activity_id, session_id
),

watched AS (
    SELECT
        student_key,
        activity_id,
        sum(played_seconds) AS watched_seconds
    FROM sessions_played
    GROUP BY student_key, activity_id
)

SELECT
    videos.student_key,
    videos.activity_id,
    videos.course_id,
    videos.first_watched_at,
    videos.last_watched_at,
    videos.n_sessions,
    videos.n_seeks,
    videos.length_seconds,
    -- Repeats of stretches of years add up to more than any time.
    try_cast(watched.watched_seconds AS DECIMAL(14, 3)) AS watched_seconds,
    seen.seen_seconds::DECIMAL(14, 3) AS seen_seconds,
    -- Least passes over NULL: an unknown share would be 1.
    CASE
        WHEN seen.seen_seconds >= videos.length_seconds THEN 1
        ELSE seen.seen_seconds::DOUBLE / nullif(videos.length_seconds, 0)::DOUBLE
    END::DECIMAL(6, 5) AS seen_share
FROM videos
LEFT JOIN seen ON videos.student_key = seen.student_key AND videos.activity_id = seen.activity_id
LEFT JOIN watched ON videos.student_key = watched.student_key AND videos.activity_id = watched.activity_id
