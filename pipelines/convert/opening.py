"""Conversions that a person or the settings ask for: what is read, with which bounds."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from learnloom.pipelines.config.conversions import Conversion
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.convert.converter import Converter
from learnloom.pipelines.convert.files import ConvertedFiles
from learnloom.pipelines.convert.format import Options, OptionsError
from learnloom.pipelines.convert.receipt import Receipt
from learnloom.pipelines.convert.topics import ConvertedTopics
from learnloom.pipelines.ingest.sources.source import Source


def converter_of(settings: Settings, chosen: Conversion) -> Converter:
    """Make the format at work that is asked for, with the settings' bounds.

    Raises:
        OptionsError: there is no such format, or its options are wrong.
    """
    time_zone = chosen.time_zone or settings.time_zone
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise OptionsError(
            f"{time_zone!r} is no time zone: give an IANA name such as Europe/Berlin"
        ) from error
    options = Options(
        home_page=chosen.home_page,
        source=chosen.source,
        course=chosen.course,
        quiz=chosen.quiz,
        time_zone=time_zone,
        max_record_bytes=settings.max_statement_bytes,
        table=_read_table(chosen.map) if chosen.map is not None else {},
    )
    return Converter(chosen.format, options)


def converted_files(
    settings: Settings,
    chosen: Conversion,
    paths: Sequence[Path],
    *,
    stdin: BinaryIO | None = None,
    is_again: bool = False,
) -> ConvertedFiles:
    """The files to convert, with the settings' bounds; see `ConvertedFiles`.

    Raises:
        OptionsError: there is no such format, or its options are wrong.
    """
    return ConvertedFiles(
        converter_of(settings, chosen),
        paths,
        max_records=settings.batch_records,
        max_bytes=settings.batch_bytes,
        stdin=stdin,
        is_again=is_again,
    )


class ConvertingTopics:
    """Wraps sources of topics, each time anew after a trouble; counts on in one receipt."""

    def __init__(self, converters: Mapping[str, Converter]) -> None:
        """Take the format at work of each topic."""
        self._converters = converters
        self.receipt = Receipt()

    def __call__(self, source: Source) -> Source:
        """Give the source that converts."""
        return ConvertedTopics(source, self._converters, self.receipt)


def converting_topics(settings: Settings, topics: Iterable[str]) -> ConvertingTopics | None:
    """What converts the topics that have a format by the settings; None where none has.

    Raises:
        OptionsError: there is no such format, or its options are wrong.
    """
    formats = {topic: chosen for chosen in settings.conversions for topic in chosen.topics}
    converters = {topic: converter_of(settings, formats[topic]) for topic in topics if topic in formats}
    return ConvertingTopics(converters) if converters else None


def _read_table(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise OptionsError(f"{path} is no TOML: {error}") from error
    except OSError as error:
        raise OptionsError(f"{path} cannot be read: {error.strerror or error}") from error
