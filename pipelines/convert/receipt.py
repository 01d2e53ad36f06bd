"""The receipt of a conversion: what became of every record, by kind of event."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

_MAX_KINDS = 1_000
"""Kinds, reasons and rules told apart; what comes beyond is counted as "other": a broken file may name millions."""
_OTHER = "other"


@dataclass
class Receipt:
    """What became of the records of one or more sources."""

    read: int = 0
    statements: int = 0
    converted: Counter[str] = field(default_factory=Counter)
    """Records that gave statements, by kind of event."""
    ignored: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Records that gave none, by kind of event and reason."""
    refused: Counter[str] = field(default_factory=Counter)
    """Records that could not be converted, by rule."""
    examples: dict[str, str] = field(default_factory=dict)
    """Place and fault of one refused record by rule."""

    def count_converted(self, kind: str, statements: int) -> None:
        """Count a record that gave statements."""
        self.read += 1
        self.statements += statements
        self.converted[_name(kind, self.converted)] += 1

    def count_ignored(self, kind: str, reason: str) -> None:
        """Count a record that gave none."""
        self.read += 1
        key = (kind, reason)
        self.ignored[key if key in self.ignored or len(self.ignored) < _MAX_KINDS else (_OTHER, _OTHER)] += 1

    def count_refused(self, rule: str, example: str) -> None:
        """Count a record that could not be converted."""
        self.read += 1
        rule = _name(rule, self.refused)
        self.refused[rule] += 1
        self.examples.setdefault(rule, example)

    def add(self, other: "Receipt") -> None:
        """Count all of another receipt."""
        self.read += other.read
        self.statements += other.statements
        self.converted.update(other.converted)
        self.ignored.update(other.ignored)
        self.refused.update(other.refused)
        self.examples = other.examples | self.examples

    def as_dict(self) -> dict[str, Any]:
        """Give it for machines."""
        return {
            "read": self.read,
            "statements": self.statements,
            "converted": dict(self.converted.most_common()),
            "ignored": [
                {"kind": kind, "reason": reason, "records": count}
                for (kind, reason), count in self.ignored.most_common()
            ],
            "refused": [
                {"rule": rule, "records": count, "example": self.examples[rule]}
                for rule, count in self.refused.most_common()
            ],
        }


def _name(name: str, counted: Counter[str]) -> str:
    return name if name in counted or len(counted) < _MAX_KINDS else _OTHER
