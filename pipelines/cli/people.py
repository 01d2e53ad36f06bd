"""`learnloom people`."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from learnloom.pipelines.audit.looks import EVERYBODY
from learnloom.pipelines.cli.options import JsonOption, LimitOption, WarehouseOption, now, run_of
from learnloom.pipelines.cli.output import Output
from learnloom.pipelines.cli.shown import account, looked_at
from learnloom.pipelines.config.settings import read_settings
from learnloom.pipelines.feedback.formatting import count
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.open import open_to_read, open_to_write
from learnloom.pipelines.people.events import PersonChange, Teller, WhoIsWho, read_events, tell, undoing
from learnloom.pipelines.people.import_people import import_people
from learnloom.pipelines.people.look_up import list_people, merging, splitting, waits_for_refresh
from learnloom.pipelines.people.oneroster import MatchBy
from learnloom.pipelines.people.suggest import suggest as find_suggestions
from learnloom.pipelines.pseudonyms.opening import pseudonyms_of

commands = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Say who is who: staff, who are no students, and people with several identifiers.",
)
_NEXT = "The next `learnloom refresh` uses it."

WhyOption = Annotated[str | None, typer.Option("--why", help="Why, for whoever reads the history later.")]
ByOption = Annotated[
    str | None, typer.Option("--by", help="Who says so. Default: the account of this machine.")
]


def teller_of(by: str | None, why: str | None, source: str) -> Teller:
    """Give who tells something of people by a command: who was named, or the account of the machine."""
    return Teller(now(), by or account(), why, source)


def _told(
    out: Output,
    warehouse: Path | None,
    change_of: Callable[[Warehouse, WhoIsWho], PersonChange],
    teller: Teller,
) -> tuple[PersonChange, int | None]:
    """Tell one change and give it with its event's number."""
    settings = read_settings(warehouse)
    told: list[PersonChange] = []
    with open_to_write(settings, must_exist=True, run=run_of(f"people {teller.source}")) as opened:

        def changes_of(who: WhoIsWho) -> list[PersonChange]:
            told[:] = [change_of(opened, who)]
            return told

        event_id = tell(opened, changes_of, teller, wait_seconds=settings.lock_wait_seconds)
    out.record({"event_id": event_id, **told[0]._asdict()})
    return told[0], event_id


@commands.command(
    name="import", epilog="Example: learnloom people import people.csv --why 'staff of this year'"
)
def import_(
    path: Annotated[
        Path,
        typer.Argument(
            exists=True,
            help="CSV with the columns identifier, role, person; or a OneRoster export (folder, zip or users.csv).",
        ),
    ],
    *,
    match: Annotated[
        MatchBy, typer.Option(help="Column of a roster's users.csv by which statements name people.")
    ] = MatchBy.SOURCED_ID,
    home_page: Annotated[
        str | None,
        typer.Option(
            help="Home page of the accounts of a roster. Default: that of all accounts in statements."
        ),
    ] = None,
    why: WhyOption = None,
    by: ByOption = None,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add roles and identifiers of one person from a list or a roster.

    A list has a row per identifier: identifier, as `learnloom people list` shows it; role (student, teacher, …; whoever
    is no student is left out of everything that is computed); person (rows with the same text are one person, whose
    key is that of the first row). Of a OneRoster export users.csv, roles.csv and enrollments.csv are read, and of them
    ids and roles only; demographics are never opened. What is known already is not told again.
    """
    out = Output(as_json=as_json)
    settings = read_settings(warehouse)
    with open_to_write(settings, run=run_of("people import")) as opened:
        counts = import_people(
            opened,
            path,
            teller_of(by, why, path.name),
            match=match,
            home_page=home_page,
            wait_seconds=settings.lock_wait_seconds,
            pseudonyms=pseudonyms_of(settings),
        )
    out.record(counts._asdict())
    out.say(
        f"{count(counts.identifiers, 'identifier')}: {count(counts.new_roles, 'new role')}, "
        f"{count(counts.merged, 'identifier')} put to another person."
    )
    if counts.n_without_role or counts.n_unnamed:
        out.say(
            f"Left out: {count(counts.n_without_role, 'user')} without a role, {count(counts.n_unnamed, 'user')} "
            f"without {match.value}."
        )
    out.say(
        "Nothing in it is new." if counts.event_id is None else f"This is event {counts.event_id}. {_NEXT}"
    )


@commands.command(epilog="Example: learnloom people merge 3fa85f6457174562 9b7c1d2e3f405162")
def merge(
    staying: Annotated[str, typer.Argument(help="Key, identifier, account name or name: this key stays.")],
    joining: Annotated[str, typer.Argument(help="Whoever is the same person.")],
    *,
    why: WhyOption = None,
    by: ByOption = None,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say that two are one person; everything is computed as if the person had had one identifier from the start."""
    out = Output(as_json=as_json)
    change, event_id = _told(
        out,
        warehouse,
        lambda opened, who: merging(opened, who, staying, joining),
        teller_of(by, why, "merge"),
    )
    out.say(f"{change.identifier} is the person of {staying} from now on (event {event_id}). {_NEXT}")


@commands.command(epilog="Example: learnloom people split 9b7c1d2e3f405162")
def split(
    identifier: Annotated[str, typer.Argument(help="The identifier that leaves its person, or its key.")],
    *,
    why: WhyOption = None,
    by: ByOption = None,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say that an identifier is a person of its own."""
    out = Output(as_json=as_json)
    change, event_id = _told(
        out, warehouse, lambda opened, who: splitting(opened, who, identifier), teller_of(by, why, "split")
    )
    out.say(f"{change.identifier} is a person of its own from now on (event {event_id}). {_NEXT}")


@commands.command(epilog="Example: learnloom people undo --why 'another Ann'")
def undo(
    event: Annotated[
        int | None, typer.Argument(min=1, help="Number of the event. Default: the last that counts.")
    ] = None,
    *,
    why: WhyOption = None,
    by: ByOption = None,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Undo an import, a merge, a split, or an undo."""
    out = Output(as_json=as_json)
    change, event_id = _told(out, warehouse, lambda _, who: undoing(who, event), teller_of(by, why, "undo"))
    out.say(f"Event {change.undone_id} counts no longer (event {event_id}). {_NEXT}")


@commands.command(name="list", epilog="Example: learnloom people list --search teacher")
def list_(
    *,
    search: Annotated[
        str | None, typer.Option(help="Part of a name, an identifier or a key: lists students too.")
    ] = None,
    limit: LimitOption = 50,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """List who is staff and why, and who has several identifiers."""
    out = Output(as_json=as_json)
    settings = read_settings(warehouse)
    with open_to_read(settings) as opened:
        people = list_people(opened, search=search, limit=limit)
        looked_at(settings, "people list", [person.student_key for person in people])
        waits = waits_for_refresh(opened, read_events(opened))
    if people:
        out.table(
            ["person", "name", "identifiers", "role", "told by", "source", "since", "first seen"],
            people,
            machine_names=list(people[0]._fields),
        )
    else:
        out.say("Nobody matches." if search else "Nobody is staff, and everybody has one identifier.")
    if waits:
        out.note("learnloom: what was told since the last refresh is used by the next one")
    if len(people) == limit:
        out.note(f"learnloom: only the first {limit} are shown (--limit)")


@commands.command(epilog="Example: learnloom people suggest")
def suggest(
    *, limit: LimitOption = 50, warehouse: WarehouseOption = None, as_json: JsonOption = False
) -> None:
    """List who may be one person, or staff, with the reason; nothing is changed."""
    out = Output(as_json=as_json)
    settings = read_settings(warehouse)
    with open_to_read(settings) as opened:
        found = find_suggestions(opened, WhoIsWho(read_events(opened)), limit=limit)
    looked_at(settings, "people suggest", [EVERYBODY])
    for each in found:
        out.record(each)
        named = zip(each.identifiers, each.names, strict=True)
        shown = [f"{identifier} ({name or 'no name'})" for identifier, name in named]
        if each.kind == "merge":
            out.say(f"{shown[0]} and {shown[1]} may be one person: {'; '.join(each.reasons)}")
            out.say(f"  learnloom people merge '{each.identifiers[0]}' '{each.identifiers[1]}'")
        else:
            out.say(f"{shown[0]} may be staff: {'; '.join(each.reasons)}")
    if not found:
        out.say("Nobody looks like somebody else.")
    elif len(found) == limit:
        out.note(f"learnloom: only the first {limit} are shown (--limit)")


@commands.command(epilog="Example: learnloom people history")
def history(
    *, limit: LimitOption = 200, warehouse: WarehouseOption = None, as_json: JsonOption = False
) -> None:
    """List what was told of people, latest first: who, when, why, and whether it was undone."""
    out = Output(as_json=as_json)
    settings = read_settings(warehouse)
    with open_to_read(settings) as opened:
        events = read_events(opened)
    looked_at(settings, "people history", [EVERYBODY])
    undone = WhoIsWho(events).undone
    columns = ["event", "told at", "told by", "source", "action", "identifier", "value", "why", "undone"]
    rows = [
        (
            *(each.event_id, each.told_at, each.told_by, each.source, each.action, each.identifier),
            each.value if each.undone_id is None else f"event {each.undone_id}",
            each.reason,
            each.event_id in undone,
        )
        for each in reversed(events)
    ]
    out.table(columns, rows[:limit], machine_names=[name.replace(" ", "_") for name in columns])
    if len(rows) > limit:
        out.note(f"learnloom: only the last {limit} are shown (--limit)")
