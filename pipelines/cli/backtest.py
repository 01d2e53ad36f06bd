"""`learnloom evaluate --signals`: what became of the signals of a school's own past."""

from collections.abc import Sequence
from pathlib import Path

from learnloom.pipelines.backtest.cases import Case
from learnloom.pipelines.backtest.record import record_of
from learnloom.pipelines.backtest.run import Backtest, BacktestOptions, backtest
from learnloom.pipelines.backtest.tables import headline, tables, warnings
from learnloom.pipelines.cli.options import now, run_of
from learnloom.pipelines.cli.output import Output
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.open import open_to_read, open_to_write
from learnloom.pipelines.refresh.record import keep_record
from learnloom.schemas.signal import RightSource


def evaluate_signals(
    out: Output, settings: Settings, options: BacktestOptions, html: Path | None, *, keep: bool
) -> None:
    """Run the backtest on the warehouse that the settings name, and report it.

    Args:
        out: where to.
        settings: a school's choices.
        options: which days.
        html: also write it to this page; None: to none.
        keep: keep in the warehouse how often signals were right, for the refreshes to come.
    """
    with out.progress("evaluating") as tick, open_to_read(settings) as warehouse:
        found, cases = backtest(warehouse, settings, options, on_progress=tick)
    if keep:
        _keep(out, settings, found, cases, options)
    cautions = warnings(found, settings.thresholds)
    if html is not None:
        _write_page(html, found, cautions)
    if out.as_json:
        lifts = [
            {**_plain(one), "lift": one.lift, "lift_over_rule": one.lift_over_rule} for one in found.kinds
        ]
        out.record({"warnings": cautions, **_plain(found), "kinds": lifts})
        return
    out.say(*headline(found))
    for table in tables(found):
        out.say("", table.title)
        out.table(table.columns, table.rows)
    if cautions:
        out.say("", "Warnings", *cautions)


def _keep(
    out: Output, settings: Settings, found: Backtest, cases: Sequence[Case], options: BacktestOptions
) -> None:
    shares = record_of(cases, RightSource.SCHOOL, n_resamples=options.n_resamples, seed=options.seed)
    with open_to_write(settings, must_exist=True, run=run_of("evaluate --signals")) as warehouse:
        keep_record(
            warehouse,
            shares,
            known_until=found.known_until,
            at=now(),
            wait_seconds=settings.lock_wait_seconds,
        )
    out.note(
        f"Kept for {len(shares)} messages how often they were right; the next refresh says it with them."
    )


def _plain(found: object) -> dict[str, object]:
    return {name: getattr(found, name) for name in type(found).__dataclass_fields__}  # type: ignore[attr-defined]


def _write_page(path: Path, found: Backtest, cautions: Sequence[str]) -> None:
    from learnloom.pipelines.evaluate.page import table_page  # noqa: PLC0415 - it is loaded where it is needed

    made = table_page(
        "How often are signals right?", headline(found), cautions, list(tables(found)), made_at=now()
    )
    path.write_text(made, encoding="utf-8")
