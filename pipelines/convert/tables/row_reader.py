"""What the rows of one file say: who, when, where; parts that many rows share are made once."""

from datetime import timedelta
from operator import itemgetter
from typing import Any, Final, NamedTuple

from learnloom.pipelines.convert.format import ConvertError, Options
from learnloom.pipelines.convert.tables.cells import Cells, Points
from learnloom.pipelines.convert.tables.columns import ABSENT, ColumnIndexes
from learnloom.pipelines.convert.tables.mapping import TableMapping
from learnloom.pipelines.convert.tables.statements import Setting, context_of, iri_of

KEPT: Final = 65_536
"""Shared parts that are kept at once."""
_NO_RESPONSE: Final = {"", "-"}


class Site(NamedTuple):
    """What holds for all rows of all files of one source."""

    mapping: TableMapping
    home_page: str
    course: str | None
    quiz: str | None
    time_zone: str

    @classmethod
    def of(cls, mapping: TableMapping, home_page: str, options: Options) -> "Site":
        """Take what the options say, else what the mapping does."""
        return cls(
            mapping,
            home_page,
            options.course or mapping.course,
            options.quiz or mapping.quiz,
            options.time_zone,
        )


class RowReader:
    """Reads the rows of one file."""

    def __init__(self, site: Site, place: ColumnIndexes, header: list[str], key: list[int]) -> None:
        """Take what is known of all rows, where their columns are, and which of these name a row for good."""
        self.mapping = site.mapping
        self.place = place
        self.header = header
        self.cells = Cells(site.mapping, site.time_zone)
        self._site = site
        self._key = key
        self._base = site.home_page.rstrip("/")
        # Every way to write them that occurs: lower() of each cell takes a tenth of the time of a row.
        self._empty = frozenset(
            way for text in site.mapping.empty for way in (text, text.lower(), text.upper(), text.title())
        )
        self._actors: dict[tuple[str, bool], dict[str, Any]] = {}
        self._settings: dict[tuple[str, ...], Setting] = {}
        shared = [place.course, place.quiz, place.skill, place.skill_name]
        self._shared = _getter([index for index in shared if index != ABSENT])
        self.is_answers = site.mapping.kind == "answers"

    def text(self, row: list[str], index: int) -> str | None:
        """What a cell says; None where it is empty, or there is no such column."""
        if index == ABSENT:
            return None
        text = row[index].strip()
        return None if text in self._empty else text

    def response(self, row: list[str], index: int) -> str | None:
        """What was answered; None where nothing was. "None" and the like may be an answer."""
        if index == ABSENT:
            return None
        text = row[index].strip()
        return None if text in _NO_RESPONSE else text

    def actor(self, row: list[str]) -> tuple[str, dict[str, Any]]:
        """Give the student's identifier, and the actor.

        Raises:
            ConvertError: nobody is named.
        """
        place = self.place
        student, is_email = self.text(row, place.student), False
        if student is None:
            student, is_email = self.text(row, place.email), True
        if student is None:
            column = self.header[place.student if place.student != ABSENT else place.email]
            raise ConvertError("convert-student", f"{column} is empty: nobody is named.", path=column)
        actor = self._actors.get((student, is_email))
        if actor is None:
            actor = (
                {"mbox": f"mailto:{student}"}
                if is_email
                else {"account": {"homePage": self._site.home_page, "name": student}}
            )
            _keep(self._actors, (student, is_email), actor)
        return student, actor

    def at(self, row: list[str]) -> str | None:
        """Give when it was; None where no column says so.

        Raises:
            ConvertError: the cell is empty, which only one of a grade may be, or is no time.
        """
        place = self.place
        if place.at != ABSENT:
            column, text = self.header[place.at], self.text(row, place.at)
            if text is not None:
                return self.cells.time(text, column)
            if self.is_answers:
                raise ConvertError("convert-time", f"{column} is empty: say when it was.", path=column)
            return None
        if place.order == ABSENT:
            return None
        order = self.cells.number(row[place.order], self.header[place.order])
        return (self.mapping.order_start + timedelta(seconds=order)).isoformat()

    def setting(self, row: list[str]) -> Setting:
        """Give course, quiz and skills.

        Raises:
            ConvertError: an id is too long.
        """
        raw = self._shared(row)
        setting = self._settings.get(raw)
        if setting is None:
            setting = self._setting(row)
            _keep(self._settings, raw, setting)
        return setting

    def _setting(self, row: list[str]) -> Setting:
        place, base, site = self.place, self._base, self._site
        course, quiz = self.text(row, place.course), self.text(row, place.quiz)
        course = iri_of(course, f"{base}/courses/", self.header[place.course]) if course else site.course
        quiz = iri_of(quiz, f"{base}/quizzes/", self.header[place.quiz]) if quiz else site.quiz
        names = self._split(self.text(row, place.skill_name))
        ids = self._split(self.text(row, place.skill)) or names
        if len(names) != len(ids):
            names = [""] * len(ids)
        skills = [
            (iri_of(each, f"{base}/skills/", "skill"), name) for each, name in zip(ids, names, strict=True)
        ]
        within = quiz if self.is_answers else course
        item_base = f"{base}/items/"
        if self.mapping.item_scope == "quiz" and within:
            item_base = within + ("/" if "#" in within else "#")
        return Setting(course, quiz, item_base, context_of(course, quiz, skills, self.mapping.language))

    def _split(self, text: str | None) -> list[str]:
        if text is None:
            return []
        separator = self.mapping.skill_separator
        parts = [text] if separator is None else text.split(separator)
        return [part.strip() for part in parts if part.strip()]

    def score(self, row: list[str], index: int, max_text: str | None) -> Points | None:
        """Give the points; None where the cell is empty.

        Raises:
            ConvertError: these are no points.
        """
        text = self.text(row, index)
        if text is None:
            return None
        score = self.cells.score(text, self.header[index])
        if score.max is not None or score.is_share:
            return score
        if max_text is not None:
            return score._replace(
                max=self.cells.number(max_text, f"what can be had for {self.header[index]}")
            )
        return score._replace(max=self.mapping.max_score)

    def seconds(self, row: list[str]) -> float | None:
        """Give how long it took; None where the cell is empty.

        Raises:
            ConvertError: it is no duration.
        """
        text = self.text(row, self.place.duration)
        return None if text is None else self.cells.seconds(text, self.header[self.place.duration])

    def key(self, row: list[str], student: str, item: str, at: str | None) -> str:
        """Name a row for good: by the mapping's columns; else by student, item and attempt, or of answers the time."""
        if self._key:
            return _SEPARATOR.join([*(row[index].strip() for index in self._key), item])
        last = self.text(row, self.place.attempt) if self.place.attempt != ABSENT else None
        if last is None:
            last = at or "" if self.is_answers else ""
        return f"{student}{_SEPARATOR}{item}{_SEPARATOR}{last}"


_SEPARATOR: Final = "\x1f"
"""Between the values of a key: ASCII's unit separator, which no table holds."""


def _getter(indices: list[int]) -> Any:
    """Gives a tuple of cells, whatever their number."""
    if not indices:
        return lambda _: ()
    if len(indices) == 1:
        index = indices[0]
        return lambda row: (row[index],)
    return itemgetter(*indices)


def _keep(kept: dict[Any, Any], key: object, value: object) -> None:
    """Keep a shared part; all are forgotten when there are too many."""
    if len(kept) >= KEPT:
        kept.clear()
    kept[key] = value
