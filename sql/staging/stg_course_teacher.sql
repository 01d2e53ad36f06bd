-- How many teach a course, as rosters say; no row where none does.
-- grain: course_id
-- scope: reference
-- stored: view
-- columns:
--   course_id   the course
--   n_teachers  persons who teach there
SELECT
    roster_member.course_id,
    count(DISTINCT coalesce(person.student_key, roster_member.identifier_key, roster_member.subject)) AS n_teachers
FROM landing.roster_member
LEFT JOIN landing.person ON roster_member.identifier_key = person.identifier_key
WHERE roster_member.role = 'teacher'
GROUP BY roster_member.course_id
