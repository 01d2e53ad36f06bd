"""What is handed to whoever computes a bucket of students, and what comes back.

Both are small and can be pickled: rows never travel, only the names of the files that hold them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.refresh.buckets.key_range import KeyRange
from learnloom.pipelines.refresh.plan import Plan


@dataclass(frozen=True)
class Job:
    """What all buckets of one refresh have in common."""

    name: str
    """Part of the names of its files; no other refresh has it."""
    code_digest: str
    """Of the code by which the refresh was planned: rows computed by another would not fit."""
    plan: Plan
    """As the refresh's own, but that no version is fitted."""
    settings: Settings
    """Where the warehouse stands, and a school's choices."""
    shared: Mapping[str, str]
    """The Parquet files of what was computed for all buckets, by the full name of the relation, and of the keys of the
    students to compute under KEYS, unless they are all."""
    folders: Mapping[str, str]
    """Where the rows of a relation are written, by its full name; each ends with a slash."""


KEYS = "keys.student"


@dataclass(frozen=True)
class Bucket:
    """Some students of a job."""

    job: Job
    number: int
    keys: KeyRange


class RowsFile(NamedTuple):
    """A Parquet file with the rows of one relation."""

    path: str
    n_rows: int


class BucketRows(NamedTuple):
    """What a bucket has given."""

    number: int
    files: dict[str, RowsFile]
    """By the full name of the relation; a relation without rows has none."""
