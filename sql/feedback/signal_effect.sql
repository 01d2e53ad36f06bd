-- What followed signals of a kind, against comparable students to whom nothing of the kind was said
-- (feedback.signal_outcome): the mean difference of those who were told, each stratum's comparable students weighted
-- like its told ones. What a stratum's bins leave of the difference before is taken out by a line of after on before
-- through the comparable students of all strata, as in Abadie & Imbens 2011 (Journal of Business & Economic Statistics
-- 29(1)). A description, no proof: who is told differs in what nobody sees. Of kinds, never of one student.
-- grain: signal_kind, audience, outcome
-- scope: read
-- columns:
--   signal_kind            the kind
--   audience               to whom it was said: student or teacher
--   outcome                what is compared, in the 14 days after: n_answers, share_right (of those who answered),
--                          above_expected (share right less what the learner model expected before each answer; of
--                          those who answered), active_days, active_seconds. Answers are those on the skill where the
--                          signal is about one; days and seconds are all
--   n_signals              times it was said anew and the 14 days after have ended
--   n_matched              of these, those with the outcome, and two or more comparable students with it in their stratum
--   n_students             different students in these
--   n_comparable           different comparable students in those strata
--   mean_after             mean of the outcome after, of the matched; NULL as all figures from here to difference_before
--                          where fewer than 10 students stand on either side
--   mean_after_comparable  what the comparable students let expect of the matched from where they began
--   difference             mean_after - mean_after_comparable
--   standard_error         of the difference; each student counts as one, however often told or compared
--   low                    lower end of the 80 % interval of the difference
--   high                   its upper end
--   difference_before      the same difference in the 14 days before: what the bins have left of it, best near 0
--   n_acknowledged         of n_signals, those answered as taken note of
--   n_followed             of n_signals, those answered as followed
--   n_dismissed            of n_signals, those answered as dismissed
WITH kept AS MATERIALIZED (
    SELECT
        *,
        audience IS NOT NULL AS is_told
    FROM feedback.signal_outcome
),

kinds AS (
    SELECT
        signal_kind,
        audience,
        count(*) AS n_signals,
        count(*) FILTER (WHERE is_acknowledged) AS n_acknowledged,
        count(*) FILTER (WHERE is_followed) AS n_followed,
        count(*) FILTER (WHERE is_dismissed) AS n_dismissed
    FROM kept
    WHERE is_told
    GROUP BY signal_kind, audience
),

outcomes AS (
    SELECT unnest(['n_answers', 'share_right', 'above_expected', 'active_days', 'active_seconds']) AS outcome
),

measured AS MATERIALIZED (
    SELECT
        kept.signal_kind,
        kept.audience,
        kept.is_told,
        kept.student_key,
        outcomes.outcome,
        concat_ws('|', kept.raised_on, coalesce(kept.skill_id, ''), coalesce(kept.class_name, ''), kept.stratum) AS cell,
        CASE outcomes.outcome
            WHEN 'n_answers' THEN kept.n_answers_before
            WHEN 'share_right' THEN kept.share_right_before
            WHEN 'above_expected' THEN kept.above_expected_before
            WHEN 'active_days' THEN kept.active_days_before
            ELSE kept.active_seconds_before
        END::DOUBLE AS before,
        CASE outcomes.outcome
            WHEN 'n_answers' THEN kept.n_answers_after
            WHEN 'share_right' THEN kept.share_right_after
            WHEN 'above_expected' THEN kept.above_expected_after
            WHEN 'active_days' THEN kept.active_days_after
            ELSE kept.active_seconds_after
        END::DOUBLE AS after
    FROM kept
    CROSS JOIN outcomes
    WHERE kept.stratum IS NOT NULL AND after IS NOT NULL
),

comparable AS MATERIALIZED (
    SELECT
        signal_kind,
        outcome,
        cell,
        count(*) AS n_comparable,
        avg(before) AS mean_before,
        avg(after) AS mean_after,
        regr_sxy(after, before) AS products,
        regr_sxx(after, before) AS squares
    FROM measured
    WHERE NOT is_told
    GROUP BY signal_kind, outcome, cell
    -- From a single one nothing can be said about how far such students differ.
    HAVING count(*) >= 2
),

slopes AS (
    SELECT
        signal_kind,
        outcome,
        coalesce(sum(products) / nullif(sum(squares), 0), 0) AS slope
    FROM comparable
    GROUP BY signal_kind, outcome
),

-- Of each row what its comparable students would let expect: their mean, moved by how far the row began from theirs.
expected AS MATERIALIZED (
    SELECT
        measured.*,
        comparable.n_comparable,
        measured.before - comparable.mean_before AS ahead_before,
        comparable.mean_after + coalesce(slopes.slope * (measured.before - comparable.mean_before), 0) AS after_comparable
    FROM measured
    INNER JOIN comparable USING (signal_kind, outcome, cell)
    INNER JOIN slopes USING (signal_kind, outcome)
),

effects AS MATERIALIZED (
    SELECT
        signal_kind,
        audience,
        outcome,
        count(*) AS n_matched,
        avg(after) AS mean_after,
        avg(after_comparable) AS mean_after_comparable,
        avg(after - after_comparable) AS difference,
        avg(ahead_before) AS difference_before
    FROM expected
    WHERE is_told
    GROUP BY signal_kind, audience, outcome
),

strata AS (
    SELECT
        signal_kind,
        audience,
        outcome,
        cell,
        count(*) AS n_told
    FROM expected
    WHERE is_told
    GROUP BY signal_kind, audience, outcome, cell
),

-- How far each row pulls the difference away from what it is.
pulls AS (
    SELECT
        effects.signal_kind,
        effects.audience,
        effects.outcome,
        expected.student_key,
        TRUE AS is_told,
        (expected.after - expected.after_comparable - effects.difference) / effects.n_matched AS pull
    FROM expected
    INNER JOIN effects USING (signal_kind, audience, outcome)
    UNION ALL
    SELECT
        strata.signal_kind,
        strata.audience,
        strata.outcome,
        expected.student_key,
        FALSE AS is_told,
        -- The mean of few lies nearer to them than the truth does.
        (expected.after_comparable - expected.after) * strata.n_told / effects.n_matched / expected.n_comparable
        * sqrt(expected.n_comparable / (expected.n_comparable - 1)) AS pull
    FROM strata
    INNER JOIN effects USING (signal_kind, audience, outcome)
    INNER JOIN expected USING (signal_kind, outcome, cell)
    WHERE NOT expected.is_told
),

-- By student, for what one student does hangs together.
students AS (
    SELECT
        signal_kind,
        audience,
        outcome,
        student_key,
        bool_or(is_told) AS is_ever_told,
        bool_or(NOT is_told) AS is_ever_comparable,
        sum(pull) AS pull
    FROM pulls
    GROUP BY signal_kind, audience, outcome, student_key
),

errors AS (
    SELECT
        signal_kind,
        audience,
        outcome,
        count(*) FILTER (WHERE is_ever_told) AS n_students,
        count(*) FILTER (WHERE is_ever_comparable) AS n_comparable,
        sqrt(sum(pull * pull) * count(*) / (count(*) - 1)) AS standard_error
    FROM students
    GROUP BY signal_kind, audience, outcome
),

figures AS (
    SELECT
        errors.*,
        effects.* EXCLUDE (signal_kind, audience, outcome),
        least(errors.n_students, errors.n_comparable) >= 10 AS is_told
    FROM errors
    INNER JOIN effects USING (signal_kind, audience, outcome)
)

SELECT
    kinds.signal_kind,
    kinds.audience,
    outcomes.outcome,
    kinds.n_signals,
    coalesce(figures.n_matched, 0) AS n_matched,
    coalesce(figures.n_students, 0) AS n_students,
    coalesce(figures.n_comparable, 0) AS n_comparable,
    CASE WHEN figures.is_told THEN figures.mean_after END AS mean_after,
    CASE WHEN figures.is_told THEN figures.mean_after_comparable END AS mean_after_comparable,
    CASE WHEN figures.is_told THEN figures.difference END AS difference,
    CASE WHEN figures.is_told THEN figures.standard_error END AS standard_error,
    -- Of a normal distribution 80 % lie within 1.2816 standard errors.
    CASE WHEN figures.is_told THEN figures.difference - 1.2816 * figures.standard_error END AS low,
    CASE WHEN figures.is_told THEN figures.difference + 1.2816 * figures.standard_error END AS high,
    CASE WHEN figures.is_told THEN figures.difference_before END AS difference_before,
    kinds.n_acknowledged,
    kinds.n_followed,
    kinds.n_dismissed
FROM kinds
CROSS JOIN outcomes
LEFT JOIN figures
    ON
        kinds.signal_kind = figures.signal_kind
        AND kinds.audience = figures.audience
        AND outcomes.outcome = figures.outcome
