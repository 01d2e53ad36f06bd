"""Words of `learnloom erase`: how far an erasure has come, and what a receipt says."""

from typing import Any, Final

from learnloom.pipelines.feedback.formatting import count

DONE: Final = {
    "hidden": "hidden",
    "door": "out of what stands beside the warehouse",
    "refreshed": "out of what is told of courses and skills",
    "told": "receivers are told",
    "rewritten": "out of the files in use",
    "expired": "out of all files",
    "backups": "out of the backups",
    "gone": "gone",
}
"""What is done of an erasure by its step."""


def told(receipt: dict[str, Any]) -> list[str]:
    """What a receipt says, a sentence a line."""
    searched, models = receipt["searched"], receipt["models"]
    rows = sum(each["before"] for each in receipt["relations"].values())
    left = sum(each["after"] for each in receipt["relations"].values())
    lines = [
        (
            f"Asked for {_minute(receipt['requested_at'])}, hidden {_minute(receipt['hidden_at'])}, "
            f"gone {_minute(receipt['gone_at'])}. Reason: {receipt['reason']}."
        ),
        (
            f"{count(receipt['statements'], 'statement')} erased, the student replaced in "
            f"{count(receipt['statements_of_others_changed'], 'statement')} of others, "
            f"{count(receipt['dead_letters_emptied'], 'refused record')} emptied, "
            f"{count(receipt['events_removed'], 'event')} removed."
        ),
        f"{count(rows, 'row')} in {count(len(receipt['relations']), 'table')} before, {left:,} after.",
        (
            f"{count(len(receipt['files_written_anew']), 'file')} written anew, "
            f"{count(receipt['snapshots'].get('snapshots', 0), 'earlier state')} of the warehouse dropped."
        ),
        f"{count(len(searched['tokens']), 'text')} searched in {count(searched['files'], 'file')} and not found.",
    ]
    if searched["not_searched_because_others_have_them_too"]:
        shared = count(searched["not_searched_because_others_have_them_too"], "text")
        lines.append(f"Not searched, because others have them too: {shared}.")
    if models["fitted_with"] and models["first_fitted_without"] is None:
        lines.append("The model in use was fitted with the student: `learnloom train` fits one without.")
    elif models["fitted_with"]:
        lines.append(
            f"The first model fitted without the student is version {models['first_fitted_without']}."
        )
    return [
        *lines,
        *(f"Out of reach: {each['what']}. Until: {each['until']}." for each in receipt["out_of_reach"]),
    ]


def _minute(moment: str) -> str:
    return f"{moment[:10]} {moment[11:16]} UTC"
