"""What the specification says on each kind of disagreement with another validator.

Sections are those of xAPI-Data 1.0.3, as in the rule table. `right` says whose verdict follows: "ours" or
"theirs". Of the latter there is none: where the other was right, ours was changed.
"""

from typing import Final, NamedTuple


class Decision(NamedTuple):
    """Why one verdict is right."""

    section: str
    sentence: str
    right: str = "ours"


# By what the other did and, if it accepted, our rule, or else the kind of its complaint and perhaps its
# place.
_DECISIONS: Final[dict[tuple[str, str], Decision]] = {
    ("accepted", "iri-format"): Decision(
        "4.3; RFC 3987, 2.2",
        "a scheme begins with a letter; blanks, <>, unpaired brackets, a second # and a % without two hex digits"
        " stand in no IRI",
    ),
    ("accepted", "irl-format"): Decision("4.3; RFC 3987, 2.2", "an IRL is an IRI: no blanks, no second #"),
    ("accepted", "openid-format"): Decision("2.4.2.3.s3.table1.row3; RFC 3986, 3", "an openid is a URI"),
    ("accepted", "extension-key"): Decision("4.1.s3.b1", "the keys of extensions are IRIs"),
    ("accepted", "group-member-agent"): Decision("2.4.2.2.s4.b2", "no Group may be a member of a Group"),
    ("accepted", "actor-type"): Decision("2.4.2.2.s4.b2", "members are Agents"),
    ("accepted", "attachment-length"): Decision(
        "2.4.11.s2.table1.row5", "a length counts octets: never negative"
    ),
    ("accepted", "attachment-sha2"): Decision(
        "2.4.11.s2.table1.row6", "sha2 is a SHA-2 hash: 224 bits or more"
    ),
    ("accepted", "mbox-sha1sum-format"): Decision("2.4.2.3.s3.table1.row2", "SHA-1 in hex has 40 digits"),
    ("accepted", "pattern-numeric"): Decision("2.4.4.1.s10.table1.row8", "a number, or two around [:]"),
    ("accepted", "pattern-delimiter"): Decision(
        "2.4.4.1.s10.table1.row2", "the delimiter must not be used where there is one item"
    ),
    ("accepted", "pattern-true-false"): Decision("2.4.4.1.s10.table1.row1", "either true or false"),
    ("accepted", "uuid-format"): Decision("4.4; RFC 4122, 3", "a UUID is written without braces or prefix"),
    ("accepted", "score-min-below-max"): Decision(
        "2.4.5.1.s2.table1.row3", "min is less than max, not equal"
    ),
    ("accepted", "authority-consumer-account"): Decision(
        "2.4.9.s7.b1", "the consumer of an OAuth pair is identified by an account"
    ),
    ("accepted", "team-group"): Decision("2.4.6.s3.table1.row3", "a team is a Group"),
    ("accepted", "statement-ref-type"): Decision("2.4.4.3.s4.b1", "a reference says objectType StatementRef"),
    ("accepted", "component-id-unique"): Decision("2.4.4.1.s16.b1", "ids within a list of components differ"),
    ("accepted", "mbox-format"): Decision(
        "2.4.2.3.s3.table1, 2.2.s4.b1.b4, 2.2.s4.b5; RFC 3986, 3.1",
        "the format asked for begins with mailto: and values have case unless it is said otherwise; a scheme has"
        " none in RFC 3986, but is to be written in small letters, and the SHA-1 of an mbox is that of its letters",
    ),
    ("accepted", "timestamp-format"): Decision(
        "4.5.s1.b1, 2.4.7.s2; ISO 8601:2004, 4.2.2.3",
        "seconds may be left out, for RFC 3339 is only recommended (4.5.s1.b2); but an existing date, hour and minute"
        " must stand there in the extended format, and -00:00 is no offset",
    ),
    ("refused", "TypeWarning at context activities"): Decision(
        "2.4.6.2.s4.b4", "a single activity is taken as an array of one"
    ),
    ("refused", "TypeWarning Internationalized Resource Identifier (IRI)"): Decision(
        "4.3; RFC 3987, 2.2", "an IRI needs no // and no host: any scheme, then a path"
    ),
    ("refused", "TypeWarning Mailto"): Decision(
        "2.4.2.3.s3.table1.row1; RFC 5321, 4.1.2",
        "an address may have apostrophes, an address literal or letters beyond ASCII, and a domain of one label",
    ),
    ("refused", "TypeWarning Universal Unique Identifier (UUID)"): Decision(
        "4.4", "the variant of a UUID is only recommended; the specification's own examples use others"
    ),
    ("refused", "TypeWarning ISO Duration"): Decision(
        "4.6.s1.b1; ISO 8601:2004, 4.4.3.2", "the smallest component may have decimals, whichever it is"
    ),
    ("refused", "TypeWarning ISO Timestamp"): Decision(
        "4.5.s1.b1, 4.5.s1.b4; ISO 8601:2004, 4.2.2.4",
        "the offset is only recommended in 1.0.3, and may be written +hh; decimals may follow a comma",
    ),
    ("accepted", "duration-format"): Decision(
        "4.6.s1.b1; ISO 8601:2004, 4.4.3.2", "a duration begins with P, and after T stands a time"
    ),
    ("accepted", "language-tag"): Decision("4.2; RFC 5646, 2.2.6", "a singleton must not be repeated"),
    ("ralph", "no_empty_value"): Decision(
        "2.2.s4", "nothing forbids an empty text or object where no part of it is required"
    ),
    ("ralph", "string_too_short"): Decision("4.2, 2.4.4.1.s15.table1", "a text or component id may be empty"),
    ("ralph", "value_error at mbox"): Decision(
        "2.4.2.3.s3.table1.row1; RFC 5321, 4.1.3", "an address may be a literal, its domain of one label"
    ),
    ("ralph", "value_error"): Decision(
        "4.2; RFC 5646, 2.1", "a tag must be well-formed; that it is registered is not asked for"
    ),
    ("ralph", "datetime_from_date_parsing"): Decision(
        "4.5.s1.b1; RFC 3339, 5.7", "a leap second is a second"
    ),
    ("ralph", "string_pattern_mismatch at id"): Decision(
        "2.4.4.1.s16.b2", "that the id of a component has no white space is only recommended"
    ),
    ("ralph", "string_pattern_mismatch at mbox_sha1sum"): Decision(
        "2.4.2.3.s3.table1.row2", "hex digits have no case"
    ),
}

_CONTEXT_KINDS: Final = ("parent", "grouping", "category", "other")


def decide(did: str, what: str) -> Decision | None:
    """Look up what decides; `what` may say where, after "at", which matters only where no kind is told."""
    kind, _, place = what.partition(" at ")
    if kind == "TypeWarning" and place in _CONTEXT_KINDS:
        kind = "TypeWarning at context activities"
    return _DECISIONS.get((did, what)) or _DECISIONS.get((did, kind))
