"""From rows to statements: of tables with a row for each answer, and of those with a column for each question."""

from typing import Any

from learnloom.pipelines.convert.format import Converted, ConvertError
from learnloom.pipelines.convert.tables.columns import ABSENT, ItemPlace
from learnloom.pipelines.convert.tables.row_reader import KEPT, RowReader
from learnloom.pipelines.convert.tables.statements import (
    ANSWERED_VERB,
    HINT_VERB,
    ITEM_TYPES,
    SCORED_VERB,
    ItemResult,
    activity,
    iri_of,
    result_of,
    statement,
)


class _Items:
    """What both kinds of tables have in common."""

    def __init__(self, reader: RowReader) -> None:
        self._reader = reader
        self._mapping = mapping = reader.mapping
        self._verb = ANSWERED_VERB if reader.is_answers else SCORED_VERB
        self.kind = "answer" if reader.is_answers else "grade"
        """What a row is called in the receipt."""
        self._type = mapping.item_type or ("question" if reader.is_answers else "assignment")
        self._activities: dict[tuple[str, str, str], dict[str, Any]] = {}

    def _activity(self, item: str, base: str, kind: str, name: str, column: str) -> dict[str, Any]:
        """Give the activity of an item, the same one for the same item."""
        raw = (base + item, kind, name)
        made = self._activities.get(raw)
        if made is None:
            made = activity(iri_of(item, base, column), ITEM_TYPES[kind], name, self._mapping.language)
            if len(self._activities) >= KEPT:
                self._activities.clear()
            self._activities[raw] = made
        return made


class LongTable(_Items):
    """Each row is an answer to one question, or the score of one piece of work."""

    def __init__(self, reader: RowReader) -> None:
        """Look which columns there are."""
        super().__init__(reader)
        place = reader.place
        self._has_score, self._has_response = place.score != ABSENT, place.response != ABSENT
        self._has_name, self._has_hints = place.item_name != ABSENT, place.hints != ABSENT

    def convert(self, row: list[str]) -> Converted:
        """Make the statement of a row, and that of its hints.

        Raises:
            ConvertError: something is absent or wrong.
        """
        reader, place = self._reader, self._reader.place
        text, cells, header = reader.text, reader.cells, reader.header
        item = text(row, place.item)
        if item is None:
            column = header[place.item]
            raise ConvertError(
                "convert-item", f"{column} is empty: nothing is named that was done.", path=column
            )
        correct = text(row, place.correct)
        response = reader.response(row, place.response) if self._has_response else None
        score = reader.score(row, place.score, text(row, place.max)) if self._has_score else None
        is_empty = correct is None and score is None and response is None
        if is_empty and reader.is_answers:
            return Converted((), self.kind, "", f"no {self.kind}")
        student, actor = reader.actor(row)
        at, setting = reader.at(row), reader.setting(row)
        name = (text(row, place.item_name) or "") if self._has_name else ""
        made = self._activity(item, setting.item_base, self._type, name, header[place.item])
        key = reader.key(row, student, made["id"], at)
        if is_empty:
            return Converted((), self.kind, key, f"no {self.kind}", withdrawn=(self.kind,))
        told = None if correct is None else cells.truth(correct, header[place.correct])
        result = result_of(ItemResult(told, score, response, reader.seconds(row)))
        statements = [statement(self._verb, actor, made, context=setting.context, at=at, result=result)]
        names = [self.kind]
        hints = text(row, place.hints) if self._has_hints else None
        if hints is not None and cells.number(hints, header[place.hints]) > 0:
            statements.insert(0, statement(HINT_VERB, actor, made, context=setting.context, at=at, result={}))
            names.insert(0, "hint")
        return Converted(statements, self.kind, key, names=names, can_change=True)


class WideTable(_Items):
    """Each row is a student, with columns for each question or piece of work."""

    def __init__(self, reader: RowReader, items: list[ItemPlace]) -> None:
        """Take the columns of the questions, too."""
        super().__init__(reader)
        self.kind += "s"
        self._items = items

    def convert(self, row: list[str]) -> Converted:
        """Make a statement of each cell that holds something.

        How long all took says nothing of one question, and is left out.

        Raises:
            ConvertError: something is absent or wrong.
        """
        reader = self._reader
        answers = [(item, self._answer(row, item)) for item in self._items]
        if reader.is_answers and all(answer is None for _, answer in answers):
            return Converted((), self.kind, "", f"no {self.kind}")
        student, actor = reader.actor(row)
        at, setting = reader.at(row), reader.setting(row)
        statements, names, withdrawn = [], [], []
        for item, answer in answers:
            name = reader.text(row, item.name_cell) or item.name
            kind = self._mapping.item_types.get(item.type, self._type)
            made = self._activity(item.item, setting.item_base, kind, name, item.item)
            if answer is None:
                withdrawn.append(made["id"])
                continue
            result = result_of(answer)
            statements.append(
                statement(self._verb, actor, made, context=setting.context, at=at, result=result)
            )
            names.append(made["id"])
        key = reader.key(row, student, setting.quiz or setting.course or "", at)
        return Converted(
            statements,
            self.kind,
            key,
            ignored=None if statements else f"no {self.kind}",
            names=names,
            can_change=True,
            # A grade may be cleared, an answer not be taken back.
            withdrawn=() if reader.is_answers else withdrawn,
        )

    def _answer(self, row: list[str], item: ItemPlace) -> ItemResult | None:
        """Read what a row says of one question or piece of work; None: nothing."""
        reader, told = self._reader, None
        response, correct = reader.response(row, item.response), reader.text(row, item.correct)
        score = reader.score(row, item.score, item.max_score or None)
        if response is None and score is None and correct is None:
            return None
        if correct is not None:
            told = reader.cells.truth(correct, reader.header[item.correct])
        elif score is None and response is not None:
            right = reader.text(row, item.right_answer)
            told = None if right is None else response == right
        return ItemResult(told, score, response)
