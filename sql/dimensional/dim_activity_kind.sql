-- The types of activity to which a kind is given; every other type is `other`.
-- grain: activity_type
-- scope: reference
-- columns:
--   activity_type  IRI of the type
--   activity_kind  course, module, quiz, question, video, reading, assignment, forum or skill
SELECT
    kind.activity_type,
    kind.activity_kind
FROM (
    VALUES
    ('http://adlnet.gov/expapi/activities/course', 'course'),
    ('http://adlnet.gov/expapi/activities/module', 'module'),
    ('http://adlnet.gov/expapi/activities/lesson', 'module'),
    ('http://adlnet.gov/expapi/activities/assessment', 'quiz'),
    ('http://adlnet.gov/expapi/activities/cmi.interaction', 'question'),
    ('http://adlnet.gov/expapi/activities/question', 'question'),
    ('http://adlnet.gov/expapi/activities/objective', 'skill'),
    ('https://w3id.org/xapi/tla/activity-types/competency', 'skill'),
    ('https://w3id.org/xapi/video/activity-type/video', 'video'),
    ('http://activitystrea.ms/schema/1.0/article', 'reading'),
    ('http://id.tincanapi.com/activitytype/school-assignment', 'assignment'),
    ('http://id.tincanapi.com/activitytype/forum-topic', 'forum')
) AS kind (activity_type, activity_kind)
