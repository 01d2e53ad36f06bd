-- How a model version schedules reviews of mastered skills, and the figures for which it does so.
-- grain: model_version
-- scope: version
-- reads: dimensional.fact_attempt, norms.attempt_effort
-- columns:
--   model_version  the version
--   review_kind    fixed: 7, 30, 60 days; fsrs: when FSRS's retrievability falls below .90, where that predicts
--                  the school's own reviews better than a constant
--   n_reviews      answers on mastered skills a day or more after the last: what both were measured on
--   n_students     students who gave them
--   loss_fsrs      mean log-loss of retrievability at these answers; NULL without any
--   loss_constant  mean log-loss of their share right; NULL without any
CREATE TABLE IF NOT EXISTS estimates.review_choice (
    model_version INTEGER NOT NULL,
    review_kind VARCHAR NOT NULL,
    n_reviews BIGINT NOT NULL,
    n_students BIGINT NOT NULL,
    loss_fsrs DOUBLE,
    loss_constant DOUBLE
)
