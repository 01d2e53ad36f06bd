-- When a student enrolled in a course last; their first act in it where nobody told. The linter takes parameters for types.
CREATE OR REPLACE TEMP MACRO enrolled_at(registered_at, first_active_at) AS coalesce(registered_at, first_active_at) -- noqa: CP05
