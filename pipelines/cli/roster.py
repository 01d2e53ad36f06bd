"""`learnloom roster`."""

import datetime as dt
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from learnloom.pipelines.audit.looks import EVERYBODY
from learnloom.pipelines.cli.options import Exit, JsonOption, LimitOption, WarehouseOption, now, run_of
from learnloom.pipelines.cli.output import Output
from learnloom.pipelines.cli.people import ByOption, WhyOption, teller_of
from learnloom.pipelines.cli.shown import looked_at
from learnloom.pipelines.config.settings import read_settings
from learnloom.pipelines.feedback.formatting import count
from learnloom.pipelines.lake.errors import WarehouseMissingError
from learnloom.pipelines.lake.open import open_to_read, open_to_write
from learnloom.pipelines.people.oneroster import MatchBy
from learnloom.pipelines.pseudonyms.opening import pseudonyms_of
from learnloom.pipelines.roster.import_roster import import_roster
from learnloom.pipelines.roster.match import Match, tell_matches
from learnloom.pipelines.roster.members import STUDENT
from learnloom.pipelines.roster.show import UnmatchedMember, list_courses, list_unmatched

commands = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Say who teaches whom, and whose a login is.",
)

SourceOption = Annotated[
    str | None,
    typer.Option(help="The roster's name: an import replaces what came under it. Default: the file's name."),
]
MatchOption = Annotated[
    MatchBy, typer.Option(help="Column of a OneRoster users.csv by which statements name people.")
]
HomePageOption = Annotated[
    str | None,
    typer.Option(
        help="Home page of the accounts of a OneRoster. Default: that of all accounts in statements."
    ),
]
CourseIdOption = Annotated[
    str | None,
    typer.Option(
        help="How statements name the course of a OneRoster class; {class}, {course}, {class_code} and {title} "
        "stand for what classes.csv has: 'https://lms.school.example/course/{course}'."
    ),
]


@commands.command(
    name="import", epilog="Example: learnloom roster import roster.csv --why 'classes of this term'"
)
def import_(
    path: Annotated[
        Path,
        typer.Argument(
            exists=True,
            help="CSV with the columns course_id, identifier, role, section; or a OneRoster export (folder, zip or "
            "users.csv).",
        ),
    ],
    *,
    source: SourceOption = None,
    match: MatchOption = MatchBy.SOURCED_ID,
    home_page: HomePageOption = None,
    course_id: CourseIdOption = None,
    why: WhyOption = None,
    by: ByOption = None,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bring in who is in which course, as student or teacher, in the place of what the same roster said before.

    Teachers see the students of their courses. Whoever teaches and is a student nowhere is staff from the next refresh
    on, as `learnloom people import` would tell it.
    """
    out = Output(as_json=as_json)
    settings = read_settings(warehouse)
    with open_to_write(settings, run=run_of("roster import")) as opened:
        counts = import_roster(
            opened,
            path,
            teller_of(by, why, path.name),
            source=source,
            match=match,
            home_page=home_page,
            template=course_id,
            wait_seconds=settings.lock_wait_seconds,
            pseudonyms=pseudonyms_of(settings),
        )
    out.record(counts)
    out.say(
        f"{count(counts.courses, 'course')} with {count(counts.students, 'student')} and "
        f"{count(counts.teachers, 'teacher')}; {counts.new_staff} of them newly known as staff."
    )
    if counts.left_out:
        out.note(
            f"learnloom: {count(counts.left_out, 'row')} left out: neither student nor teacher, or of somebody who has "
            "no name in statements"
        )


@commands.command(epilog="Example: learnloom roster show")
def show(*, limit: LimitOption = 200, warehouse: WarehouseOption = None, as_json: JsonOption = False) -> None:
    """List the courses of rosters and statements: students, teachers, sections, and what does not fit together."""
    out = Output(as_json=as_json)
    with open_to_read(read_settings(warehouse)) as opened:
        found = list_courses(opened, limit=limit)
    columns = ["course", "name", "students", "teachers", "sections", "without statements", "told by"]
    rows = [
        (
            each.course_id,
            each.course_name,
            each.n_students,
            each.n_teachers,
            each.n_sections,
            each.n_unmet,
            each.told_by,
        )
        for each in found
    ]
    out.table(columns, rows, machine_names=[name.replace(" ", "_") for name in columns])
    if len(found) == limit:
        out.note(f"learnloom: only the first {limit} are shown (--limit)")
    if strange := [each.course_id for each in found if not each.is_met]:
        out.note(
            f"learnloom: no statement names {count(len(strange), 'course')}, the first is {strange[0]}: see to how the "
            "roster names courses (--course-id), or nobody there will see anything"
        )


@commands.command(
    epilog="Example: learnloom roster match 'https://lms.school.example#29' 'https://lms.school.example ann'"
)
def match(
    subject: Annotated[str, typer.Argument(help="The login, as `learnloom roster unmatched` shows it.")],
    identifier: Annotated[
        str | None,
        typer.Argument(
            help="The identifier in statements, as `learnloom people list` shows it. None: what was told before does "
            "not hold any more."
        ),
    ] = None,
    *,
    why: WhyOption = None,
    by: ByOption = None,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say whose a login is, where it does not follow from what the platform sends. It holds within minutes."""
    out = Output(as_json=as_json)
    settings = read_settings(warehouse)
    with open_to_write(settings, must_exist=True, run=run_of("roster match")) as opened:
        told = Match(subject, identifier)
        tell_matches(
            opened,
            [told],
            teller_of(by, why, "match"),
            wait_seconds=settings.lock_wait_seconds,
            pseudonyms=pseudonyms_of(settings),
        )
    out.record({**told._asdict(), "told_at": now()})
    if identifier is None:
        out.say(f"{subject} is matched by what its platform sends again.")
    else:
        out.say(f"{subject} is {identifier}.")


@commands.command(epilog="Example: learnloom roster fetch")
def fetch(*, warehouse: WarehouseOption = None, as_json: JsonOption = False) -> None:
    """Bring in the members of courses from the platforms that have launched from them (LTI Names and Roles)."""
    # These need the extra `api`, and the other commands here do not.
    from learnloom.pipelines.login.fetch_rosters import fetch_rosters  # noqa: PLC0415
    from learnloom.pipelines.login.store import open_login_store  # noqa: PLC0415

    out = Output(as_json=as_json)
    settings = read_settings(warehouse)
    with (
        open_login_store(settings, now=now) as store,
        open_to_write(settings, must_exist=True, run=run_of("roster fetch")) as opened,
    ):
        found = fetch_rosters(settings, store, opened, teller_of(None, None, "roster fetch"))
    for each in found:
        out.record(
            {**each.told._asdict(), **(each.counts._asdict() if each.counts else {}), "trouble": each.trouble}
        )
        if each.counts is None:
            out.note(f"learnloom: {each.told.course_id}: {each.trouble}")
        else:
            students, teachers = (
                count(each.counts.students, "student"),
                count(each.counts.teachers, "teacher"),
            )
            out.say(f"{each.told.course_id}: {students} and {teachers}.")
    if not found:
        out.say("No platform has told of a list of members: launch learnloom from a course first.")
    if any(each.counts is None for each in found):
        raise typer.Exit(Exit.FAILED)


@commands.command(epilog="Example: learnloom roster unmatched")
def unmatched(
    *, limit: LimitOption = 200, warehouse: WarehouseOption = None, as_json: JsonOption = False
) -> None:
    """List who has logged in and was found neither in statements nor in a roster, latest first; then members of lists.

    Of these a platform gives a login alone, or a name that no statement has.
    """
    from learnloom.pipelines.login.store import open_login_store  # noqa: PLC0415 - needs the extra `api`

    out = Output(as_json=as_json)
    settings = read_settings(warehouse)
    with open_login_store(settings, now=now) as store:
        found, n_came = store.unmatched(), sum(each[0] for each in store.count_came().values())
    listed: list[UnmatchedMember] = []
    with suppress(WarehouseMissingError), open_to_read(settings) as opened:
        listed = list_unmatched(opened, limit=limit)
    looked_at(settings, "roster unmatched", [EVERYBODY])
    columns = ["login", "name", "looked for", "role", "came", "course"]
    came: list[tuple[object, ...]] = [
        (
            each.subject,
            each.name,
            each.identifier,
            each.role,
            dt.datetime.fromtimestamp(each.came / 1_000, dt.UTC),
            None,
        )
        for each in found
    ]
    rows = came + [(each.subject, "", None, STUDENT, None, each.course_id) for each in listed]
    out.table(columns, rows[:limit], machine_names=[name.replace(" ", "_") for name in columns])
    out.note(f"learnloom: {len(found)} of {count(n_came, 'login')} not matched")
    if listed:
        out.note(f"learnloom: {count(len(listed), 'member')} of platforms' lists not matched")
    if len(rows) > limit:
        out.note(f"learnloom: only the first {limit} are shown (--limit)")
