-- Difficulty of each question within a model version, its line, and what it is easier by after others.
-- grain: model_version, activity_id
-- scope: version
-- reads: dimensional.fact_attempt, norms.attempt_effort
-- columns:
--   model_version  the version
--   activity_id    the question
--   difficulty     logits above the average question
--   n_answers      answers from which it was found
--   mean_score     mean score of the question
--   line           logit of a right answer by how the student stands: intercept, then the slopes on what
--                  learner/lines.py names, in its order; NULL in a version of an earlier learnloom
--   after_ids      questions after which it often came
--   after_shifts   what it is easier by after each of them, in logits
CREATE TABLE IF NOT EXISTS estimates.item_parameter (
    model_version INTEGER NOT NULL,
    activity_id VARCHAR NOT NULL,
    difficulty DOUBLE NOT NULL,
    n_answers BIGINT NOT NULL,
    mean_score DOUBLE,
    line DOUBLE[],
    after_ids VARCHAR[],
    after_shifts DOUBLE[]
)
