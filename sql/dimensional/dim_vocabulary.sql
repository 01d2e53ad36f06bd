-- What can be known of this school's students: by what its statements tell and what its own skill map adds.
-- grain: vocabulary_name
-- scope: reference
-- columns:
--   vocabulary_name  skill, hint, answer_duration, optional, topic, device, due_date, submission, contribution,
--                    goal, choice, preference, course_outcome or course_plan
SELECT vocabulary_name
FROM staging.stg_vocabulary
UNION
SELECT 'skill'
FROM staging.stg_skill_map
UNION
SELECT 'course_plan'
FROM staging.stg_course_run
