-- The text of a language map (xAPI-Data 4.2.5): English where it is given, else the first; NULL where there is none.
-- An empty text is none.
-- language_map: JSON, an object from language tags to texts.
CREATE OR REPLACE TEMP MACRO language_text(language_map) AS coalesce(
    nullif(trim(json_extract_string(language_map, '$."en-US"')), ''),
    nullif(trim(json_extract_string(language_map, '$.en')), ''),
    nullif(trim(json_extract_string(language_map, '$."en-GB"')), ''),
    nullif(trim(json_extract_string(language_map, '$.*')[1]), '')
)
