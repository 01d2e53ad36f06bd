-- What a model version makes of how students stand in a run: learned from runs that have ended. No row where none has,
-- or too few students passed or did not.
-- grain: model_version
-- scope: version
-- reads: dimensional.fact_course_progress
-- columns:
--   model_version   the version
--   risk_kind       logistic or boosted: how a score comes from how a student stands
--   n_runs          ended runs from which it was learned
--   n_students      students in them of whom the outcome is known
--   n_cases         student and week pairs
--   is_by_run       whether whole runs were held out to judge it; else students of the single run
--   log_loss        mean log-loss, once calibrated, on what was held out
--   kinds_log_loss  JSON: log-loss before calibration of every kind that was tried
--   risk_model      the model as JSON
CREATE TABLE IF NOT EXISTS estimates.risk_model (
    model_version INTEGER NOT NULL,
    risk_kind VARCHAR NOT NULL,
    n_runs BIGINT NOT NULL,
    n_students BIGINT NOT NULL,
    n_cases BIGINT NOT NULL,
    is_by_run BOOLEAN NOT NULL,
    log_loss DOUBLE NOT NULL,
    kinds_log_loss VARCHAR NOT NULL,
    risk_model VARCHAR NOT NULL
)
