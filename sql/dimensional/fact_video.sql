-- What each student has seen of each video: the union of all stretches played.
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
--   watched_seconds  time played, repeats counted again; NULL where no stretch was reported
--   seen_seconds     seconds of the video seen at least once
--   seen_share       seen_seconds of length_seconds, 0 to 1; NULL where either is unknown
WITH videos AS (
    SELECT
        student_key,
        activity_id,
        arg_max(course_id, {'at': occurred_at, 'id': statement_id}) AS course_id,
        min(occurred_at) AS first_watched_at,
        max(occurred_at) AS last_watched_at,
        nullif(count(DISTINCT video_session_id), 0) AS n_sessions,
        count(*) FILTER (WHERE verb_id = 'https://w3id.org/xapi/video/verbs/seeked') AS n_seeks,
        max(video_length_seconds) AS length_seconds
    FROM dimensional.fact_statement
    WHERE activity_type = 'https://w3id.org/xapi/video/activity-type/video'
    GROUP BY student_key, activity_id
),

-- Played segments are told anew, grown, by each statement of a session: the longest text tells all.
told AS (
    SELECT
        student_key,
        activity_id,
        coalesce(video_session_id, statement_id::VARCHAR) AS session_id,
        arg_max(
            video_segments,
            {'length': length(video_segments), 'at': occurred_at, 'id': statement_id}
        ) AS segments
    FROM dimensional.fact_statement
    WHERE
        activity_type = 'https://w3id.org/xapi/video/activity-type/video'
        AND video_segments <> ''
    GROUP BY ALL
),

bounds AS (
    SELECT
        student_key,
        activity_id,
        string_split(unnest(string_split(segments, '[,]')), '[.]') AS bound
    FROM told
),

stretches AS (
    SELECT
        student_key,
        activity_id,
        try_cast(bound[1] AS DECIMAL(12, 3)) AS from_seconds,
        try_cast(bound[2] AS DECIMAL(12, 3)) AS to_seconds
    FROM bounds
),

-- A stretch adds what lies beyond everything that began before it.
reach AS (
    SELECT
        *,
        max(to_seconds) OVER (
            PARTITION BY student_key, activity_id ORDER BY from_seconds, to_seconds
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS reached_seconds
    FROM stretches
    WHERE to_seconds > from_seconds
),

seen AS (
    SELECT
        student_key,
        activity_id,
        sum(to_seconds - from_seconds) AS watched_seconds,
        sum(greatest(0, to_seconds - greatest(from_seconds, coalesce(reached_seconds, from_seconds)))) AS seen_seconds
    FROM reach
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
    seen.watched_seconds::DECIMAL(14, 3) AS watched_seconds,
    seen.seen_seconds::DECIMAL(14, 3) AS seen_seconds,
    -- Least passes over NULL: an unknown share would be 1.
    CASE
        WHEN seen.seen_seconds >= videos.length_seconds THEN 1
        ELSE seen.seen_seconds::DOUBLE / nullif(videos.length_seconds, 0)::DOUBLE
    END::DECIMAL(6, 5) AS seen_share
FROM videos
LEFT JOIN seen ON videos.student_key = seen.student_key AND videos.activity_id = seen.activity_id
