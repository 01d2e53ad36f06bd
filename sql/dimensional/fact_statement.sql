-- Every statement that counts: made by a student, not voided, not later than the refresh's as_of. A void that is
-- itself later does not count yet either.
-- grain: statement_id
-- scope: student
-- stored: view
-- columns: as stg_statement_in_context, and
--   is_own_act  whether the student did it; false for what others do to a student: registered, unregistered,
--               scored, passed, failed, what a teacher states of them, and answers to signals, which may be a teacher's
SELECT
    stg_statement_in_context.*,
    verb_id NOT IN (
        'http://adlnet.gov/expapi/verbs/registered', 'http://id.tincanapi.com/verb/unregistered',
        'http://adlnet.gov/expapi/verbs/scored', 'http://adlnet.gov/expapi/verbs/passed',
        'http://adlnet.gov/expapi/verbs/failed',
        'https://learnloom.example/xapi/verbs/had-signal-raised',
        'https://learnloom.example/xapi/verbs/had-signal-ended',
        'https://learnloom.example/xapi/verbs/acknowledged-signal',
        'https://learnloom.example/xapi/verbs/dismissed-signal',
        'https://learnloom.example/xapi/verbs/followed-signal'
    )
    AND (stated_by IS DISTINCT FROM 'teacher') AS is_own_act
FROM staging.stg_statement_in_context
WHERE
    student_key IS NOT NULL
    AND voided_statement_id IS NULL
    AND occurred_at < (SELECT as_of FROM run.refresh_state)
    AND statement_id NOT IN (
        SELECT voided_statement_id
        FROM staging.stg_void
        WHERE occurred_at < (SELECT as_of FROM run.refresh_state)
    )
