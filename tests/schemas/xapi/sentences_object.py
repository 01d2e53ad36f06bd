"""Decided sentences about verbs, objects, results and contexts."""

from tests.schemas.xapi.samples import ABSENT, AGENT, GROUP, PLAN, REFERENCE, Json
from tests.schemas.xapi.sentences import Decided

_ACTIVITY: Json = {"id": "https://example.org/quiz/1"}
_INNER: Json = PLAN["object"]
_UUID = "fd41c918-b88b-4b20-a0a5-a4c32391aaa0"


def _defined(**parts: object) -> Json:
    return {"object": _ACTIVITY | {"definition": parts}}


def _asked(kind: str, *patterns: str, **lists: object) -> Json:
    return _defined(interactionType=kind, correctResponsesPattern=list(patterns), **lists)


def _plan(**parts: object) -> Json:
    return {"object": {name: value for name, value in (_INNER | parts).items() if value is not ABSENT}}


def _scored(**score: object) -> Json:
    return {"result": {"score": score}}


def _listed(*ids: str) -> list[Json]:
    return [{"id": name} for name in ids]


def _related(**around: object) -> Json:
    return {"context": {"contextActivities": around}}


OBJECT_SENTENCES: list[Decided] = [
    Decided("2.4.3.s3.table1.row1", "a verb has an id", "verb-id-required", {"verb": {}}, {"verb": {"id": "a:b"}}),
    Decided("2.4.3.s3.table1.row2", "display is a language map", "value-type",
            {"verb": {"id": "a:b", "display": "read"}}, {"verb": {"id": "a:b", "display": {"en": "read"}}}),
    Decided("2.4.4.s2", "objects are of five kinds", "object-type",
            {"object": {"objectType": "Person", "id": "a:b"}}, {"object": GROUP}),
    Decided("2.4.4.1.s1.table1.row1", "an activity says Activity, if anything", "object-type",
            _related(other=[_ACTIVITY | {"objectType": "activity"}]), _related(other=[_ACTIVITY])),
    Decided("2.4.4.1.s1.table1.row2", "an activity has an id", "activity-id-required",
            {"object": {"objectType": "Activity"}}, {"object": _ACTIVITY}),
    Decided("2.4.4.1.s1.table1.row3", "a definition is an object", "value-type",
            {"object": _ACTIVITY | {"definition": "a quiz"}}, _defined()),
    Decided("2.4.4.1.s2.table1.row1", "its name is a language map", "language-tag",
            _defined(name={"english": "x", "": "y"}), _defined(name={"en": "x"})),
    Decided("2.4.4.1.s2.table1.row2", "its description too", "value-type",
            _defined(description="x"), _defined(description={"en": "x"})),
    Decided("2.4.4.1.s2.table1.row3", "its type is an IRI", "iri-format", _defined(type="quiz"), _defined(type="a:b")),
    Decided("2.4.4.1.s2.table1.row4", "its moreInfo is an IRL", "irl-format",
            _defined(moreInfo="/info"), _defined(moreInfo="https://example.org/info")),
    Decided("2.4.4.1.s2.table1.row5", "its extensions are a map", "value-type",
            _defined(extensions=[]), _defined(extensions={})),
    Decided("2.4.4.1.s8.table1.row1", "the types of interactions are ten", "interaction-type",
            _asked("essay", "a"), _asked("other", "a")),
    Decided("2.4.4.1.s8.table1.row2", "correct responses are an array of texts", "value-type",
            _defined(interactionType="choice", correctResponsesPattern="a"), _asked("choice", "a")),
    Decided("2.4.4.1.s8.table1.row3", "lists hold components", "value-type",
            _asked("choice", choices=["a"]), _asked("choice", choices=_listed("a"))),
    Decided("2.4.4.1.s10.table1.row1", "the answer to true-false is one of them", "pattern-true-false",
            _asked("true-false", "yes"), _asked("true-false", "false")),
    Decided("2.4.4.1.s10.table1.row2", "the pattern of a choice of one item has no delimiter", "pattern-delimiter",
            _asked("choice", "a[,]", choices=_listed("a", "b")), _asked("choice", "a[,]b", choices=_listed("a", "b"))),
    Decided("2.4.4.1.s10.table1.row8", "numbers are one, or two around a delimiter", "pattern-numeric",
            _asked("numeric", "3-4"), _asked("numeric", "3[:]4")),
    Decided("2.4.4.1.s13.b1", "an interaction has a type", "interaction-type-required",
            _defined(correctResponsesPattern=["a"]), _asked("fill-in", "a")),
    Decided("2.4.4.1.s13.b1", "and a valid one", "interaction-type", _asked("Choice"), _asked("choice")),
    Decided("2.4.4.1.s15.table1.row1", "a component has an id", "component-id-required",
            _asked("likert", scale=[{}]), _asked("likert", scale=_listed(""))),
    Decided("2.4.4.1.s15.table2.row1", "choices are for choice and sequencing", "interaction-components-type",
            _asked("matching", choices=[]), _asked("sequencing", choices=[])),
    Decided("2.4.4.1.s15.table2.row2", "a scale is for likert", "interaction-components-type",
            _asked("numeric", scale=[]), _asked("likert", scale=[])),
    Decided("2.4.4.1.s15.table2.row3", "source and target are for matching", "interaction-components-type",
            _asked("choice", target=[]), _asked("matching", source=[], target=[])),
    Decided("2.4.4.1.s15.table2.row4", "steps are for performance", "interaction-components-type",
            _asked("sequencing", steps=[]), _asked("performance", steps=[])),
    Decided("2.4.4.1.s15.table2.row5", "other types have no list", "interaction-components-type",
            _asked("true-false", choices=[]), _asked("true-false", "true")),
    Decided("2.4.4.1.s16.b1", "ids within a list differ", "component-id-unique",
            _asked("matching", source=_listed("a", "a")), _asked("matching", source=_listed("a"), target=_listed("a"))),
    Decided("2.4.4.2.s1.b1", "an Agent as object says so", "activity-id-required",
            {"object": {"mbox": "mailto:a@example.org"}}, {"object": AGENT}),
    Decided("2.4.4.2.s1.b1", "and so does a Group", "property-unknown",
            {"object": {"id": "a:b", "member": []}}, {"object": GROUP}),
    Decided("2.4.4.3.s4.b1", "a reference says StatementRef", "statement-ref-type",
            {"context": {"statement": {"id": _UUID}}}, {"context": {"statement": REFERENCE}}),
    Decided("2.4.4.3.s4.b1", "as object too, else it is an activity", "iri-format",
            {"object": {"id": _UUID}}, {"object": REFERENCE}),
    Decided("2.4.4.3.s4.b2", "a reference names a statement", "statement-ref-id-required",
            {"context": {"statement": {"objectType": "StatementRef"}}}, {"context": {"statement": REFERENCE}}),
    Decided("2.4.4.3.s4.b2", "by its UUID", "uuid-format",
            {"object": REFERENCE | {"id": "a:b"}}, {"object": REFERENCE}),
    Decided("2.4.4.3.s4.table1.row1", "written exactly so", "statement-ref-type",
            {"context": {"statement": REFERENCE | {"objectType": "statementref"}}},
            {"context": {"statement": REFERENCE}}),
    Decided("2.4.4.3.s8.b1", "a SubStatement says so", "activity-id-required", _plan(objectType=ABSENT), _plan()),
    Decided("2.4.4.3.s8.b2", "a SubStatement is held to what holds for statements", "statement-required",
            _plan(verb=ABSENT), _plan()),
    Decided("2.4.4.3.s8.b2", "in all its parts", "score-scaled-range",
            _plan(result={"score": {"scaled": 2}}), _plan(result={"score": {"scaled": 1}})),
    Decided("2.4.4.3.s8.b3", "a SubStatement has no id", "substatement-property", _plan(id=_UUID), _plan()),
    Decided("2.4.4.3.s8.b3", "nor stored", "substatement-property", _plan(stored="2013-11-18T12:17:00Z"), _plan()),
    Decided("2.4.4.3.s8.b3", "nor a version", "substatement-property", _plan(version="1.0.0"), _plan()),
    Decided("2.4.4.3.s8.b3", "nor an authority", "substatement-property", _plan(authority=AGENT), _plan()),
    Decided("2.4.4.3.s8.b4", "there is no SubStatement in a SubStatement", "substatement-nested",
            _plan(object=_INNER), _plan(object=REFERENCE, context={})),
    Decided("2.4.5.s2.table1.row1", "a score is an object", "value-type", {"result": {"score": 1}}, _scored()),
    Decided("2.4.5.s2.table1.row2", "success is true or false", "value-type",
            {"result": {"success": 1}}, {"result": {"success": True}}),
    Decided("2.4.5.s2.table1.row3", "completion too", "value-type",
            {"result": {"completion": "yes"}}, {"result": {"completion": True}}),
    Decided("2.4.5.s2.table1.row4", "a response is a text", "value-type",
            {"result": {"response": 4}}, {"result": {"response": "4"}}),
    Decided("2.4.5.s2.table1.row5", "a duration is one", "duration-format",
            {"result": {"duration": 4.5}}, {"result": {"duration": "PT4.5S"}}),
    Decided("2.4.5.s2.table1.row6", "extensions are a map", "value-type",
            {"result": {"extensions": "x"}}, {"result": {"extensions": {}}}),
    Decided("2.4.5.1.s2.table1.row1", "scaled lies between -1 and 1", "score-scaled-range",
            _scored(scaled=-1.001), _scored(scaled=-1)),
    Decided("2.4.5.1.s2.table1.row2", "raw lies between min and max", "score-raw-range",
            _scored(raw=-1, min=0), _scored(raw=0, min=0)),
    Decided("2.4.5.1.s2.table1.row3", "min is less than max", "score-min-below-max",
            _scored(min=1, max=1), _scored(min=0.999, max=1)),
    Decided("2.4.5.1.s2.table1.row4", "max is a number greater than min", "score-min-below-max",
            _scored(min=0, max=-1), _scored(max=-1)),
    Decided("2.4.6.s3.table1.row1", "a registration is a UUID", "uuid-format",
            {"context": {"registration": "1"}}, {"context": {"registration": _UUID}}),
    Decided("2.4.6.s3.table1.row2", "an instructor is an Agent or a Group", "actor-type",
            {"context": {"instructor": _ACTIVITY | {"objectType": "Activity"}}}, {"context": {"instructor": GROUP}}),
    Decided("2.4.6.s3.table1.row3", "a team is a Group", "team-group", {"context": {"team": AGENT}},
            {"context": {"team": GROUP}}),
    Decided("2.4.6.s3.table1.row4", "contextActivities is a map", "value-type",
            {"context": {"contextActivities": [_ACTIVITY]}}, _related()),
    Decided("2.4.6.s3.table1.row5", "a revision is a text", "value-type",
            {"context": {"revision": 2}}, {"context": {"revision": "2"}}),
    Decided("2.4.6.s3.table1.row6", "a platform is a text", "value-type",
            {"context": {"platform": {"en": "LMS"}}}, {"context": {"platform": "LMS"}}),
    Decided("2.4.6.s3.table1.row7", "a language is a language tag", "language-tag",
            {"context": {"language": "de_DE"}}, {"context": {"language": "de"}}),
    Decided("2.4.6.s3.table1.row8", "a statement is a reference", "statement-ref-type",
            {"context": {"statement": _ACTIVITY | {"objectType": "Activity"}}}, {"context": {"statement": REFERENCE}}),
    Decided("2.4.6.s3.table1.row9", "extensions are a map", "extension-key",
            {"context": {"extensions": {"altitude": 9}}}, {"context": {"extensions": {"a:altitude": 9}}}),
    Decided("2.4.6.s4.b1", "revision is for activities only", "revision-activity-only",
            {"object": AGENT, "context": {"revision": "1"}}, {"context": {"revision": "1"}}),
    Decided("2.4.6.s4.b2", "platform is for activities only", "platform-activity-only",
            {"object": REFERENCE, "context": {"platform": "LMS"}}, {"context": {"platform": "LMS"}}),
    Decided("2.4.6.2.s4.b1", "the keys of contextActivities are four", "context-activities-key",
            _related(sibling=[_ACTIVITY]), _related(parent=[], grouping=[], category=[], other=[_ACTIVITY])),
    Decided("2.4.6.2.s4.b2", "their values are activities", "value-type",
            _related(parent="https://example.org/quiz"), _related(parent=_ACTIVITY)),
    Decided("2.4.6.2.s4.b2", "or arrays of them", "object-type",
            _related(parent=[AGENT]), _related(parent=[_ACTIVITY, _ACTIVITY])),
]  # fmt: skip
