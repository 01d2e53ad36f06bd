-- The seconds of an ISO 8601 duration, to the millisecond; NULL where the text is none. A year counts as 365.2425 days,
-- the mean of the Gregorian calendar, and a month as a twelfth of it.
-- duration: text, as PT12.5S or P1DT2H.
CREATE OR REPLACE TEMP MACRO duration_seconds(duration) AS coalesce(
    -- Most durations are seconds alone; only the others are taken apart.
    CASE
        WHEN starts_with(duration, 'PT') AND ends_with(duration, 'S')
            THEN try_cast(duration[3:-2] AS DECIMAL(14, 3))
    END,
    CASE
        WHEN duration IS NOT NULL
            -- A list of one, so that the text is taken apart once.
            THEN list_transform(
                [
                    regexp_extract(
                        replace(duration, ',', '.'),
                        '^(P(?:([0-9.]+)Y)?(?:([0-9.]+)M)?(?:([0-9.]+)W)?(?:([0-9.]+)D)?'
                        || '(?:T(?:([0-9.]+)H)?(?:([0-9.]+)M)?(?:([0-9.]+)S)?)?)$',
                        ['whole', 'years', 'months', 'weeks', 'days', 'hours', 'minutes', 'seconds']
                    )
                ],
                LAMBDA part: CASE
                    WHEN part.whole <> ''
                        THEN try_cast(
                            coalesce(try_cast(part.seconds AS DOUBLE), 0)
                            + 60 * coalesce(try_cast(part.minutes AS DOUBLE), 0)
                            + 3600 * coalesce(try_cast(part.hours AS DOUBLE), 0)
                            + 86400 * coalesce(try_cast(part.days AS DOUBLE), 0)
                            + 604800 * coalesce(try_cast(part.weeks AS DOUBLE), 0)
                            + 2629746 * coalesce(try_cast(part.months AS DOUBLE), 0)
                            + 31556952 * coalesce(try_cast(part.years AS DOUBLE), 0)
                            -- Exact decimals, not doubles: sums must not depend on the order of adding.
                            AS DECIMAL(14, 3)
                        )
                END
            )[1]
    END
)
