-- Of what was told several times the first, where that was since a moment or no moment is known; else the last since then.
-- Whoever ended a course and enrolled in it anew has another go. The linter takes parameters for types.
CREATE OR REPLACE TEMP MACRO told_since(first_at, last_at, moment) AS CASE -- noqa: CP05
    WHEN coalesce(first_at >= moment, TRUE) THEN first_at
    WHEN last_at >= moment THEN last_at
END
