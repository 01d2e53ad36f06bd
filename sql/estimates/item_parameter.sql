-- Difficulty of each question within a model version.
-- grain: model_version, activity_id
-- scope: version
-- reads: dimensional.fact_attempt, norms.attempt_effort
-- columns:
--   model_version  the version
--   activity_id    the question
--   difficulty     logits above the average question
--   n_answers      answers from which it was found
--   mean_score     mean score of the question
CREATE TABLE IF NOT EXISTS estimates.item_parameter (
    model_version INTEGER NOT NULL,
    activity_id VARCHAR NOT NULL,
    difficulty DOUBLE NOT NULL,
    n_answers BIGINT NOT NULL,
    mean_score DOUBLE
)
