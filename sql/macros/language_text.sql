-- The text of a language map (xAPI-Data 4.2.5): English where it is given, else the first; NULL where there is none.
-- language_map: JSON, an object from language tags to texts.
CREATE OR REPLACE TEMP MACRO language_text(language_map) AS coalesce(
    json_extract_string(language_map, '$."en-US"'),
    json_extract_string(language_map, '$.en'),
    json_extract_string(language_map, '$."en-GB"'),
    json_extract_string(language_map, '$.*')[1]
)
