-- Probability that an answer is a guess, where guesses and answers are normal in the logarithm of their time.
-- pace: logarithm of the time, as a multiple of the usual; share: of guesses; quick, quick_sd: mean and deviation of
-- guesses; usual, usual_sd: of answers. The linter takes parameters for types.
CREATE OR REPLACE TEMP MACRO guess_chance(pace, share, quick, quick_sd, usual, usual_sd) AS cast( -- noqa: CP05
    1 / (
        1 + (1 - share) / share * quick_sd / usual_sd
        * exp(least(((pace - quick) / quick_sd) ^ 2 / 2 - ((pace - usual) / usual_sd) ^ 2 / 2, 700))
    ) AS DOUBLE
)
