"""A table for a terminal or a page, and how figures stand in it."""

from typing import NamedTuple

from learnloom.pipelines.evaluate.figure import Figure


class Table(NamedTuple):
    """One table with its title."""

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[object, ...]]


def told(figure: Figure) -> str:
    """A figure with its interval in one cell, or why it is unknown."""
    if figure.value is None:
        return f"unknown: {figure.unknown}"
    return f"{decimals(figure.value)}{between(figure, ' ({} to {})')}"


def between(figure: Figure, pattern: str) -> str:
    """The ends of the interval in the words of `pattern`; empty where there is none."""
    if figure.low is None or figure.high is None:
        return ""
    return pattern.format(decimals(figure.low), decimals(figure.high))


def decimals(value: float | None) -> str | None:
    """Three places, always, so that columns can be compared."""
    return None if value is None else f"{value:.3f}".replace("-0.000", "0.000")
