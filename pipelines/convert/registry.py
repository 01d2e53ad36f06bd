"""The formats there are: those of the package, and those that other packages bring by an entry point."""

import importlib
from importlib.metadata import entry_points
from typing import Final

from learnloom.pipelines.convert.format import Format, FormatFactory, Options, OptionsError

ENTRY_POINTS: Final = "learnloom.formats"
_ROOM: Final = "learnloom.pipelines.convert"
_BUILT_IN: Final[dict[str, str]] = {
    "assistments": "tables.platforms:Assistments",
    "caliper": "caliper.envelopes:Caliper",
    "canvas": "canvas.live_events:CanvasLiveEvents",
    "canvas-quiz": "tables.platforms:CanvasQuiz",
    "csv": "tables.table_format:TableFormat",
    "google-forms": "tables.platforms:GoogleForms",
    "moodle-grades": "tables.platforms:MoodleGrades",
    "moodle-quiz": "tables.platforms:MoodleQuiz",
    "oneroster": "oneroster:OneRoster",
    "openedx": "openedx.tracking_log:TrackingLog",
    "qti": "qti.result_reports:ResultReports",
    "scorm": "scorm.run_time:RunTimeData",
}
"""Name of each format of the package with `module:class` in this room, imported when it is used."""


def format_names() -> list[str]:
    """The names of all formats, sorted; one of a school's own wins over one of the package."""
    return sorted({*_BUILT_IN, *entry_points(group=ENTRY_POINTS).names})


def find_format(name: str) -> FormatFactory:
    """Load what makes a format.

    Raises:
        OptionsError: there is no such format, or it cannot be loaded.
    """
    own = [each for each in entry_points(group=ENTRY_POINTS) if each.name == name]
    if own:
        try:
            factory: FormatFactory = own[0].load()
        except (ImportError, AttributeError) as error:
            raise OptionsError(
                f"the format {name} ({own[0].value}) cannot be loaded: {error}: mend the package that brings it"
            ) from error
        return factory
    if name not in _BUILT_IN:
        raise OptionsError(f"there is no format {name!r}: there are {', '.join(format_names())}")
    module, _, attribute = _BUILT_IN[name].partition(":")
    built_in: FormatFactory = getattr(importlib.import_module(f"{_ROOM}.{module}"), attribute)
    return built_in


def make_format(name: str, options: Options) -> Format:
    """Make a format for one run.

    Raises:
        OptionsError: there is no such format, or its options are wrong.
    """
    return find_format(name)(options)
