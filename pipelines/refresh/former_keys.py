"""What was kept of students under other keys of theirs, as that of whom they are now."""

from typing import Final

FORMER: Final = "dimensional.dim_former_key"
"""The keys by which students went before."""


def by_present_keys(rows: str, former: str) -> str:
    """SQL for rows of students, each under the key that the student goes by now.

    Args:
        rows: the table of the rows.
        former: where the relation of former keys stands.
    """
    return (
        "(SELECT kept.* REPLACE (coalesce(former.student_key, kept.student_key) AS student_key) "
        f"FROM {rows} AS kept LEFT JOIN {former} AS former ON kept.student_key = former.former_key)"
    )
