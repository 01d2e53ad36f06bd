-- By what a model version foresees who stays stuck on a skill, where the school's own past tells better than what is
-- shipped. No row where it does not: then what is shipped counts.
-- grain: model_version
-- scope: version
-- reads: dimensional.dim_skill, dimensional.fact_attempt, norms.attempt_effort
-- columns:
--   model_version     the version
--   intercept         of the logit of the probability that no three right in a row come in the next ten answers
--   coefficients      of its terms, in their order in feedback/stuck.py
--   n_students        students of whom it was learned
--   n_cases           answers after which it is decided what came
--   log_loss          mean log-loss on students held out
--   log_loss_shipped  that of what is shipped, on the same
CREATE TABLE IF NOT EXISTS estimates.stuck_model (
    model_version INTEGER NOT NULL,
    intercept DOUBLE NOT NULL,
    coefficients DOUBLE[] NOT NULL,
    n_students BIGINT NOT NULL,
    n_cases BIGINT NOT NULL,
    log_loss DOUBLE NOT NULL,
    log_loss_shipped DOUBLE NOT NULL
)
