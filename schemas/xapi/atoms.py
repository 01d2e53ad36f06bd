"""The indivisible values of a statement: identifiers, times, durations, language tags, numbers.

Each is a type whose refusal names a rule of the table. The patterns run in pydantic's Rust engine, which has
no backtracking: their time is linear in the text.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import AfterValidator, ConfigDict, Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

FORBID: Final = ConfigDict(extra="forbid", strict=True)
"""Every object of the specification is closed, and nothing is converted (2.2.s4.b1)."""


@dataclass(frozen=True, slots=True)
class Breaks:
    """Marks a type: whatever it refuses breaks the named rule."""

    rule: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Wrap the type's schema so that any error of it carries the rule's id as its type."""
        return core_schema.custom_error_schema(
            handler(source), custom_error_type=self.rule, custom_error_message="see the rule table"
        )


# RFC 3987, with RFC 3986's places for brackets and hashes. _STEP is a character of path or authority.
_PLAIN = r"""[^\x00-\x20\x7F-\xA0"#%<>?\[\\\]^`{|}\p{Z}]"""
_STEP = rf"(?:{_PLAIN}|%[0-9A-Fa-f]{{2}})"
_TAIL = rf"(?:\?(?:{_STEP}|\?)*)?(?:\#(?:{_STEP}|\?)*)?"
_HOST_LITERAL = rf"//(?:{_STEP}*@)?\[[0-9A-Fa-f:.vV]+\](?::[0-9]*)?(?:/{_STEP}*)?"
_IRI = rf"^[A-Za-z][A-Za-z0-9+.\-]*:(?:{_HOST_LITERAL}|{_STEP}+){_TAIL}$"
_ASCII = r"(?:[!$&-;=@-Z_a-z~]|%[0-9A-Fa-f]{2})"
_URI = rf"^[A-Za-z][A-Za-z0-9+.\-]*:{_ASCII}+(?:\?(?:{_ASCII}|\?)*)?(?:\#(?:{_ASCII}|\?)*)?$"

Iri = Annotated[str, Field(pattern=_IRI), Breaks("iri-format")]
Irl = Annotated[str, Field(pattern=_IRI), Breaks("irl-format")]
ExtensionKey = Annotated[str, Field(pattern=_IRI), Breaks("extension-key")]
OpenId = Annotated[str, Field(pattern=_URI), Breaks("openid-format")]

_LOCAL = r"""[^\x00-\x20\x7F-\xA0"(),:;<>@\[\\\]\p{Z}]"""
_LABEL = r"(?:[A-Za-z0-9_]|[^\x00-\xA0\p{Z}])(?:[A-Za-z0-9_\-]|[^\x00-\xA0\p{Z}])*"
Mbox = Annotated[
    str,
    Field(pattern=rf"^mailto:{_LOCAL}+@(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9A-Za-z:.]+\])$"),
    Breaks("mbox-format"),
]
MboxSha1Sum = Annotated[str, Field(pattern=r"^[0-9A-Fa-f]{40}$"), Breaks("mbox-sha1sum-format")]

# 2.4.1 recommends the RFC 4122 variant; the specification's own examples use others, so it is not demanded.
Uuid = Annotated[
    str,
    Field(pattern=r"^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$"),
    Breaks("uuid-format"),
]

# 1.0.3 demands ISO 8601 (4.5.s1.b1), "in its normal format" (2.4.7.s2): date and time in the extended format.
# RFC 3339 is only recommended (4.5.s1.b2), and so is the offset (s1.b4). So seconds may be left out and decimals
# follow a comma (ISO 8601:2004, 4.2.2.3 and 4.2.2.4), and an offset may be +hhmm or +hh; one of -00 is none.
# 2.0 demands RFC 3339, where the offset must stand, and where a blank or small letters may (5.6, note). So must
# seconds, but ADL's conformance suite sends a time without and demands that it be accepted (test/v2_0, 4.2.7).
_LEAP_YEAR = r"(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)"
_DATE = (
    r"(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    rf"|02-(?:0[1-9]|1[0-9]|2[0-8]))|{_LEAP_YEAR}-02-29)"
)
_HOUR = r"(?:[01][0-9]|2[0-3])"
_LOOSE_TIME = rf"{_HOUR}:(?:[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]+)?)?|59:60(?:[.,][0-9]+)?)"
_STRICT_TIME = rf"{_HOUR}:(?:[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)?|59:60(?:\.[0-9]+)?)"
_BEHIND = r"(?:0[1-9]|1[0-9]|2[0-3])"
_LOOSE_ZONE = rf"(?:Z|\+{_HOUR}(?::?[0-5][0-9])?|-{_BEHIND}(?::?[0-5][0-9])?|-00:?(?:0[1-9]|[1-5][0-9]))?"
_STRICT_ZONE = rf"(?:[Zz]|\+{_HOUR}:[0-5][0-9]|-{_BEHIND}:[0-5][0-9]|-00:(?:0[1-9]|[1-5][0-9]))"

Timestamp = Annotated[
    str, Field(pattern=rf"^{_DATE}T{_LOOSE_TIME}{_LOOSE_ZONE}$"), Breaks("timestamp-format")
]
"""Of version 1.0.x."""
StrictTimestamp = Annotated[
    str, Field(pattern=rf"^{_DATE}[Tt ]{_STRICT_TIME}{_STRICT_ZONE}$"), Breaks("timestamp-rfc3339")
]
"""Of version 2.0: RFC 3339 with an offset."""

Version = Annotated[
    str,
    # 2.4.10.s3.b1: whatever starts with 1.0.; the patch part is written as semantic versioning has it.
    Field(pattern=r"^(?:1\.0(?:\.[0-9]+(?:-[0-9A-Za-z.\-]+)?)?|2\.0\.0)$"),
    Breaks("version-format"),
]

# Only the smallest component may have decimals (ISO 8601:2004, 4.4.3.2); weeks stand alone (4.6.s2).
_N = r"[0-9]+"
_D = r"[0-9]+(?:[.,][0-9]+)?"
_CLOCK = rf"T(?:(?:{_N}H)?(?:{_N}M)?{_D}S|(?:{_N}H)?{_D}M|{_D}H)"
_CALENDAR = rf"(?:{_N}Y)?(?:{_N}M)?{_D}D|(?:{_N}Y)?{_D}M|{_D}Y"
Duration = Annotated[
    str,
    Field(pattern=rf"^P(?:{_D}W|{_CALENDAR}|(?:{_N}Y)?(?:{_N}M)?(?:{_N}D)?{_CLOCK})$"),
    Breaks("duration-format"),
]

# RFC 5646, 2.1. The first alternative needs no further check; extensions must not repeat a singleton (2.2.6).
_LANGUAGE = (
    r"(?:[A-Za-z]{2,3}(?:-[A-Za-z]{3}){0,3}|[A-Za-z]{4,8})(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|[0-9]{3}))?"
)
_VARIANTS = r"(?:-(?:[A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*"
_EXTENSIONS = r"(?:-[0-9A-WY-Za-wy-z](?:-[A-Za-z0-9]{2,8})+)+"
_PRIVATE = r"[xX](?:-[A-Za-z0-9]{1,8})+"
_IRREGULAR = (
    r"(?i:en-GB-oed|i-(?:ami|bnn|default|enochian|hak|klingon|lux|mingo|navajo|pwn|tao|tay|tsu)"
    r"|sgn-(?:BE-FR|BE-NL|CH-DE))"
)


def _singletons_differ(tag: str) -> str:
    singletons = [part for part in tag.lower().partition("-x-")[0].split("-") if len(part) == 1]
    if len(singletons) != len(set(singletons)):
        raise ValueError("a singleton is repeated")
    return tag


LanguageTag = Annotated[
    Annotated[str, Field(pattern=rf"^(?:{_LANGUAGE}{_VARIANTS}(?:-{_PRIVATE})?|{_PRIVATE}|{_IRREGULAR})$")]
    | Annotated[
        str,
        Field(pattern=rf"^{_LANGUAGE}{_VARIANTS}{_EXTENSIONS}(?:-{_PRIVATE})?$"),
        AfterValidator(_singletons_differ),
    ],
    Field(union_mode="left_to_right"),
    Breaks("language-tag"),
]

Number = Annotated[float, Field(allow_inf_nan=False)]
"""Any JSON number; true and false are none."""

LanguageMap = dict[LanguageTag, str]
Extensions = dict[ExtensionKey, Any]
