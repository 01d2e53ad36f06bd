"""`learnloom evaluate`."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, NamedTuple

import numpy as np
import typer
from numpy.typing import NDArray

from learnloom.pipelines.backtest.run import BacktestOptions
from learnloom.pipelines.cli.backtest import evaluate_signals
from learnloom.pipelines.cli.options import JsonOption, WarehouseOption, now
from learnloom.pipelines.cli.output import Output
from learnloom.pipelines.config.settings import Settings, read_settings
from learnloom.pipelines.evaluate.answer_set import COLUMNS, MAX_ANSWERS, NamedTable, answers_of
from learnloom.pipelines.evaluate.fairness import MAX_ROWS, Grouping, groupings_of
from learnloom.pipelines.evaluate.followed import Followed
from learnloom.pipelines.evaluate.report import (
    Evaluation,
    EvaluationOptions,
    evaluate_folds,
    evaluate_split,
    warnings,
)
from learnloom.pipelines.evaluate.risk_report import evaluate_risk
from learnloom.pipelines.evaluate.tables import headline, tables
from learnloom.pipelines.lake.open import open_to_read
from learnloom.pipelines.lake.tabular import read_tabular
from learnloom.pipelines.learner.history import History
from learnloom.pipelines.refresh.answers import read_answers
from learnloom.pipelines.refresh.risk import read_followed
from learnloom.pipelines.refresh.versions import check_versions
from learnloom.pipelines.vault.names import barred, except_for

commands = typer.Typer(add_completion=False)


class _Read(NamedTuple):
    """What is evaluated."""

    history: History
    is_test: NDArray[np.bool_] | None
    """Whether an answer came from the file for testing; None where there is none."""
    student_code: dict[str, int]
    """Codes of students by every name that they go by."""
    followed: Followed | None = None
    """Students of runs that have ended; None where a file is evaluated."""
    risk_code: Mapping[str, int] = MappingProxyType({})
    """Codes of these students by every name that they go by."""


FileArgument = Annotated[
    Path | None,
    typer.Argument(
        exists=True,
        dir_okay=False,
        help="Answers as CSV, TSV or Parquet with the columns student, item, skill, correct and, if known, time. "
        "Default: the answers in the warehouse.",
    ),
]
TestOption = Annotated[
    Path | None,
    typer.Option(
        exists=True,
        dir_okay=False,
        metavar="FILE",
        help="Fit the model on the first file and predict this one.",
    ),
]
GroupsOption = Annotated[
    Path | None,
    typer.Option(
        exists=True,
        dir_okay=False,
        metavar="FILE",
        help="Groups of students (CSV: student and one or more columns), to compare the model's quality between them. "
        "They are used for this comparison only and are not stored.",
    ),
]
ColumnsOption = Annotated[
    str, typer.Option(metavar="OURS=THEIRS,...", help="Names of our columns in the files.")
]
HtmlOption = Annotated[
    Path | None,
    typer.Option(dir_okay=False, metavar="FILE", help="Also write everything, with plots, to one HTML page."),
]
SeedOption = Annotated[
    int, typer.Option(min=0, help="Seed of the resamples: equal seeds give equal intervals.")
]
SignalsOption = Annotated[
    bool,
    typer.Option(
        "--signals", help="Measure how often the school's own signals were right, day by day of its past."
    ),
]
FirstOption = Annotated[
    dt.datetime | None,
    typer.Option(
        "--from",
        formats=["%Y-%m-%d"],
        help="With --signals: first day. Default: two weeks after the first answer.",
    ),
]
LastOption = Annotated[
    dt.datetime | None,
    typer.Option(
        "--to",
        formats=["%Y-%m-%d"],
        help="With --signals: last day. Default: two weeks before that of the last refresh.",
    ),
]
EveryOption = Annotated[int, typer.Option(min=1, max=90, help="With --signals: days from one to the next.")]

KeepOption = Annotated[
    bool,
    typer.Option(
        "--keep",
        help="With --signals: keep the shares, so that signals carry them and those too seldom right fall silent.",
    ),
]


@commands.command(epilog="Example: learnloom evaluate answers.csv --columns student=user_id,item=problem_id")
def evaluate(
    file: FileArgument = None,
    *,
    test: TestOption = None,
    columns: ColumnsOption = "",
    groups: GroupsOption = None,
    folds: Annotated[
        int,
        typer.Option(min=2, max=20, help="Number of parts into which students are split, without --test."),
    ] = 5,
    resamples: Annotated[
        int, typer.Option(min=100, max=10_000, help="Number of resamples of students, for the intervals.")
    ] = 1_000,
    html: HtmlOption = None,
    seed: SeedOption = 0,
    signals: SignalsOption = False,
    first: FirstOption = None,
    last: LastOption = None,
    every: EveryOption = 7,
    keep: KeepOption = False,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure how good the learner model's predictions are, on students that it has not seen.

    Without a file, the command uses the school's own answers as of the last refresh. It predicts each answer from the
    student's earlier answers alone, with a model that was fitted on other students.
    docs/explanation/evaluate.md explains the measures and when not to trust them.

    With --signals it measures how often signals were right instead: those of days gone by, computed from what was
    known at the end of each day, are held against what came.
    """
    if test is not None and file is None:
        raise typer.BadParameter("there is no file to fit on: give it before --test", param_hint="--test")
    out = Output(as_json=as_json)
    if signals:
        _refuse_with_signals(file, test, groups)
        days = BacktestOptions(_day(first), _day(last), every, n_resamples=resamples, seed=seed)
        evaluate_signals(out, read_settings(warehouse), days, html, keep=keep)
        return
    options = EvaluationOptions(n_folds=folds, n_resamples=resamples, seed=seed)
    renamed = _renamed(columns)
    risk_groupings: Sequence[Grouping] = ()
    with out.progress("evaluating") as tick:
        tick("reading")
        read = _read_warehouse(read_settings(warehouse)) if file is None else _read_files(file, test, renamed)
        if groups is not None:
            named = _table(groups, MAX_ROWS)
            options = replace(options, groupings=groupings_of(named, read.student_code))
            if read.risk_code:
                risk_groupings = groupings_of(named, read.risk_code, is_optional=True)
        tick("predicting")
        found = _evaluated(read, options, risk_groupings)
    if html is not None:
        _write_page(html, found)
    report_evaluation(out, found)


def _day(moment: dt.datetime | None) -> dt.date | None:
    return moment.date() if moment else None


def _refuse_with_signals(file: Path | None, test: Path | None, groups: Path | None) -> None:
    """Signals are those of the warehouse: a file has none."""
    if file is not None or test is not None or groups is not None:
        raise typer.BadParameter(
            "signals are those of the warehouse: leave out FILE, --test and --groups", param_hint="--signals"
        )


def _write_page(path: Path, found: Evaluation) -> None:
    from learnloom.pipelines.evaluate.page import page  # noqa: PLC0415 - drawing is loaded where it is needed

    path.write_text(page(found, list(warnings(found)), made_at=now()), encoding="utf-8")


def _evaluated(read: _Read, options: EvaluationOptions, risk_groupings: Sequence[Grouping]) -> Evaluation:
    if read.followed is not None:
        risk = evaluate_risk(
            read.followed, groupings=risk_groupings, n_resamples=options.n_resamples, seed=options.seed
        )
        return replace(evaluate_folds(read.history, options), risk=risk)
    if read.is_test is None:
        return evaluate_folds(read.history, options)
    return evaluate_split(read.history.where(~read.is_test), read.history.where(read.is_test), options)


def _read_warehouse(settings: Settings) -> _Read:
    """Read the school's own answers; students go by key and by identifier."""
    with open_to_read(settings) as opened:
        check_versions(opened)
        without = barred(settings, opened, "evaluation")
        answers = read_answers(
            opened.arrow, condition=except_for(without, "attempt.student_key"), carried="true"
        )
        followed = read_followed(opened.arrow, condition=except_for(without))
        identifiers = opened.rows("SELECT identifier, student_key FROM staging.stg_identifier")
    codes = {key: code for code, key in enumerate(answers.students)}
    risk_codes = {key: code for code, key in enumerate(followed.students)}
    return _Read(
        answers.history,
        None,
        _by_every_name(codes, identifiers),
        followed,
        _by_every_name(risk_codes, identifiers),
    )


def _by_every_name(codes: dict[str, int], identifiers: list[tuple[str, str]]) -> dict[str, int]:
    return {**{name: codes[key] for name, key in identifiers if key in codes}, **codes}


def _read_files(file: Path, test: Path | None, columns: dict[str, str]) -> _Read:
    paths = [file] if test is None else [file, test]
    found = answers_of([_table(path, MAX_ANSWERS) for path in paths], columns)
    codes = {name: code for code, name in enumerate(found.students)}
    return _Read(found.history, None if test is None else found.is_test, codes)


def _table(path: Path, max_rows: int) -> NamedTable:
    return NamedTable(str(path), read_tabular(path, max_rows=max_rows))


def report_evaluation(out: Output, found: Evaluation) -> None:
    """Print the evaluation: tables for people, one object for machines."""
    cautions = list(warnings(found))
    if out.as_json:
        out.record({"warnings": cautions, **vars(found)})
        return
    out.say(*headline(found))
    for table in tables(found):
        out.say("", table.title)
        out.table(table.columns, table.rows)
    if cautions:
        out.say("", "Warnings", *cautions)


def _renamed(text: str) -> dict[str, str]:
    """Read `student=user_id,item=problem_id`."""
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    found = {ours.strip(): theirs.strip() for ours, _, theirs in pairs}
    strange = [name for name in found if name not in COLUMNS]
    if strange or not all(found.values()):
        raise typer.BadParameter(
            f"cannot read {text!r}: write OURS=THEIRS, separated by commas; our columns are {', '.join(COLUMNS)}",
            param_hint="--columns",
        )
    return found
