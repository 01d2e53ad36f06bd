"""Attachments (xAPI-Data 2.4.11, 2.6)."""

from typing import Annotated, Any, Final, NotRequired

from pydantic import Field, with_config
from typing_extensions import TypedDict  # pydantic asks for it below Python 3.12

from learnloom.schemas.xapi.atoms import FORBID, Breaks, Iri, Irl, LanguageMap
from learnloom.schemas.xapi.rule import Breach, Path

SIGNATURE: Final = "http://adlnet.gov/expapi/attachments/signature"
"""The usageType of a signature (2.6.s4.b1)."""

_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z\-]+"
_QUOTED = r'"(?:[^"\\\x00-\x08\x0A-\x1F\x7F]|\\[\x09\x20-\x7E])*"'
_MEDIA_TYPE = rf"^{_WORD}/{_WORD}(?:[ \t]*;[ \t]*{_WORD}=(?:{_WORD}|{_QUOTED}))*[ \t]*;?$"

# The specification names no encoding for sha2: hex is usual, Base64 is seen. By the length of the hash.
_SHA2 = (
    r"^(?:[0-9A-Fa-f]{56}|[0-9A-Fa-f]{64}|[0-9A-Fa-f]{96}|[0-9A-Fa-f]{128}"
    r"|[0-9A-Za-z+/_\-]{38}==|[0-9A-Za-z+/_\-]{43}=|[0-9A-Za-z+/_\-]{64}|[0-9A-Za-z+/_\-]{86}==)$"
)


@with_config(FORBID)
class Attachment(TypedDict):
    """The header of a file that belongs to a statement; the file itself travels apart or is fetched."""

    usageType: Iri
    display: LanguageMap
    description: NotRequired[LanguageMap]
    contentType: Annotated[str, Field(pattern=_MEDIA_TYPE), Breaks("attachment-content-type")]
    # A whole number however it is written: JSON knows no integers, and 27.0 is 27.
    length: Annotated[float, Field(ge=0, multiple_of=1, allow_inf_nan=False), Breaks("attachment-length")]
    sha2: Annotated[str, Field(pattern=_SHA2), Breaks("attachment-sha2")]
    fileUrl: NotRequired[Irl]


def check_attachments(attachments: Any, path: Path, found: list[Breach]) -> None:
    """Add to `found` the signatures that are not of the demanded media type."""
    for index, attachment in enumerate(attachments if isinstance(attachments, list) else ()):
        if not isinstance(attachment, dict) or attachment.get("usageType") != SIGNATURE:
            continue
        kind = attachment.get("contentType")
        if isinstance(kind, str) and kind.partition(";")[0].strip().lower() != "application/octet-stream":
            found.append(Breach("attachment-signature", (*path, index, "contentType"), kind))
