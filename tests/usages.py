"""Every verb and type that rules of a vocabulary name, with everything on which a rule may hang."""

import itertools
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from learnloom.pipelines.ingest.catalogue.vocabulary_rules import RuleRow

_IDS: Final = (
    "https://m.example/course/view.php?id=2",
    *(
        f"https://m.example/mod/{kind}/view.php?id=1"
        for kind in (
            "assign",
            "book",
            "folder",
            "imscp",
            "lesson",
            "lti",
            "quiz",
            "resource",
            "scorm",
            "url",
            "workshop",
        )
    ),
    "https://m.example/mod/lesson/view.php?id=1&pageid=3",
    *(
        f"https://e.example/xblock/block-v1:S+M+1+type@{kind}+block@a"
        for kind in ("chapter", "html", "poll", "problem", "sequential", "vertical", "video")
    ),
    "urn:articulate:storyline:6abc/8def",
    "http://8abc_rise/9def",
    "http://8abc_course_id/9def",
    "https://b.example/webapps/gradebook/do/instructor/enterGradeCenter?course_id=_4",
    "https://other.example/x",
)


class Usage(NamedTuple):
    """A word as sent, and its circumstances; absent is None."""

    form: str
    """verb or type."""
    word: str
    on: str | None
    """Of a verb the type of its object, of a type the id of the activity."""
    within: str | None
    platform: str | None


def usages_of(rules: Sequence[RuleRow]) -> Iterator[Usage]:
    """Yield every combination of what the rules name, of what they do not name, and of ids of platforms."""
    for form in ("verb", "type"):
        for word in sorted({str(row.from_id) for row in rules if row.form == form}):
            own = [row for row in rules if (row.form, row.from_id) == (form, word)]
            ons = {row.on_type for row in own} | {None, "x:other"} if form == "verb" else set(_IDS)
            withins = {row.within_type for row in own} | {None, "x:other"} if form == "verb" else {None}
            platforms = {row.platform for row in own} | {None, "other"}
            for on, within, platform in itertools.product(ons, withins, platforms):
                yield Usage(form, word, on, within, platform)
