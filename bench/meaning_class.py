"""One class in every dialect: what of it arrives, how near the estimates are to the truth, which signals are false."""

import datetime as dt
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson
import pyarrow.parquet as pq

from bench.command import learnloom
from bench.meaning_ceiling import unjudged, write_ceiling
from bench.meaning_truth import ClassTruth, Emitted, Told, why_false
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.simulate.config import OWN_DIALECT, SimulationConfig
from learnloom.pipelines.simulate.dialects.acts import ActKind
from learnloom.pipelines.simulate.recovery import numbers_of, recovery_of

# Signals of a day in the middle of the course, and of its last day.
_DAYS: Final = (40, -1)
_QUESTIONS: Final = (b'activities/cmi.interaction"', b'activities/question"')
_SIGNALS: Final = """
    SELECT identifier, signal_kind, subject, message_id, parameters
    FROM feedback.signal INNER JOIN dimensional.dim_student USING (student_key)
    ORDER BY ALL
"""
_FIGURES: Final = {
    "courses": "SELECT count(*) FROM dimensional.dim_course",
    "answers": "SELECT count(*) FROM dimensional.fact_attempt",
    "with a course": "SELECT count(*) FROM dimensional.fact_attempt WHERE course_id IS NOT NULL",
    "estimates": "SELECT count(*) FROM estimates.student_skill",
    "hints": "SELECT count(*) FROM dimensional.fact_hint",
    "videos": "SELECT count(*) FROM dimensional.fact_video",
    "share known": "SELECT count(*) FROM dimensional.fact_video WHERE seen_share IS NOT NULL",
    "submissions": "SELECT count(*) FROM dimensional.fact_submission WHERE n_submissions > 0",
    "scored work": "SELECT count(*) FROM dimensional.fact_submission WHERE last_score IS NOT NULL",
    "products": "SELECT count(*) FROM dimensional.fact_product",
    "contributions": "SELECT count(*) FROM dimensional.fact_contribution",
    "help given": "SELECT count(*) FILTER (WHERE is_giving) FROM dimensional.fact_contribution",
    "enrolments": "SELECT count(*) FROM dimensional.fact_enrolment WHERE registered_at IS NOT NULL",
    "left": "SELECT count(*) FROM dimensional.fact_enrolment WHERE unregistered_at IS NOT NULL",
    "course outcomes": """
        SELECT count(*) FROM dimensional.fact_enrolment
        WHERE coalesce(completed_at, passed_at, failed_at) IS NOT NULL
    """,
    "activities": "SELECT count(*) FROM dimensional.dim_activity",
    "students": "SELECT count(*) FROM dimensional.dim_student",
}


class ClassInDialect(NamedTuple):
    """What became of the class in one dialect."""

    dialect: str
    figures: dict[str, Any]
    false: Counter[tuple[str, str]]
    """False signals by reason and kind, over both days."""


class _Telling(NamedTuple):
    """The class as somebody tells it."""

    name: str
    statements: Path
    folder: Path
    """With the skill map, the course plan and the truth under the same ids."""
    told: Told
    vocabulary: Path | None = None


def measure_class(
    place: Path,
    dialects: Sequence[str],
    config: SimulationConfig,
    vocabulary: Mapping[str, Path],
    *,
    with_ceiling: bool = False,
    then: Sequence[str] = (),
) -> list[ClassInDialect]:
    """Simulate the class in every dialect, import it with the school's skill map and course plan, and compare.

    Args:
        place: an empty folder.
        dialects: which; our own is always simulated, for the truth of each act.
        config: size and seed; its dialect and its faults do not count.
        vocabulary: a school's own vocabulary file, by dialect.
        with_ceiling: whether our own statements less what the dialect does not tell are measured beside each.
        then: further commands after each import, in which {folder} stands for that of the class.
    """
    own = place / OWN_DIALECT
    _simulate(own, OWN_DIALECT, config)
    truth = ClassTruth(own)
    found = []
    for dialect in dialects:
        folder = place / dialect
        if dialect != OWN_DIALECT:
            _simulate(folder, dialect, config)
        told, statements = _told(folder), folder / "statements.jsonl"
        telling = _Telling(dialect, statements, folder, told, vocabulary.get(dialect))
        found.append(_measure(place, telling, config, truth, then))
        if with_ceiling and dialect != OWN_DIALECT:
            best = place / f"{dialect}-ceiling.jsonl"
            write_ceiling(own, told, unjudged(statements), best)
            telling = _Telling(f"{dialect} *", best, own, told)
            found.append(_measure(place, telling, config, truth, then))
    return found


def _simulate(folder: Path, dialect: str, config: SimulationConfig) -> None:
    learnloom(
        folder.parent,
        *("simulate", folder.name, "--dialect", dialect, "--faults", "0"),
        *("--students", str(config.students), "--weeks", str(config.weeks), "--seed", str(config.seed)),
    )


def _measure(
    place: Path, telling: _Telling, config: SimulationConfig, truth: ClassTruth, then: Sequence[str]
) -> ClassInDialect:
    print(f"{telling.name} …", file=sys.stderr, flush=True)
    warehouse = f"warehouse-{telling.name.replace(' *', '-ceiling')}"
    if telling.vocabulary is not None:
        learnloom(place, "vocabulary", "import", str(telling.vocabulary.absolute()), "-w", warehouse)
    imported = learnloom(place, "import", str(telling.statements), "-w", warehouse, ok=(0, 3)).told[-1]
    learnloom(place, "skills", "import", str(telling.folder / "skills.csv"), "-w", warehouse)
    learnloom(place, "plan", "import", str(telling.folder / "plan.csv"), "-w", warehouse)
    for command in then:
        learnloom(place, *command.replace("{folder}", str(telling.folder)).split(), "-w", warehouse)
    numbers = numbers_of(telling.folder / "truth")
    false: Counter[tuple[str, str]] = Counter()
    n_signals = 0
    for day in _DAYS:
        date = config.start + dt.timedelta(days=day % config.days)
        learnloom(place, "refresh", "--as-of", str(date), "-w", warehouse)
        until = dt.datetime.combine(date + dt.timedelta(days=1), dt.time(), dt.UTC)
        until_ms = round(until.timestamp() * 1000)
        with Warehouse(place / warehouse, read_only=True) as opened:
            signals = _signals(opened)
        n_signals += len(signals)
        for signal in signals:
            why = why_false(signal, numbers, truth, telling.told, until_ms=until_ms, start_ms=config.start_ms)
            if why is not None:
                false[why, signal.kind] += 1
    with Warehouse(place / warehouse, read_only=True) as opened:
        figures = {name: opened.one(sql)[0] for name, sql in _FIGURES.items()}
        figures |= _mean_scores(opened, telling.folder)
        recovery = recovery_of(opened, telling.folder / "truth")
    return ClassInDialect(
        telling.name,
        {
            "statements": imported["accepted"],
            "signals": n_signals,
            "false signals": sum(false.values()),
            **figures,
            "held to the truth": recovery.n_estimates,
            "correlation": _rounded(recovery.mastery_correlation),
            "mean error": _rounded(recovery.mastery_mean_error),
        },
        false,
    )


def _mean_scores(warehouse: Warehouse, folder: Path) -> dict[str, float | None]:
    """Mean of the last scores of the same tests and the same assignments, under whatever ids and kinds."""
    file = folder / "truth" / "activity.parquet"
    ours = (
        {row["told_as"]: row["activity"] for row in pq.read_table(file).to_pylist()} if file.exists() else {}
    )
    scores: dict[str, list[float]] = {"test": [], "assignment": []}
    for activity, score in warehouse.rows(
        "SELECT activity_id, score FROM dimensional.fact_product ORDER BY ALL"
    ):
        scores.get(ours.get(activity, activity).rsplit("/", 1)[-1], []).append(float(score))
    return {
        f"mean of {name}s": _rounded(sum(found) / len(found) if found else None)
        for name, found in scores.items()
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _signals(warehouse: Warehouse) -> list[Emitted]:
    return [
        Emitted(identifier, kind, subject, message_id or "", orjson.loads(parameters or "{}"))
        for identifier, kind, subject, message_id, parameters in warehouse.rows(_SIGNALS)
    ]


def _told(folder: Path) -> Told:
    """What the dialect of a simulated class can tell, by its truth and its statements."""
    acts = folder / "truth" / "act.parquet"
    kinds = frozenset(ActKind)
    if acts.exists():
        kinds = frozenset(
            ActKind(row["kind"])
            for row in pq.read_table(acts).to_pylist()
            if row["is_told"] == "told" and row["kind"] in set(ActKind)
        )
    with (folder / "statements.jsonl").open("rb") as lines:
        timed = any(_is_timed_answer(line) for line in lines)
    return Told(kinds, timed)


def _is_timed_answer(line: bytes) -> bool:
    if b'"duration"' not in line or not any(kind in line for kind in _QUESTIONS):
        return False
    statement = orjson.loads(line)
    kind = statement["object"].get("definition", {}).get("type", "")
    is_question = kind.endswith(("/cmi.interaction", "/question"))
    return is_question and "duration" in statement.get("result", {})
