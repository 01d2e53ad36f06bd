-- The interval around an estimate of mastery holds it, and stands where there are answers and nowhere else.
-- columns:
--   student_key  the student
--   skill_id     the skill
--   p_low        lower end
--   p_mastery    the estimate
--   p_high       upper end
--   n_attempts   answers
SELECT
    student_key,
    skill_id,
    p_low,
    p_mastery,
    p_high,
    n_attempts
FROM estimates.student_skill
WHERE
    p_low > p_mastery
    OR p_high < p_mastery
    OR (n_attempts > 0) <> (p_low IS NOT NULL)
    OR (n_attempts > 0) <> (p_high IS NOT NULL)
