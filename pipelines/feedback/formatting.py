"""Figures in the plain English of commands and reports; messages are formatted by their language."""


def whole_percent(share: float) -> int:
    """A share, 0 to 1, in whole per cent; what is not all or nothing is never 0 or 100."""
    shown = round(share * 100)
    if shown in {0, 100} and 0 < share < 1:
        return 1 if shown == 0 else 99
    return shown


def percent(share: float) -> str:
    """Say a share: "85 %"; what is not all or nothing is never said to be."""
    return f"{whole_percent(share)} %"


def count(n: int, noun: str, plural: str | None = None) -> str:
    """Say how many: "1 answer", "3 answers"."""
    return f"{n} {noun}" if n == 1 else f"{n} {plural or noun + 's'}"
