"""`learnloom models`."""

from typing import TYPE_CHECKING, Annotated

import typer

from learnloom.pipelines.cli.options import JsonOption, WarehouseOption, now
from learnloom.pipelines.cli.output import Output
from learnloom.pipelines.config.settings import read_settings
from learnloom.pipelines.lake.open import open_to_read, open_to_write
from learnloom.pipelines.refresh.versions import ModelVersion, check_versions, list_versions, use_version

if TYPE_CHECKING:
    from learnloom.pipelines.refresh.compare import ComparedVersion, VersionComparison

_MEASURES = {"log_loss": "log-loss", "auc": "AUC", "ece": "ECE"}
commands = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="List and compare the versions of the learner model; choose the one in use.",
)


@commands.command(name="list", epilog="Example: learnloom models list --json")
def list_(*, warehouse: WarehouseOption = None, as_json: JsonOption = False) -> None:
    """List the versions: what each was fitted on, and how well it predicted held-out students.

    Log-losses of two versions are comparable only if both were measured on the same answers: `learnloom models compare`
    does that.
    """
    out = Output(as_json=as_json)
    with open_to_read(read_settings(warehouse)) as opened:
        check_versions(opened)
        versions = list_versions(opened)
    if as_json:
        for version in versions:
            out.record(version._asdict())
        return
    out.table(
        ["version", "kind", "fitted at", "as of", "students", "answers", "log-loss", "kinds tried", "in use"],
        [_row(version) for version in versions],
    )


@commands.command(name="use", epilog="Example: learnloom models use 1")
def use(
    version: Annotated[int, typer.Argument(min=1, help="Number of the version.")],
    *,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Use another version, an older or a newer one, from the next refresh on."""
    out = Output(as_json=as_json)
    settings = read_settings(warehouse)
    with open_to_write(settings, must_exist=True) as opened:
        check_versions(opened)
        use_version(opened, version, at=now(), wait_seconds=settings.lock_wait_seconds)
    out.record({"model_version": version})
    out.say(f"The next `learnloom refresh` uses version {version}.")


@commands.command(epilog="Example: learnloom models compare 1 2")
def compare(
    one: Annotated[int, typer.Argument(metavar="A", min=1, help="Number of a version.")],
    other: Annotated[
        int, typer.Argument(metavar="B", min=1, help="Number of the version to compare it with.")
    ],
    *,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare two versions on the same answers of the last refresh.

    The comparison uses answers that came after both versions were fitted if there are enough (500 answers of 30
    students), else all answers. A version does better on answers that it was fitted on, so their number is shown.
    docs/explanation/evaluate.md explains the measures.
    """
    from learnloom.pipelines.refresh.compare import compare_versions  # noqa: PLC0415 - measures take a second to load

    out = Output(as_json=as_json)
    with out.progress("comparing"), open_to_read(read_settings(warehouse)) as opened:
        found = compare_versions(opened, one, other)
    _report_comparison(out, found)


def _report_comparison(out: Output, found: "VersionComparison") -> None:
    """Print how two versions compare: a table for people, one object for machines."""
    if out.as_json:
        out.record(found)
        return
    first, second = found.one.version.model_version, found.other.version.model_version
    which = (
        f"that came after version {first} and version {second} were fitted"
        if found.are_new
        else "in the warehouse"
    )
    out.say(
        f"Measured on {found.n_answers:,} answers of {found.n_students:,} students {which}, "
        "each predicted from earlier answers:"
    )
    described = zip(_described(found.one), _described(found.other), strict=True)
    measured = [
        (
            _MEASURES[each.measure],
            *(None if value is None else f"{value:.4f}" for value in (each.one, each.other)),
            None if each.difference is None else f"{each.difference:+.4f}",
            None if each.standard_error is None else f"{each.standard_error:.4f}",
        )
        for each in found.measures
    ]
    out.table(
        ["", f"version {first}", f"version {second}", "difference", "standard error"],
        [*((what, value, other, "", "") for (what, value), (_, other) in described), *measured],
    )
    for reason in dict.fromkeys(each.unknown for each in found.measures if each.unknown):
        names = ", ".join(_MEASURES[each.measure] for each in found.measures if each.unknown == reason)
        out.say(f"Unknown ({names}): {reason}.")
    if found.one.n_seen != found.other.n_seen:
        favoured = max((found.one, found.other), key=lambda side: side.n_seen).version.model_version
        out.say(f"Version {favoured} was fitted on more of these answers, which favours it.")


def _described(side: "ComparedVersion") -> list[tuple[str, str]]:
    """What a version is and was fitted on."""
    version = side.version
    return [
        ("kind", version.model_kind),
        ("fitted at", f"{version.fitted_at:%Y-%m-%d %H:%M}"),
        ("as of", f"{version.fitted_as_of:%Y-%m-%d}"),
        ("students", f"{version.n_students:,}"),
        ("answers", f"{version.n_answers:,}"),
        ("of these answers, seen in fitting", f"{side.n_seen:,}"),
        ("in use", "yes" if version.is_in_use else "no"),
    ]


def _row(version: ModelVersion) -> tuple[object, ...]:
    return (
        version.model_version,
        version.model_kind,
        f"{version.fitted_at:%Y-%m-%d %H:%M}",
        f"{version.fitted_as_of:%Y-%m-%d}",
        version.n_students,
        version.n_answers,
        None if version.log_loss is None else f"{version.log_loss:.4f}",
        ", ".join(f"{kind} {loss:.4f}" for kind, loss in version.kinds_log_loss.items()) or None,
        "yes" if version.is_in_use else "",
    )
