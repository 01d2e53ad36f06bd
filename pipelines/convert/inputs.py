"""What there is to convert: files, folders, standard input; and how a file is known again."""

import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from learnloom.pipelines.convert.format import FolderFormat, Format
from learnloom.pipelines.ingest.sources.decode import CHUNK_BYTES
from learnloom.pipelines.ingest.sources.files import STDIN, STDIN_TOPIC
from learnloom.pipelines.ingest.sources.source import Problem

_UNFINISHED: Final = (".part", ".tmp", ".crdownload", ".filepart", "~")
"""Endings of files that are still being written."""
_DIGEST_BYTES: Final = 16


class Input(NamedTuple):
    """One thing to convert."""

    path: Path
    topic: str
    is_stream: bool


def find_inputs(paths: Sequence[Path], made: Format) -> tuple[list[Input], list[Problem]]:
    """List what is to be converted, each once and a folder's files sorted; and what is absent.

    Hidden files are passed over, and those that are still being written (by their ending).
    """
    found: dict[str, Input] = {}
    absent: list[Problem] = []
    for path in paths:
        if path == STDIN:
            found.setdefault(STDIN_TOPIC, Input(path, STDIN_TOPIC, is_stream=True))
            continue
        files = list(_exports(path, made)) if path.is_dir() else [path]
        if not path.exists():
            absent.append(Problem(str(path), "there is no such file or folder: check the path"))
        elif not files:
            absent.append(Problem(str(path), "the folder has no files"))
        else:
            for file in files:
                topic = os.fsencode(file.resolve()).decode(errors="backslashreplace")
                is_stream = not file.is_dir() and not stat.S_ISREG(file.stat().st_mode)
                found.setdefault(topic, Input(file, topic, is_stream))
    return list(found.values()), absent


def _exports(folder: Path, made: Format) -> Iterator[Path]:
    """The files below a folder, and the folders that are one export, sorted."""
    if isinstance(made, FolderFormat) and made.members(folder):
        yield folder
        return
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name.endswith(_UNFINISHED):
            continue
        if path.is_dir():
            yield from _exports(path, made)
        elif path.is_file():
            yield path


def content_digest(path: Path, made: Format) -> str:
    """Digest what a file holds; of a folder that is one export, of the files that are read, with their names.

    Raises:
        OSError: it cannot be read.
    """
    digest = hashlib.blake2b(digest_size=_DIGEST_BYTES)
    members = [path]
    if path.is_dir() and isinstance(made, FolderFormat):
        members = made.members(path)
    for member in members:
        if member != path:
            digest.update(f"{member.name}\0{member.stat().st_size}\0".encode())
        with member.open("rb") as file:
            while part := file.read(CHUNK_BYTES):
                digest.update(part)
    return digest.hexdigest()
