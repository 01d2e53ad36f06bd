-- Every learner model that was fitted: what is frozen with it, from what it was fitted, and how well it predicted.
-- grain: model_version
-- scope: version
-- reads: dimensional.fact_attempt, norms.attempt_effort
-- reads: staging.stg_student_prior, staging.stg_skill_prior, dimensional.dim_student
-- columns:
--   model_version    number of the version, from 1
--   model_kind       elo, elo-logistic or elo-boosted: how a probability comes from what is known of a student
--   fitted_as_of     the as_of of the data from which it was fitted
--   fitted_at        when it was fitted
--   staged_snapshot  snapshot of the warehouse from which it was fitted
--   n_students       students whose answers it saw
--   n_answers        answers it saw
--   base_logit       logit of the share right of all answers
--   log_gap_skill    median of log1p(seconds) between two answers of a student on a skill
--   log_gap_any      median of log1p(seconds) between two answers of a student
--   head             the last step from features to a probability, as JSON
--   n_judged         answers by which it was judged, each of a student held out while it was predicted
--   log_loss         mean log-loss of the predictions of these answers; null without any
--   kinds_log_loss   JSON: log-loss of every kind that was tried
CREATE TABLE IF NOT EXISTS estimates.model_version (
    model_version INTEGER NOT NULL,
    model_kind VARCHAR NOT NULL,
    fitted_as_of TIMESTAMPTZ NOT NULL,
    fitted_at TIMESTAMPTZ NOT NULL,
    staged_snapshot BIGINT NOT NULL,
    n_students BIGINT NOT NULL,
    n_answers BIGINT NOT NULL,
    base_logit DOUBLE NOT NULL,
    log_gap_skill DOUBLE NOT NULL,
    log_gap_any DOUBLE NOT NULL,
    head VARCHAR NOT NULL,
    n_judged BIGINT NOT NULL,
    log_loss DOUBLE,
    kinds_log_loss VARCHAR NOT NULL
)
