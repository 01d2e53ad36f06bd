-- Every signal that stands: one thing worth saying about a student, to one audience, with its evidence.
-- grain: signal_id
-- scope: student
-- reads: feedback.student_profile, marts.mart_student_risk, estimates.student_check, dimensional.fact_response
-- reads: feedback.signal_record, estimates.stuck_model
-- columns:
--   student_key   the student
--   signal_id     hash of student, kind, audience, subject and evidence: the same evidence, the same id
--   signal_kind   practise_next, review_due, wheel_spinning, check_in …
--   audience      student or teacher
--   part          the part of instruction it differentiates: content, process, product or environment
--   subject       IRI of the skill, activity or course; NULL where it is about the student
--   subject_name  its name
--   value         the figure behind it
--   n             observations behind the value
--   confidence    low, medium or high, by n
--   urgency       0 to 1, for ordering
--   cause         where it calls a teacher to the student, what it has in common with other such calls: asked, learning,
--                 presence, passing or hint; else NULL
--   window_from   first moment of the evidence
--   window_to     last moment of the evidence
--   created_at    the as_of for which it was computed
--   expires_at    from then on it is not to be shown
--   sentence      what is said to the audience
--   message_id    what the sentence says, as an id of the catalogue of messages (docs/reference/messages.md)
--   parameters    the values that go into the message, by name, as JSON
--   evidence_ids  statements behind it, latest first
--   signal        the whole document, a Signal as JSON
CREATE TABLE IF NOT EXISTS feedback.signal (
    student_key VARCHAR NOT NULL,
    signal_id VARCHAR NOT NULL,
    signal_kind VARCHAR NOT NULL,
    audience VARCHAR NOT NULL,
    part VARCHAR NOT NULL,
    subject VARCHAR,
    subject_name VARCHAR,
    "value" DOUBLE,
    n BIGINT NOT NULL,
    confidence VARCHAR NOT NULL,
    urgency DOUBLE NOT NULL,
    cause VARCHAR,
    window_from TIMESTAMPTZ NOT NULL,
    window_to TIMESTAMPTZ NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    sentence VARCHAR NOT NULL,
    message_id VARCHAR,
    parameters JSON,
    evidence_ids VARCHAR[] NOT NULL,
    signal JSON NOT NULL
)
