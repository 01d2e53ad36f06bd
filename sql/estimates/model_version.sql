-- Every learner model that was fitted: what is frozen with it, and from what it was fitted.
-- grain: model_version
-- scope: version
-- reads: dimensional.fact_attempt, estimates.attempt_effort
-- columns:
--   model_version  number of the version, from 1
--   model_kind     elo
--   fitted_as_of   the refresh's as_of when it was fitted
--   n_students     students whose answers it saw
--   n_answers      answers it saw
--   base_logit     logit of the share right of all answers
--   slope          calibrated logit = intercept + slope times Elo's logit
--   intercept      see slope
CREATE TABLE IF NOT EXISTS estimates.model_version (
    model_version INTEGER NOT NULL,
    model_kind VARCHAR NOT NULL,
    fitted_as_of TIMESTAMPTZ NOT NULL,
    n_students BIGINT NOT NULL,
    n_answers BIGINT NOT NULL,
    base_logit DOUBLE NOT NULL,
    slope DOUBLE NOT NULL,
    intercept DOUBLE NOT NULL
)
