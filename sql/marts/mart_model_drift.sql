-- How the model version in use predicts the answers that came after its fit; no row where none came, or where the fit
-- could not be measured. A score between 0 and 1 counts as that share of a right answer.
-- grain: model_version
-- scope: read
-- columns:
--   model_version    the version in use
--   n_answers        answers after its fit
--   log_loss         mean log-loss of them, in nats
--   log_loss_at_fit  mean log-loss of the answers that it was measured on when it was fitted
SELECT
    refresh_state.model_version,
    count(*) AS n_answers,
    avg(
        -(
            fact_attempt.score * ln(attempt_estimate.p_before)
            + (1 - fact_attempt.score) * ln(1 - attempt_estimate.p_before)
        )
    ) AS log_loss,
    any_value(model_version.log_loss) AS log_loss_at_fit
FROM run.refresh_state
INNER JOIN estimates.model_version ON refresh_state.model_version = model_version.model_version
INNER JOIN dimensional.fact_attempt ON model_version.fitted_as_of < fact_attempt.occurred_at
INNER JOIN estimates.attempt_estimate ON fact_attempt.attempt_id = attempt_estimate.attempt_id
WHERE
    fact_attempt.score IS NOT NULL
    AND model_version.log_loss IS NOT NULL
    AND attempt_estimate.p_before > 0
    AND attempt_estimate.p_before < 1
GROUP BY refresh_state.model_version
