"""`learnloom demo`: the main job from end to end, on a simulated class."""

import datetime as dt
import shutil
from pathlib import Path
from typing import Annotated

import typer
from rich.rule import Rule

from learnloom.pipelines.cli.import_ import land, report_import
from learnloom.pipelines.cli.output import Output
from learnloom.pipelines.cli.refresh import report_refresh, run_refresh
from learnloom.pipelines.cli.simulate import report_simulation
from learnloom.pipelines.cli.week_text import say_week
from learnloom.pipelines.config.settings import Settings, read_settings
from learnloom.pipelines.feedback.describe import describe_profile, describe_signals
from learnloom.pipelines.feedback.signal_kinds import SIGNAL_KINDS
from learnloom.pipelines.ingest.catalogue.skills import import_skills
from learnloom.pipelines.ingest.opening import file_source
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.open import open_to_read, open_to_write
from learnloom.pipelines.refresh.request import RefreshRequest, end_of_day
from learnloom.pipelines.serve.students import read_profile, read_signals
from learnloom.pipelines.serve.teacher_week import read_week
from learnloom.pipelines.simulate.config import SimulationConfig
from learnloom.pipelines.simulate.recovery import Recovery, recovery_of
from learnloom.pipelines.simulate.run import simulate
from learnloom.pipelines.simulate.signal_truth import SignalTruth, engagement_truth_of, signal_truth_of
from learnloom.schemas.errors import LearnloomError
from learnloom.schemas.signal import Audience, SignalKind

commands = typer.Typer(add_completion=False)


class FolderTakenError(LearnloomError):
    """The demo's folder is used for something else."""


_MID_TERM = dt.timedelta(days=33)
_URGENT = 6
_RULE_WIDTH = 100
_SHOWN = """
    SELECT student_key
    FROM feedback.signal
    GROUP BY student_key
    ORDER BY count(DISTINCT signal_kind) DESC, student_key
    LIMIT 1
"""


@commands.command(epilog="Example: learnloom demo demo --students 100")
def demo(
    folder: Annotated[
        Path, typer.Argument(help="Folder for the class and its warehouse; each run creates both again.")
    ] = Path("demo"),
    *,
    students: Annotated[int, typer.Option(min=5, max=2_000, help="Number of students in the class.")] = 60,
    seed: Annotated[int, typer.Option(min=0, help="Equal seeds give equal classes.")] = 1,
) -> None:
    """Simulate a class, import its statements, compute everything, and show the result.

    The first demo creates the folder; later ones empty it. A folder with other files is never touched.
    """
    out = Output(as_json=False)
    _make_folder(folder)
    settings = read_settings(folder / "warehouse")
    # Keys without a secret, so that equal seeds give equal keys: these students are nobody.
    settings = settings.model_copy(
        update={"pseudonyms": settings.pseudonyms.model_copy(update={"keyed_students": False})}
    )
    config = SimulationConfig(students=students, seed=seed)

    _head(out, "1. Simulate a class")
    with out.progress("simulating") as tick:
        simulated = simulate(config, folder / "class", on_progress=lambda n: tick(f"{n:,} statements"))
    report_simulation(out, simulated)

    _head(out, "2. Import its statements")
    report_import(out, land(out, settings, file_source(settings, [simulated.statements])))
    with open_to_write(settings) as opened:
        import_skills(opened, simulated.skill_map, wait_seconds=settings.lock_wait_seconds)

    _head(out, "3. Compute tables, estimates, profiles and signals as of the fifth week")
    mid_term = RefreshRequest(end_of_day(config.start + _MID_TERM, settings.time_zone))
    report_refresh(out, run_refresh(out, settings, mid_term))
    with open_to_read(settings) as opened:
        _show_students(out, opened)
        engagement = engagement_truth_of(opened, simulated.truth, day=_MID_TERM.days + 1)

    _head(out, "6. End of the course: how close are the estimates to the truth?")
    last_day = config.start + dt.timedelta(days=config.days - 1)
    at_the_end = RefreshRequest(end_of_day(last_day, settings.time_zone), refit=True)
    report_refresh(out, run_refresh(out, settings, at_the_end))
    with open_to_read(settings) as opened:
        _report_recovery(out, recovery_of(opened, simulated.truth))
        _report_signals(out, [engagement, *signal_truth_of(opened, simulated.truth, settings.thresholds)])
    _say_next(out, settings, last_day)


def _make_folder(folder: Path) -> None:
    """Create the folder, or empty that of an earlier demo; no other files are touched.

    Raises:
        FolderTakenError: the folder exists and no demo made it.
    """
    mark = folder / ".learnloom-demo"
    if folder.exists() and not mark.exists() and any(folder.iterdir()):
        raise FolderTakenError(f"{folder} contains files that are not from a demo: choose another folder")
    for earlier in (folder / "warehouse", folder / "class"):
        shutil.rmtree(earlier, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    mark.touch()


def _head(out: Output, text: str) -> None:
    out.console.print(Rule(f"[bold]{text}", align="left"), width=_RULE_WIDTH)


def _show_students(out: Output, warehouse: Warehouse) -> None:
    key = warehouse.one(_SHOWN)[0]
    _head(out, "4. One student, as the teacher sees it")
    out.say(*describe_profile(read_profile(warehouse, key)), "")
    found = read_signals(warehouse, student_key=key, audience=Audience.STUDENT.value, limit=_URGENT)
    out.say("What the student reads:", *(f"  {line}" for line in describe_signals(s for s, _ in found)))

    _head(out, "5. Whom to talk to this week")
    say_week(out, read_week(warehouse), {}, most=_URGENT)


def _report_signals(out: Output, found: list[SignalTruth]) -> None:
    out.say("", "How often is a signal right, and how many of the true cases does it find?")
    out.table(
        [
            "signal",
            "right if the student",
            "signals",
            "right",
            "true cases",
            "precision",
            "recall",
            "by chance",
        ],
        [
            # What promises a probability is judged by whether so many come true, over many days: evaluate --signals.
            (
                each.signal,
                each.truth,
                each.n_emitted,
                each.n_right,
                each.n_true,
                each.precision,
                each.recall,
                each.share_true,
            )
            for each in found
            if (claim := SIGNAL_KINDS[SignalKind(each.signal)].claim) is None or not claim.is_promised
        ],
    )


def _report_recovery(out: Output, found: Recovery) -> None:
    out.table(
        ["estimate", "against the truth", "n"],
        [
            ("mastery: correlation", found.mastery_correlation, found.n_estimates),
            ("mastery: mean error", found.mastery_mean_error, found.n_estimates),
            (
                "order of a student's skills: rank correlation",
                found.mastery_rank_correlation_within_student,
                found.n_estimates,
            ),
            ("mastery: true value within the 80 % interval", found.interval_coverage, found.n_estimates),
            (
                "favourite topic among the two liked best",
                found.interest_hit_rate,
                found.n_interest_students,
            ),
        ],
    )


def _say_next(out: Output, settings: Settings, last_day: dt.date) -> None:
    _head(out, "What to type next")
    out.say(
        f"  export LEARNLOOM_WAREHOUSE={settings.warehouse}    # and `. .venv/bin/activate` for the command",
        "  learnloom students                    # list the students",
        "  learnloom signals --this-week         # whom to talk to, and why",
        "  learnloom dead                        # what was refused, and how to fix it",
        "  learnloom pages --demo                # pages for teachers and students, at http://127.0.0.1:8090/login",
        f"  learnloom refresh --as-of {last_day}  # what was answered there counts",
        '  learnloom query "FROM marts.mart_item ORDER BY surprise LIMIT 5"',
        "  learnloom import YOUR_STATEMENTS.jsonl && learnloom refresh",
    )
