-- The school's choices that SELECTs read, as they were at the last refresh; docs/reference/settings.md explains them.
-- grain: setting_name, setting_value
-- scope: reference
-- columns:
--   setting_name   staff, skill_fallback, week_students, week_students_of, week_urgent
--   setting_value  its value; of a list a row for each, of a table its JSON
CREATE TABLE IF NOT EXISTS run.setting (
    setting_name VARCHAR NOT NULL,
    setting_value VARCHAR NOT NULL
)
