-- A moment or a day; NULL up to 1970-01-01, where clocks stand that were never set (year 1 in .NET), and from 9999-12-31 on,
-- where the calendar of whoever reads it ends.
-- told: a TIMESTAMPTZ or a DATE. The linter takes parameters for types.
CREATE OR REPLACE TEMP MACRO known_time(told) AS nullif( -- noqa: CP05
    nullif(
        -- Least and greatest pass over NULL: it becomes the first, and NULL again.
        least(greatest(told, '1970-01-01 00:00:00+00'), '9999-12-31 00:00:00+00'),
        '1970-01-01 00:00:00+00'
    ),
    '9999-12-31 00:00:00+00'
)
