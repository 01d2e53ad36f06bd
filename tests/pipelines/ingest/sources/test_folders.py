"""What an import may not read costs nothing but itself, and is said."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.pipelines.ingest.samples import NOWHERE, file_source, lines_of, statements, values

_NOBODY = 65_534


@contextmanager
def _without_rights() -> Iterator[None]:
    """Be no superuser within the block: whoever is reads everything."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(_NOBODY)
    try:
        yield
    finally:
        os.seteuid(user)


def test_what_may_not_be_read_is_a_problem_and_costs_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of folders and files that another user has closed it is said that they cannot be read; the rest is."""
    monkeypatch.chdir(tmp_path)
    for name in ("inbox/open", "inbox/closed"):
        Path(name).mkdir(parents=True)
        (Path(name) / "a.jsonl").write_bytes(lines_of(statements(range(2))))
    tmp_path.chmod(0o755)
    Path("inbox/loop.jsonl").symlink_to("loop.jsonl")
    Path("inbox/gone.jsonl").symlink_to("nowhere.jsonl")
    Path("inbox/closed").chmod(0)
    with _without_rights():
        source = file_source(Path("inbox"), Path("inbox/closed/a.jsonl"))
        assert len(values(source.batches(NOWHERE))) == 2
    Path("inbox/closed").chmod(0o700)
    assert sorted(problem.name for problem in source.problems) == [
        "inbox/closed",
        "inbox/closed/a.jsonl",
        "inbox/loop.jsonl",
    ]
    assert all("cannot be read" in problem.message for problem in source.problems)
