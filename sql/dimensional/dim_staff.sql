-- Who is no student: staff by the school's lists and rosters, else by the setting, else by the contexts of statements. A
-- statement counts only of somebody who never had a result of their own.
-- grain: student_key
-- scope: reference
-- columns:
--   student_key  the person
--   role         staff where the setting names them, else the role: teacher, administrator, instructor …
--   told_by      list, setting or statement
--   source       the setting's pattern, the file, or NULL
--   since        when it was told first; NULL for the setting
WITH by_setting AS (
    SELECT
        stg_identifier.student_key,
        min(setting.setting_value) AS setting_value
    FROM staging.stg_identifier
    INNER JOIN run.setting
        ON setting.setting_name = 'staff' AND stg_identifier.identifier GLOB setting.setting_value
    GROUP BY stg_identifier.student_key
),

by_statement AS (
    SELECT
        student_key,
        min(role) AS role,
        min(first_told_at) AS first_told_at
    FROM staging.stg_role
    WHERE
        role IN (
            'instructor', 'teacher', 'teachingassistant', 'lecturer', 'professor', 'faculty', 'staff', 'administrator',
            'contentdeveloper', 'principal', 'counselor'
        )
        AND student_key NOT IN (SELECT student_key FROM staging.stg_learner)
    GROUP BY student_key
),

told AS (
    SELECT
        student_key,
        'staff' AS role,
        'setting' AS told_by,
        setting_value AS source,
        NULL::TIMESTAMPTZ AS since
    FROM by_setting
    UNION ALL
    SELECT
        student_key,
        role,
        'list',
        source,
        since
    FROM staging.stg_staff
    UNION ALL
    SELECT
        student_key,
        role,
        'statement',
        NULL,
        first_told_at
    FROM by_statement
),

-- The first that says anything counts, also where it says that somebody is a student.
decided AS (
    SELECT *
    FROM told
    QUALIFY row_number() OVER (
        PARTITION BY student_key ORDER BY list_position(['list', 'setting', 'statement'], told_by)
    ) = 1
)

SELECT
    student_key,
    role,
    told_by,
    source,
    since
FROM decided
WHERE role <> 'student'
