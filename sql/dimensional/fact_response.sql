-- Every answer to a signal: taken note of, dismissed, or followed, by whom it spoke to.
-- grain: statement_id
-- scope: student
-- columns:
--   student_key   the student of whom the signal speaks
--   signal_id     the signal
--   signal_kind   its kind
--   audience      to whom it spoke, and who answers: student or teacher
--   subject       what it was about: IRI of a skill, activity or course; NULL where it was about the student
--   response      acknowledged, dismissed or followed
--   went_well     how following it went, where that is told
--   reason        words of whoever answers: a reason, or none
--   responded_by  key of the instructor whom the answer names, made as a student's is; NULL where it names none
--   occurred_at   when
--   statement_id  the statement
WITH responses AS (
    SELECT
        *,
        -- …/signals/KIND/AUDIENCE/ID
        regexp_extract(
            activity_id, '^https://learnloom\.example/xapi/signals/([a-z_]+)/(student|teacher)/([0-9a-f]{32})$',
            ['signal_kind', 'audience', 'signal_id']
        ) AS named
    FROM dimensional.fact_statement
    WHERE
        verb_id IN (
            'https://learnloom.example/xapi/verbs/acknowledged-signal',
            'https://learnloom.example/xapi/verbs/dismissed-signal',
            'https://learnloom.example/xapi/verbs/followed-signal'
        )
)

SELECT
    student_key,
    named.signal_id AS signal_id,
    named.signal_kind AS signal_kind,
    named.audience AS audience,
    parent_id AS subject,
    CASE verb_id
        WHEN 'https://learnloom.example/xapi/verbs/acknowledged-signal' THEN 'acknowledged'
        WHEN 'https://learnloom.example/xapi/verbs/dismissed-signal' THEN 'dismissed'
        ELSE 'followed'
    END AS response,
    is_success AS went_well,
    nullif(trim(response), '') AS reason,
    person_key(student_key(from_json(
        instructor,
        '{"objectType": "VARCHAR", "account": {"homePage": "VARCHAR", "name": "VARCHAR"}, "mbox": "VARCHAR",
        "mbox_sha1sum": "VARCHAR", "openid": "VARCHAR"}'
    ))) AS responded_by,
    occurred_at,
    statement_id
FROM responses
WHERE named.signal_id <> ''
