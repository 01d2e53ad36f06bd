-- Difficulty of each skill within a model version, and the line of its average question.
-- grain: model_version, skill_id
-- scope: version
-- reads: dimensional.fact_attempt, norms.attempt_effort
-- columns:
--   model_version     the version
--   skill_id          the skill
--   difficulty        logits above the average skill
--   item_difficulty   mean difficulty of its questions, each weighted by its answers: its average item
--   item_log_n        mean of log1p(answers) of its questions, weighted in the same way: how well known they are
--   n_answers         answers from which it was found
--   mean_score        mean score of its answers
--   line              mean of its questions' lines (item_parameter), weighted in the same way
CREATE TABLE IF NOT EXISTS estimates.skill_parameter (
    model_version INTEGER NOT NULL,
    skill_id VARCHAR NOT NULL,
    difficulty DOUBLE NOT NULL,
    item_difficulty DOUBLE,
    item_log_n DOUBLE,
    n_answers BIGINT NOT NULL,
    mean_score DOUBLE,
    line DOUBLE[]
)
