"""`learnloom evaluate`."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.evaluate_text import headline, tables
from pipelines.cli.options import JsonOption, WarehouseOption, open_to_read, read_settings
from pipelines.cli.output import Output
from pipelines.evaluate.answer_set import COLUMNS, MAX_ANSWERS, AnswerSet, NamedTable, answers_of
from pipelines.evaluate.report import Evaluation, Wanted, evaluate_folds, evaluate_split
from pipelines.evaluate.warnings import warnings
from pipelines.refresh.answers import read_answers
from pipelines.refresh.versions import check_versions
from pipelines.warehouse.tabular import read_tabular

commands = typer.Typer(add_completion=False)


@commands.command(epilog="Example: learnloom evaluate answers.csv --columns student=user_id,item=problem_id")
def evaluate(
    file: Annotated[
        Path | None,
        typer.Argument(
            exists=True,
            dir_okay=False,
            help="Answers as CSV, TSV or Parquet with the columns student, item, skill, correct, and where known time. "
            "Default: the warehouse's own.",
        ),
    ] = None,
    *,
    test: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, metavar="FILE", help="Fit on the first file and predict this one."
        ),
    ] = None,
    columns: Annotated[
        str, typer.Option(metavar="OURS=THEIRS,...", help="Columns that the files call otherwise.")
    ] = "",
    folds: Annotated[
        int, typer.Option(min=2, max=20, help="Parts into which students are split, without --test.")
    ] = 5,
    resamples: Annotated[
        int, typer.Option(min=100, max=10_000, help="Resamples of students, for the intervals.")
    ] = 1_000,
    seed: Annotated[int, typer.Option(min=0, help="Of the resamples: equal seeds, equal intervals.")] = 0,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure how good the learner model's predictions are, on students that it has not seen.

    Without a file it is measured on the school's own answers, as of the last refresh. Each answer is predicted from
    the student's earlier answers alone, by a model that was fitted on other students.
    What the figures mean, and when not to trust them: docs/evaluate.md.
    """
    out = Output(as_json=as_json)
    wanted = Wanted(n_folds=folds, n_resamples=resamples, seed=seed)
    if test is not None and file is None:
        raise typer.BadParameter("there is no file to fit on: name it before", param_hint="--test")
    with out.progress("evaluating") as tick:
        tick("reading")
        if file is None:
            with open_to_read(read_settings(warehouse)) as opened:
                check_versions(opened)
                history, is_test = read_answers(opened.arrow).history, None
        else:
            read = read_answers_of([file] if test is None else [file, test], _renamed(columns))
            history, is_test = read.history, read.is_test if test is not None else None
        tick("predicting")
        if is_test is None:
            found = evaluate_folds(history, wanted)
        else:
            found = evaluate_split(history.where(~is_test), history.where(is_test), wanted)
    tell_evaluation(out, found)


def read_answers_of(paths: list[Path], columns: dict[str, str]) -> AnswerSet:
    """Read files of answers."""
    read = [NamedTable(str(path), read_tabular(path, max_rows=MAX_ANSWERS)) for path in paths]
    return answers_of(read, columns)


def tell_evaluation(out: Output, found: Evaluation) -> None:
    """Say what was found: to people as tables, to machines as one object."""
    told = list(warnings(found.model))
    if out.as_json:
        out.record({"warnings": told, **vars(found)})
        return
    out.say(*headline(found))
    for table in tables(found):
        out.say("", table.title)
        out.table(table.columns, table.rows)
    if told:
        out.say("", "Beware", *told)


def _renamed(text: str) -> dict[str, str]:
    """Read `student=user_id,item=problem_id`."""
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    found = {ours.strip(): theirs.strip() for ours, _, theirs in pairs}
    strange = [name for name in found if name not in COLUMNS]
    if strange or not all(found.values()):
        raise typer.BadParameter(
            f"{text!r} is not understood: write OURS=THEIRS, separated by commas; ours are {', '.join(COLUMNS)}",
            param_hint="--columns",
        )
    return found
