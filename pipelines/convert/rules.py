"""The rules by which a record is refused before there is a statement of it: ids are contracts, as of validation."""

from typing import Final

CONVERT_RULES: Final[dict[str, str]] = {
    "convert-cells": "a row has no more cells than the table has columns",
    "convert-correct": "what tells right from wrong is one of the mapping's words, or a share from 0 to 1",
    "convert-duration": "a duration is a number in the mapping's unit, from 0 to a year",
    "convert-event": "a record is an event of the format",
    "convert-failed": "a format converts every record or says why it cannot",
    "convert-id": "an id has at most 500 characters",
    "convert-item": "a record names what it is about: the question, the piece of work, the course",
    "convert-json": "an event is JSON, and whole",
    "convert-key": "a record has what names it for good",
    "convert-number": "a number is written as one",
    "convert-order": "rows of one attempt stand together",
    "convert-quotes": "quotes of a row are balanced, and doubled within text that stands in quotes",
    "convert-reference": "what a record refers to is there",
    "convert-student": "a record names a student",
    "convert-time": "a time is written as the format says, and is there where an answer needs it",
    "convert-too-big": "a record is no longer than LEARNLOOM_MAX_STATEMENT_BYTES",
    "convert-unfinished": "a record is ended before the file is",
    "convert-unreadable": "a message is of the format that the setting `conversions` names for its topic",
    "convert-xml": "a result is well-formed XML without a document type",
}
"""Rule id, and what must hold."""
FIX: Final = (
    "Mend the file or the mapping and import again with learnloom import --format: what has landed stays, and a file "
    "that was read by another mapping is read anew (docs/how-to/convert.md)"
)
"""How each of them is mended."""
