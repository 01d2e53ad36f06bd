-- Every student has a profile, and no profile stands without a student.
-- columns:
--   student_key  the student
--   is_student   whether they stand in dim_student
--   has_profile  whether they have a profile
SELECT
    student_key,
    dim_student.student_key IS NOT NULL AS is_student,
    student_profile.student_key IS NOT NULL AS has_profile
FROM dimensional.dim_student
FULL JOIN feedback.student_profile USING (student_key)
WHERE dim_student.student_key IS NULL OR student_profile.student_key IS NULL
