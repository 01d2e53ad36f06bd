"""Rules about verbs, activities, interactions and references to statements."""

from typing import Final

from learnloom.schemas.xapi.rule import Rule

OBJECT_RULES: Final = (
    Rule(
        "object-type",
        "2.4.4.s2; 2.2.s4.b1.b6",
        "an objectType must be one that is allowed in its place"
        " (for an object Activity, Agent, Group, SubStatement or StatementRef)",
        "write it exactly like this, or leave it out for an Activity",
        right='"object": {"objectType": "Activity", "id": "https://example.org/quiz/1"}',
        wrong='"object": {"objectType": "activity", "id": "https://example.org/quiz/1"}',
    ),
    Rule(
        "verb-id-required",
        "2.4.3.s3.table1.row1",
        "a verb must have an id",
        "add the verb's IRI, such as http://adlnet.gov/expapi/verbs/answered",
        right='"verb": {"id": "https://example.org/verbs/read"}',
        wrong='"verb": {"display": {"en": "read"}}',
    ),
    Rule(
        "voided-statement-ref",
        "2.3.2.s2.b1",
        "the object of the verb voided must be a StatementRef",
        'send {"objectType": "StatementRef", "id": the id of the statement to void}, or use another verb',
        right=(
            '"verb": {"id": "http://adlnet.gov/expapi/verbs/voided"}, '
            '"object": {"objectType": "StatementRef", "id": "6690e6c9-3ef0-4ed3-8b37-7f3964730bee"}'
        ),
        wrong='"verb": {"id": "http://adlnet.gov/expapi/verbs/voided"}',
    ),
    Rule(
        "activity-id-required",
        "2.4.4.1.s1.table1.row2",
        "an Activity must have an id",
        "add the activity's IRI; if the object is an Agent, Group or statement, state that in objectType",
        right='"object": {"id": "https://example.org/quiz/1"}',
        wrong='"object": {"definition": {"name": {"en": "Quiz 1"}}}',
    ),
    Rule(
        "statement-ref-id-required",
        "2.4.4.3.s4.b2",
        "a StatementRef must name a statement by its id",
        "add the UUID of the statement",
        right='"object": {"objectType": "StatementRef", "id": "6690e6c9-3ef0-4ed3-8b37-7f3964730bee"}',
        wrong='"object": {"objectType": "StatementRef"}',
    ),
    Rule(
        "statement-ref-type",
        "2.4.4.3.s4.b1",
        'a reference to a statement must have the objectType "StatementRef"',
        "add it, written exactly like this",
        right=(
            '"context": {"statement": {"objectType": "StatementRef", '
            '"id": "6690e6c9-3ef0-4ed3-8b37-7f3964730bee"}}'
        ),
        wrong='"context": {"statement": {"id": "6690e6c9-3ef0-4ed3-8b37-7f3964730bee"}}',
    ),
    Rule(
        "substatement-nested",
        "2.4.4.3.s8.b4",
        "a SubStatement must not contain a SubStatement",
        "send the inner one as a statement of its own and refer to it by a StatementRef",
        right=(
            '"object": {"objectType": "SubStatement", "actor": {"mbox": "mailto:ada@example.org"}, '
            '"verb": {"id": "https://example.org/verbs/plan"}, '
            '"object": {"id": "https://example.org/quiz/2"}}'
        ),
        wrong=(
            '"object": {"objectType": "SubStatement", "actor": {"mbox": "mailto:ada@example.org"}, '
            '"verb": {"id": "https://example.org/verbs/plan"}, '
            '"object": {"objectType": "SubStatement", "actor": {"mbox": "mailto:ada@example.org"}, '
            '"verb": {"id": "https://example.org/verbs/plan"}, '
            '"object": {"id": "https://example.org/quiz/2"}}}'
        ),
    ),
    Rule(
        "substatement-property",
        "2.4.4.3.s8.b3",
        "a SubStatement must not have id, stored, version or authority",
        "remove the property from the SubStatement",
        right=(
            '"object": {"objectType": "SubStatement", "actor": {"mbox": "mailto:ada@example.org"}, '
            '"verb": {"id": "https://example.org/verbs/plan"}, '
            '"object": {"id": "https://example.org/quiz/2"}}'
        ),
        wrong=(
            '"object": {"objectType": "SubStatement", "actor": {"mbox": "mailto:ada@example.org"}, '
            '"verb": {"id": "https://example.org/verbs/plan"}, '
            '"object": {"id": "https://example.org/quiz/2"}, '
            '"id": "fd41c918-b88b-4b20-a0a5-a4c32391aaa0"}'
        ),
    ),
    Rule(
        "interaction-type",
        "2.4.4.1.s8.table1.row1, 2.4.4.1.s13.b1",
        "an interactionType must be true-false, choice, fill-in, long-fill-in, matching, performance,"
        " sequencing, likert, numeric or other",
        "write one of these values exactly",
        right=('"object": {"id": "https://example.org/quiz/1", "definition": {"interactionType": "choice"}}'),
        wrong=(
            '"object": {"id": "https://example.org/quiz/1", '
            '"definition": {"interactionType": "multiple choice"}}'
        ),
    ),
    Rule(
        "interaction-type-required",
        "2.4.4.1.s13.b1",
        "an interaction activity must have an interactionType",
        "add interactionType beside the other properties of the interaction",
        right=(
            '"object": {"id": "https://example.org/quiz/1", '
            '"definition": {"interactionType": "choice", "choices": [{"id": "a"}]}}'
        ),
        wrong='"object": {"id": "https://example.org/quiz/1", "definition": {"choices": [{"id": "a"}]}}',
    ),
    Rule(
        "interaction-components-type",
        "2.4.4.1.s15.table2, 2.4.4.1.s13.b3",
        "choices belong to choice and sequencing, scale to likert, source and target to matching,"
        " steps to performance, and no list to any other interactionType",
        "move the list to the property of this interactionType, or correct interactionType",
        right=(
            '"object": {"id": "https://example.org/quiz/1", '
            '"definition": {"interactionType": "likert", "scale": [{"id": "a"}]}}'
        ),
        wrong=(
            '"object": {"id": "https://example.org/quiz/1", '
            '"definition": {"interactionType": "likert", "choices": [{"id": "a"}]}}'
        ),
    ),
    Rule(
        "component-id-required",
        "2.4.4.1.s15.table1.row1",
        "an interaction component must have an id",
        "add an id that is unique within the list",
        right=(
            '"object": {"id": "https://example.org/quiz/1", '
            '"definition": {"interactionType": "choice", "choices": [{"id": "a"}]}}'
        ),
        wrong=(
            '"object": {"id": "https://example.org/quiz/1", '
            '"definition": {"interactionType": "choice", "choices": [{"description": {"en": "A"}}]}}'
        ),
    ),
    Rule(
        "component-id-unique",
        "2.4.4.1.s16.b1",
        "the ids within a list of interaction components must be distinct",
        "give each component an id of its own",
        right=(
            '"object": {"id": "https://example.org/quiz/1", '
            '"definition": {"interactionType": "choice", "choices": [{"id": "a"}, {"id": "b"}]}}'
        ),
        wrong=(
            '"object": {"id": "https://example.org/quiz/1", '
            '"definition": {"interactionType": "choice", "choices": [{"id": "a"}, {"id": "a"}]}}'
        ),
    ),
    Rule(
        "pattern-true-false",
        "2.4.4.1.s10.table1.row1, 2.4.4.1.s13.b3",
        "a correct response of a true-false interaction must be true or false, in lower case",
        'send ["true"] or ["false"]',
        right=(
            '"object": {"id": "https://example.org/quiz/1", '
            '"definition": {"interactionType": "true-false", "correctResponsesPattern": ["true"]}}'
        ),
        wrong=(
            '"object": {"id": "https://example.org/quiz/1", '
            '"definition": {"interactionType": "true-false", "correctResponsesPattern": ["True"]}}'
        ),
    ),
    Rule(
        "pattern-delimiter",
        "2.4.4.1.s10.table1.row2",
        "a correct response of a choice interaction must not contain the delimiter [,] next to a single item",
        'send only the id of the item, such as ["a"]',
        right=(
            '"object": {"id": "https://example.org/quiz/1", "definition": {"interactionType": "choice", '
            '"correctResponsesPattern": ["a"], "choices": [{"id": "a"}, {"id": "b"}]}}'
        ),
        wrong=(
            '"object": {"id": "https://example.org/quiz/1", "definition": {"interactionType": "choice", '
            '"correctResponsesPattern": ["a[,]"], "choices": [{"id": "a"}, {"id": "b"}]}}'
        ),
    ),
    Rule(
        "pattern-numeric",
        "2.4.4.1.s10.table1.row8, 2.4.4.1.s13.b3",
        "a correct response of a numeric interaction must be a number, or a minimum and a maximum separated by [:]",
        "send a value such as 4, 4[:]10, 4[:] or [:]10",
        right=(
            '"object": {"id": "https://example.org/quiz/1", '
            '"definition": {"interactionType": "numeric", "correctResponsesPattern": ["4[:]10"]}}'
        ),
        wrong=(
            '"object": {"id": "https://example.org/quiz/1", '
            '"definition": {"interactionType": "numeric", "correctResponsesPattern": ["4 to 10"]}}'
        ),
    ),
)
