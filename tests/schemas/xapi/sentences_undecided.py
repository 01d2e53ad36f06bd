"""Sentences that one statement cannot keep or break, and sentences by which none may be refused."""

from tests.schemas.xapi.samples import MINIMAL, REFERENCE
from tests.schemas.xapi.sentences import BODY, MEANING, OTHERS, READER, STORE, Allowed, Undecided

_VOIDED = "http://adlnet.gov/expapi/verbs/voided"

UNDECIDED: list[Undecided] = [
    Undecided("2.2.s2.b5", "a store gives properties back as they were written", STORE),
    Undecided("2.2.s4.b3", "a store keeps numbers with the precision of 32-bit floats", STORE),
    Undecided("2.2.s4.b4", "a store holds the parameters of requests to the same formats", STORE),
    Undecided(
        "2.3.1.s9.b1", "what may change on the way is passed over in comparing", "schemas/xapi/equality.py"
    ),
    Undecided("2.3.1.s9.b2", "all else counts in comparing", "schemas/xapi/equality.py"),
    Undecided(
        "2.3.2.s2.b3", "a voiding statement is never voided itself", OTHERS + ": dimensional relations do it"
    ),
    Undecided("2.4.1.s2.b1", "a store makes an id where none came", STORE),
    Undecided("2.4.2.2.s3.b1", "no two anonymous groups are taken for the same", READER),
    Undecided("2.4.3.s4.b1", "the meaning of a verb is taken from its IRI", READER),
    Undecided("2.4.3.s4.b3", "one verb's IRI has one meaning", MEANING),
    Undecided("2.4.3.s5.b2", "display shows what the IRI means", MEANING),
    Undecided("2.4.3.s6.b1", "a store gives display back in the exact format", STORE),
    Undecided("2.4.3.s7.b1", "display changes no meaning", MEANING),
    Undecided("2.4.3.s7.b2", "nothing is concluded from display", READER),
    Undecided("2.4.3.s7.b3", "display is there for people only", READER),
    Undecided("2.4.3.s7.b5", "what is shown of a verb does not differ from its meaning", READER),
    Undecided("2.4.4.1.s3.b1", "an activity's id is unique", MEANING),
    Undecided("2.4.4.1.s3.b2", "an activity's id always means the same activity", MEANING),
    Undecided("2.4.4.1.s4.b1", "a store does nothing where several authors use one id", STORE),
    Undecided("2.4.4.1.s4.b2", "a store takes one id for one activity", STORE),
    Undecided("2.4.4.1.s5.b1", "a provider uses one id for one activity", MEANING),
    Undecided("2.4.4.1.s5.b2", "statements about one id fit those that came before", OTHERS),
    Undecided("2.4.4.1.s5.b3", "new versions of an activity break nothing", MEANING),
    Undecided(
        "2.4.4.1.s10.table1.row3",
        "the pattern of a fill-in with one item has no delimiter",
        "an item may be an empty text here, so that a delimiter always stands between two",
    ),
    Undecided("2.4.6.s4.b3", "language is left out where it is unknown", MEANING),
    Undecided("2.4.6.2.s4.b3", "a store gives context activities back as arrays", STORE),
    Undecided("2.4.6.2.s4.b4", "of a single activity it makes an array of one", STORE),
    Undecided(
        "2.4.7.s3.b4",
        "a provider sends no future timestamp",
        "a receiver is not to refuse it (2.4.7.s3.b6); `learnloom check` tells it as timestamp-implausible",
    ),
    Undecided("2.4.8.s3.b2", "a store sets stored, whatever came", STORE),
    Undecided("2.4.9.s3.b2", "a store takes the user as authority", STORE),
    Undecided("2.4.9.s3.b3", "whatever is stored has an authority", STORE),
    Undecided(
        "2.4.9.s7.b3", "the consumer's account is named by the consumer key", "only the store knows its keys"
    ),
    Undecided(
        "2.4.9.s7.b4", "a registered consumer has the token endpoint as homePage", "only the store knows it"
    ),
    Undecided(
        "2.4.9.s7.b5", "another consumer has the temporary endpoint as homePage", "only the store knows it"
    ),
    Undecided("2.4.9.s7.b6", "an unregistered consumer's name is not trusted", STORE),
    Undecided("2.4.10.s3.b3", "a store gives the version back, 1.0.0 where there was none", STORE),
    Undecided(
        "2.4.10.s4.b1",
        "a provider that sets the version sets 1.0.0",
        "a receiver must accept every 1.0.x (2.4.10.s3.b1)",
    ),
    Undecided("2.4.11.s2.table1.row1", "for certificates a usageType is coined", MEANING),
    Undecided("2.5.s3.b1", "the address of more results lasts for a day", STORE),
    Undecided("2.6.s4.b3", "a signature is of the whole statement before it was signed", BODY),
    Undecided("2.6.s4.b4", "a signature is made by RS256, RS384 or RS512", BODY),
    Undecided("2.6.s5.b1", "a store refuses malformed signatures", BODY),
    Undecided("2.6.s5.b3", "a store decodes, compares and verifies a signature", BODY),
    Undecided("2.6.s6.b1", "clients sign as demanded", BODY),
    Undecided("2.6.s6.b2", "that a store accepted a signature proves nothing", READER),
    Undecided("3.1.s1.b2", "new verbs have IRIs that their makers control", MEANING),
    Undecided("4.5.s1.b3", "timestamps keep their milliseconds", STORE + "; the bytes received are kept"),
]

ALLOWED: list[Allowed] = [
    Allowed("2.2.s2.b4", "properties stand in any order", dict(reversed(MINIMAL.items()))),
    Allowed("2.3.2.s2.b5", "what a void names may be unknown", {"verb": {"id": _VOIDED}, "object": REFERENCE}),
    Allowed("2.4.4.1.s13.b4", "a response pattern may be of any length", {
        "object": {"id": "a:b", "definition": {
            "interactionType": "long-fill-in", "correctResponsesPattern": ["x" * 5_000]}}
    }),
    Allowed("2.4.4.1.s13.b5", "there may be any number of response patterns", {
        "object": {"id": "a:b", "definition": {
            "interactionType": "fill-in", "correctResponsesPattern": [str(one) for one in range(500)]}}
    }),
    Allowed("2.4.4.1.s13.b5", "there may be none", {
        "object": {"id": "a:b", "definition": {"interactionType": "choice", "correctResponsesPattern": []}}
    }),
    Allowed("2.4.4.1.s12", "parameters of a response are not judged", {
        "object": {"id": "a:b", "definition": {
            "interactionType": "fill-in", "correctResponsesPattern": ["{case_matters=maybe}a"]}}
    }),
    Allowed("2.4.7.s3.b6", "a future timestamp is not refused", {"timestamp": "2999-01-01T00:00:00Z"}),
    Allowed("2.4.10.s3.b1", "every version that begins with 1.0. is accepted", {"version": "1.0.17"}),
    Allowed("Communication 3.3.s3.b3", "1.0 counts as 1.0.0", {"version": "1.0"}),
    Allowed("4.1.s3.b2", "nothing is refused for the value of an extension", {
        "result": {"extensions": {"a:b": None, "a:c": "", "a:d": {}, "a:e": [[None, {"": -1.5}]], "a:f": "x:y"}}
    }),
    Allowed("4.6.s1.b4", "a duration may be more precise than 0.01 s", {"result": {"duration": "PT1.23456S"}}),
]  # fmt: skip
