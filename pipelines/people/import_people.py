"""Bringing in lists of people and rosters."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.relation import existing_tables
from learnloom.pipelines.people import oneroster, people_csv
from learnloom.pipelines.people.errors import PeopleFileError
from learnloom.pipelines.people.events import MERGE, ROLE, PersonChange, Teller, WhoIsWho, tell
from learnloom.pipelines.people.identifier import pseudonym_of
from learnloom.pipelines.people.oneroster import MatchBy, Roster, is_oneroster, read_roster
from learnloom.pipelines.people.people_csv import PersonRow, read_people
from learnloom.pipelines.pseudonyms.pseudonyms import Pseudonyms

_IDENTIFIER = "staging.stg_identifier"


class PeopleCounts(NamedTuple):
    """What a file says."""

    event_id: int | None
    """The event that it makes; None where nothing in it is new."""
    identifiers: int
    """Identifiers of which it says something."""
    new_roles: int
    merged: int
    """Identifiers that are put to another person."""
    n_without_role: int
    """Users of a roster of whom no role is told."""
    n_unnamed: int
    """Users of a roster without a name by which statements could name them."""


def import_people(
    warehouse: Warehouse,
    path: Path,
    teller: Teller,
    *,
    match: MatchBy,
    home_page: str | None,
    wait_seconds: float,
    pseudonyms: Pseudonyms | None = None,
) -> PeopleCounts:
    """Tell what a file says of people and is not known yet, as one event.

    Args:
        warehouse: open for writing.
        path: a list of people (people_csv) or a OneRoster export (oneroster).
        teller: who brings it in.
        match: of a roster, the column by which statements name people.
        home_page: of a roster, that of the accounts; None: the one that all accounts in statements have.
        wait_seconds: how long to try again while others write.
        pseudonyms: under which statements land; of the file nothing else is kept then either.

    Raises:
        PeopleFileError: it cannot be read or is wrong; nothing is changed.
        WarehouseBusyError: other writers were in the way for too long; nothing is changed.
    """
    if path.name.lower() == oneroster.DEMOGRAPHICS:
        raise PeopleFileError(f"{path} is not opened: nothing here may depend on what it holds")
    told: Roster | list[PersonRow]
    if is_oneroster(path):
        if match is not MatchBy.EMAIL:
            home_page = home_page or only_home_page(warehouse, pseudonyms)
        told = read_roster(path, match, home_page)
        if pseudonyms is not None:
            told = told._replace(
                roles={pseudonym_of(who, pseudonyms): role for who, role in told.roles.items()}
            )
        identifiers, without, unnamed = len(told.roles), told.n_without_role, told.n_unnamed
    else:
        told = read_people(path)
        if pseudonyms is not None:
            told = [
                row.model_copy(update={"identifier": pseudonym_of(row.identifier, pseudonyms)})
                for row in told
            ]
        identifiers, without, unnamed = len(told), 0, 0
    counted: list[PersonChange] = []

    def changes_of(who: WhoIsWho) -> Sequence[PersonChange]:
        if isinstance(told, Roster):
            # Of whom courses name, these decide: else each import in turn would take back what the other has told.
            by_courses = oneroster.roles_by_courses(warehouse)
            roles = {named: by_courses.get(named, role) for named, role in told.roles.items()}
            counted[:] = oneroster.changes(roles, who)
        else:
            counted[:] = people_csv.changes(told, who)
        return counted

    event_id = tell(warehouse, changes_of, teller, wait_seconds=wait_seconds)
    actions = [change.action for change in counted]
    return PeopleCounts(event_id, identifiers, actions.count(ROLE), actions.count(MERGE), without, unnamed)


def only_home_page(warehouse: Warehouse, pseudonyms: Pseudonyms | None) -> str:
    """The home page that all accounts in statements have.

    Raises:
        PeopleFileError: there are none, or several, or statements land under pseudonyms.
    """
    if pseudonyms is not None:
        raise PeopleFileError(
            "under pseudonyms no statement says where a roster's accounts are: give --home-page"
        )
    rows = []
    if _IDENTIFIER in existing_tables(warehouse):
        rows = warehouse.rows(
            f"SELECT split_part(identifier, ' ', 1), count(*) FROM {_IDENTIFIER} WHERE identifier_kind = 'account' "
            "GROUP BY ALL ORDER BY 2 DESC, 1 LIMIT 10"
        )
    if len(rows) == 1:
        return str(rows[0][0])
    known = ", ".join(str(row[0]) for row in rows) or "none so far"
    raise PeopleFileError(
        "a roster does not say the home page of accounts: give it with --home-page, or --match email; "
        f"home pages of the accounts in statements: {known}"
    )
