"""Simulate a class: statements as a school would send them, the school's skill map, and the truth."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

from learnloom.pipelines.simulate.config import DAY_MS, OWN_DIALECT, SimulationConfig
from learnloom.pipelines.simulate.course import Course, make_course
from learnloom.pipelines.simulate.day import enrol, finish, live
from learnloom.pipelines.simulate.dialects.registry import DIALECTS
from learnloom.pipelines.simulate.dialects.school import School
from learnloom.pipelines.simulate.dialects.translate import Translator
from learnloom.pipelines.simulate.faults import FaultyLink
from learnloom.pipelines.simulate.heed import Heed
from learnloom.pipelines.simulate.plan import write_plan
from learnloom.pipelines.simulate.sink import SUFFIXES, Sink, SortedFile, StatementReceiver, open_for_lines
from learnloom.pipelines.simulate.student import Student, make_student
from learnloom.pipelines.simulate.translation_truth import write_staff, write_translation
from learnloom.pipelines.simulate.truth import write_skill_map, write_truth
from learnloom.pipelines.simulate.worlds import world_of

STATEMENTS: Final = "statements"
SKILL_MAP: Final = "skills.csv"
PLAN: Final = "plan.csv"
STAFF: Final = "staff.csv"
TRUTH: Final = "truth"
_PILOT_STUDENTS: Final = 60
_PILOT_STATEMENTS: Final = 40_000
# About what a student gives rise to on one course; only to size the pilot.
_STATEMENTS_A_WEEK: Final = 50


class SimulationSummary(NamedTuple):
    """What was written."""

    statements: Path
    skill_map: Path
    plan: Path
    staff: Path | None
    """List of the staff whose acts are told; None where none is."""
    truth: Path
    """Folder of Parquet files."""
    students: int
    lines: int
    """Records in the file: valid + duplicates + the sum of refused."""
    valid: int
    """Distinct valid statements, voiding and voided ones included."""
    duplicates: int
    refused: dict[str, int]
    """Records to be refused, by kind of breakage."""
    voided: int
    late: int
    """Valid statements that were sent an hour or more after the event."""
    dialect: str
    left_out: dict[str, int]
    """Acts of the students that the dialect cannot tell, by kind."""
    seen_only: dict[str, int]
    """Acts of which it tells only that somebody looked at the activity, by kind."""


class _Counter:
    """A receiver that only counts."""

    def __init__(self) -> None:
        self.statements = 0

    def take(self, statement_id: str, line: str, at_ms: int, *, is_spared: bool) -> None:  # noqa: ARG002
        self.statements += 1


class Classroom:
    """The courses and the students of one simulation."""

    def __init__(self, config: SimulationConfig, receiver: StatementReceiver) -> None:
        self.config = config
        self.courses: tuple[Course, ...] = tuple(
            make_course(config, number, Random(f"{config.seed}/course/{number}"))
            for number in range(config.courses)
        )
        skills = tuple(skill for course in self.courses for skill in course.skills)
        self.translator = _translator(config, self.courses, receiver)
        sink = Sink(self.translator or receiver, Random(f"{config.seed}/ids"))
        world = world_of(config)
        self.students: list[Student] = [
            make_student(world, sink, self.courses, skills, number) for number in range(config.students)
        ]
        self.heed = Heed(config, self.students)
        """What becomes of suggestions that are made between two days."""

    def days(self) -> Iterator[int]:
        """Live through the course; yields the end of each day, in milliseconds since 1970."""
        for student in self.students:
            enrol(student, self.config)
        for day in range(self.config.days):
            for student in self.students:
                live(student, self.config, day)
            if day == self.config.days - 1:
                for student in self.students:
                    finish(student, self.config)
            end_ms = self.config.start_ms + (day + 1) * DAY_MS
            if self.translator is not None:
                self.translator.close_day(end_ms)
            yield end_ms


def _translator(
    config: SimulationConfig, courses: Sequence[Course], receiver: StatementReceiver
) -> Translator | None:
    """The translator into the dialect of the class; None where that is our own."""
    if config.dialect == OWN_DIALECT:
        return None
    rng = Random(f"{config.seed}/ids in dialect")
    return Translator(receiver, DIALECTS[config.dialect], School(courses, config.seed), rng)


def simulate(
    config: SimulationConfig, out: Path, *, on_progress: Callable[[int], None] | None = None
) -> SimulationSummary:
    """Simulate a class into a folder, which is created where it is missing.

    Writes `statements.jsonl` (or `.jsonl.gz`, `.jsonl.zst`), `skills.csv`, `plan.csv`, `staff.csv` (where a dialect
    tells acts of staff) and `truth/*.parquet`; an earlier
    simulation in the folder is replaced. Equal configurations give equal bytes.

    Args:
        config: what to simulate.
        out: the folder.
        on_progress: called after each simulated day with the number of lines written.

    Returns:
        Where everything is and how many records of each outcome there are.

    Raises:
        OSError: the folder cannot be written.
    """
    config = _sized(config)
    truth = out / TRUTH
    truth.mkdir(parents=True, exist_ok=True)
    for suffix in SUFFIXES.values():
        (out / f"{STATEMENTS}{suffix}").unlink(missing_ok=True)
    path = out / f"{STATEMENTS}{SUFFIXES[config.compress]}"
    with open_for_lines(path, config.compress) as file:
        outbox = SortedFile(file)
        link = FaultyLink(outbox, config.faults, Random(f"{config.seed}/faults"))
        simulated = Classroom(config, link)
        for end_ms in simulated.days():
            outbox.flush(end_ms)
            if on_progress is not None:
                on_progress(outbox.lines)
        outbox.flush()
        if on_progress is not None:
            on_progress(outbox.lines)
    translator = simulated.translator
    told_as = translator.told_as if translator is not None else str
    write_skill_map(out / SKILL_MAP, simulated.courses, told_as)
    write_plan(out / PLAN, config, simulated.courses, told_as)
    write_truth(truth, config, simulated.courses, simulated.students, link, translator=translator)
    write_translation(truth, translator)
    return SimulationSummary(
        statements=path,
        skill_map=out / SKILL_MAP,
        plan=out / PLAN,
        staff=write_staff(out / STAFF, translator),
        truth=truth,
        students=config.students,
        lines=outbox.lines,
        valid=link.valid,
        duplicates=link.duplicates,
        refused=dict(sorted(link.refused.items())),
        voided=link.voided,
        late=link.late,
        dialect=config.dialect,
        left_out=translator.left_out if translator is not None else {},
        seen_only=translator.seen_only if translator is not None else {},
    )


def _sized(config: SimulationConfig) -> SimulationConfig:
    """Turn a wished number of statements into a number of students, by a pilot with the first of them."""
    if config.statements is None:
        return config
    each = _STATEMENTS_A_WEEK * config.weeks * max(1.0, 0.6 * config.courses)
    pilot = min(_PILOT_STUDENTS, max(1, int(_PILOT_STATEMENTS / each)))
    counter = _Counter()
    for _ in Classroom(config.model_copy(update={"students": pilot}), counter).days():
        pass
    students = max(1, round(config.statements * pilot / counter.statements))
    return config.model_copy(update={"students": students})
