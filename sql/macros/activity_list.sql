-- The activities of one role of a context, each as JSON; a single object is taken as an array of one
-- (xAPI-Data 2.4.6.2).
-- context_activities: JSON, an object from roles to activities. role: parent, grouping, category or other.
CREATE OR REPLACE TEMP MACRO activity_list(context_activities, role) AS from_json(
    CASE json_type(context_activities, '$.' || role)
        WHEN 'OBJECT' THEN json_array(json_extract(context_activities, '$.' || role))
        ELSE json_extract(context_activities, '$.' || role)
    END,
    '["JSON"]'
)
