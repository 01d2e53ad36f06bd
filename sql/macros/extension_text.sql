-- The text of an extension (xAPI-Data 4.2.7), by its name or by one that the vocabulary takes for the same; NULL where
-- there is none.
-- texts: a map from names to texts. iri: a name.
CREATE OR REPLACE TEMP MACRO extension_text(texts, iri) AS coalesce(
    texts[iri],
    list_filter(
        list_transform(
            (
                SELECT list(rule.from_id ORDER BY rule.position)
                FROM run.vocabulary_rule AS rule
                WHERE rule.form = 'extension' AND rule.to_id = iri
            ),
            LAMBDA other: texts[other]
        ),
        LAMBDA found: found IS NOT NULL
    )[1]
)
