"""`learnloom skills`."""

from pathlib import Path
from typing import Annotated

import typer

from learnloom.pipelines.cli.options import JsonOption, LimitOption, WarehouseOption
from learnloom.pipelines.cli.output import Output
from learnloom.pipelines.config.settings import read_settings
from learnloom.pipelines.feedback.formatting import count, percent
from learnloom.pipelines.ingest.catalogue.skills import import_skills
from learnloom.pipelines.lake.open import open_to_read, open_to_write
from learnloom.pipelines.serve.skill_suggestion import suggest_skills, write_proposal
from learnloom.pipelines.serve.unmapped import UnmappedActivity, activities_without_skill

commands = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Import the school's skill map, from activities to skills; list activities without skills.",
)


@commands.command(name="import", epilog="Example: learnloom skills import skills.csv")
def import_(
    paths: Annotated[
        list[Path],
        typer.Argument(
            exists=True,
            dir_okay=False,
            help="CSV (activity, skill and, optionally, weight, skill_name, prerequisites) or CASE package (JSON); "
            "several files form one map.",
        ),
    ],
    *,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Replace the skill map.

    Columns of a CSV file: activity (IRI; empty if the row describes only a skill), skill (IRI), weight (above 0;
    default 1), skill_name, prerequisites (IRIs of skills, separated by spaces).

    In a CASE package (1EdTech, the JSON of a CFPackage) every item is a skill, identified by its uri. The association
    precedes defines prerequisites, exactMatchOf merges two items, and isRelatedTo and exemplar name the activities
    that exercise an item. The next refresh uses the map.
    """
    out = Output(as_json=as_json)
    settings = read_settings(warehouse)
    with open_to_write(settings) as opened:
        counts = import_skills(opened, *paths, wait_seconds=settings.lock_wait_seconds)
    out.record(counts._asdict())
    out.say(
        f"{counts.skills:,} skills, {counts.activities:,} activities that exercise them, "
        f"{counts.prerequisites:,} prerequisites. The next `learnloom refresh` uses the map."
    )


@commands.command(epilog="Example: learnloom skills missing --limit 20")
def missing(
    *,
    course: Annotated[str | None, typer.Option(help="Only activities of this course (IRI).")] = None,
    limit: LimitOption = 50,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """List answered activities without a known skill, most answers first.

    Their answers count for no skill until the skill map or the statements name one. Until then the quiz that they
    belong to stands for it, or whatever the setting skill_fallback says.
    """
    out = Output(as_json=as_json)
    settings = read_settings(warehouse)
    with open_to_read(settings) as opened:
        found = activities_without_skill(opened, course=course, limit=limit)
    if not found.n_activities:
        out.say(f"Every activity has a skill: all {found.n_all_answers:,} answers count for a skill.")
        return
    out.table(
        ["activity", "name", "course", "answers", "students", "last answered"],
        [
            (one.activity_id, one.activity_name, one.course_name or one.course_id, *one[4:])
            for one in found.activities
        ]
        if not as_json
        else found.activities,
        machine_names=UnmappedActivity._fields,
    )
    share = percent(found.n_answers / found.n_all_answers)
    instead = (
        ""
        if settings.skill_fallback == "none"
        else f", but for their {settings.skill_fallback} where it is known"
    )
    out.say(
        f"{count(found.n_activities, 'activity', 'activities')} without a skill; {found.n_answers:,} answers "
        f"({share} of all) count for no skill{instead}. Add the skills to the map: learnloom skills import"
    )
    if found.n_activities > limit:
        out.note(f"learnloom: only the first {limit} are shown (--limit)")


@commands.command(epilog="Example: learnloom skills suggest proposal.csv --all")
def suggest(
    path: Annotated[
        Path | None, typer.Argument(help="CSV to write, in the form of the map; it must not exist yet.")
    ] = None,
    *,
    course: Annotated[str | None, typer.Option(help="Only questions of this course (IRI).")] = None,
    groups: Annotated[
        int | None,
        typer.Option(min=2, max=200, help="Number of groups. Default: as many as answers and names show."),
    ] = None,
    of_all: Annotated[bool, typer.Option("--all", help="Group questions that have a skill as well.")] = False,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Suggest groups of questions that may exercise one skill, for a person to check, name and import.

    Questions without a skill are grouped by how they are answered together and by their names. Agreement says how often
    two questions of a group stay together when students are drawn anew; groups below 0.8 are not written. Nothing is
    imported.
    """
    out = Output(as_json=as_json)
    with open_to_read(read_settings(warehouse)) as opened:
        found = suggest_skills(opened, course=course, n_groups=groups, is_of_all=of_all)
    if as_json:
        for skill in found.skills:
            out.record(skill)
    else:
        out.table(
            ["suggested skill", "questions", "agreement", "sure", "for example"],
            [
                (
                    each.skill_name,
                    len(each.activity_ids),
                    each.agreement,
                    each.is_sure,
                    "; ".join(each.activity_names[:3]),
                )
                for each in found.skills
            ],
        )
    n_sure = sum(skill.is_sure for skill in found.skills)
    out.say(
        f"{count(found.n_activities, 'question')}, first answers of {count(found.n_students, 'student')}; "
        f"{count(n_sure, 'group')} of {len(found.skills)} sure enough to be proposed."
    )
    if found.is_cut:
        out.note(
            "learnloom: only the questions with the most answers are grouped; choose a course (--course)"
        )
    if path is not None:
        rows = write_proposal(found, path)
        out.say(f"{path} has {rows:,} rows. Check and name the skills, then: learnloom skills import {path}")
