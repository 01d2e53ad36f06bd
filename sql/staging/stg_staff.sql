-- Roles that the school has told, by person.
-- grain: student_key
-- scope: reference
-- stored: view
-- columns:
--   student_key  the person
--   role         the role; where several of their identifiers have one, student where one is student, else the latest
--   source       what said so
--   since        when it was told
WITH persons AS (
    SELECT
        staff.identifier_key,
        coalesce(person.student_key, staff.identifier_key) AS person_key,
        staff.role,
        staff.source,
        staff.since
    FROM landing.staff
    LEFT JOIN landing.person ON staff.identifier_key = person.identifier_key
),

members AS (
    SELECT
        identifier_key,
        student_key AS person_key
    FROM landing.person
    UNION
    SELECT
        unnest([identifier_key, person_key]),
        person_key
    FROM persons
),

-- By any identifier by which they were met: who never was has no key but that of the identifier.
keys AS (
    SELECT
        members.person_key,
        min(stg_identifier.student_key) AS student_key
    FROM members
    INNER JOIN staging.stg_identifier ON members.identifier_key = stg_identifier.identifier_key
    GROUP BY members.person_key
)

SELECT
    coalesce(keys.student_key, persons.person_key) AS student_key,
    persons.role,
    persons.source,
    persons.since
FROM persons
LEFT JOIN keys ON persons.person_key = keys.person_key
QUALIFY row_number() OVER (
    PARTITION BY persons.person_key
    ORDER BY persons.role = 'student' DESC, persons.since DESC, persons.role ASC
) = 1
