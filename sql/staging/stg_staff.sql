-- Roles that the school has told, by person.
-- grain: student_key
-- scope: reference
-- stored: view
-- columns:
--   student_key  the person
--   role         the role; where several of their identifiers have one, student where one is student, else the latest
--   source       what said so
--   since        when it was told
SELECT
    coalesce(person.student_key, staff.identifier_key) AS student_key,
    staff.role,
    staff.source,
    staff.since
FROM landing.staff
LEFT JOIN landing.person ON staff.identifier_key = person.identifier_key
QUALIFY row_number() OVER (
    PARTITION BY coalesce(person.student_key, staff.identifier_key)
    ORDER BY staff.role = 'student' DESC, staff.since DESC, staff.role ASC
) = 1
