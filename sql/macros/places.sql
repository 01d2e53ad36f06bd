-- The activities of a context, less those of some types; JSON as sent where none of these types occurs in it.
-- context_activities: JSON, an object from roles to activities. left_out: list of IRIs of types.
CREATE OR REPLACE TEMP MACRO places(context_activities, left_out) AS CASE
    WHEN len(list_filter(left_out, LAMBDA dropped: contains(context_activities::VARCHAR, dropped))) > 0
        THEN to_json(map_from_entries(list_transform(
            json_keys(context_activities),
            LAMBDA role: {
                'key': role,
                'value': list_filter(
                    activity_list(context_activities, role),
                    LAMBDA activity: NOT coalesce(
                        list_contains(left_out, json_extract_string(activity, '$.definition.type')), FALSE
                    )
                )
            }
        )))
    ELSE context_activities
END
