"""Lists of people where statements land under pseudonyms: nothing else of them is kept."""

from pathlib import Path

import pytest

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.people.errors import PeopleFileError
from learnloom.pipelines.people.events import read_events
from learnloom.pipelines.people.identifier import pseudonym_of
from learnloom.pipelines.people.import_people import import_people
from learnloom.pipelines.people.oneroster import MatchBy
from learnloom.pipelines.pseudonyms.pseudonyms import Pseudonyms
from tests.pipelines.people.make import TELLER

_PSEUDONYMS = Pseudonyms(b"k" * 32, home_page="https://school.example/pseudonyms", key_id="1")
_HEAD = "mailto:head@school.example"


def test_staff_are_named_by_their_pseudonyms(tmp_path: Path) -> None:
    """A list by identifiers tells of pseudonyms; of a roster the home page has to be told."""
    (tmp_path / "people.csv").write_text(f"identifier,role\n{_HEAD},principal\n")
    (tmp_path / "users.csv").write_text("sourcedId,role\nt1,teacher\n")

    def imported(name: str, home_page: str | None = None) -> None:
        import_people(
            warehouse,
            tmp_path / name,
            TELLER,
            match=MatchBy.SOURCED_ID,
            home_page=home_page,
            wait_seconds=20.0,
            pseudonyms=_PSEUDONYMS,
        )

    with Warehouse(tmp_path / "warehouse") as warehouse:
        imported("people.csv")
        with pytest.raises(PeopleFileError, match="--home-page"):
            imported("users.csv")
        imported("users.csv", "https://lms.example")
        told = [(event.identifier, event.value) for event in read_events(warehouse)]
    assert told == [
        (pseudonym_of(_HEAD, _PSEUDONYMS), "principal"),
        (pseudonym_of("https://lms.example t1", _PSEUDONYMS), "teacher"),
    ]
