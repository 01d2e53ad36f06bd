-- Every attempt has its effort and the model's expectation, and neither stands without an attempt.
-- columns:
--   attempt_id    the attempt
--   is_attempt    whether it stands in fact_attempt
--   has_effort    whether it stands in attempt_effort
--   has_estimate  whether it stands in attempt_estimate
SELECT
    attempt_id,
    fact_attempt.attempt_id IS NOT NULL AS is_attempt,
    attempt_effort.attempt_id IS NOT NULL AS has_effort,
    attempt_estimate.attempt_id IS NOT NULL AS has_estimate
FROM dimensional.fact_attempt
FULL JOIN norms.attempt_effort USING (attempt_id)
FULL JOIN estimates.attempt_estimate USING (attempt_id)
WHERE fact_attempt.attempt_id IS NULL OR attempt_effort.attempt_id IS NULL OR attempt_estimate.attempt_id IS NULL
