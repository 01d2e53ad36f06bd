"""`learnloom vocabulary`."""

import itertools
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from learnloom.pipelines.check.excerpt import visible
from learnloom.pipelines.check.suggestion import suggestion_for
from learnloom.pipelines.cli.options import JsonOption, LimitOption, WarehouseOption
from learnloom.pipelines.cli.output import Output
from learnloom.pipelines.config.settings import read_settings
from learnloom.pipelines.feedback.formatting import count, percent
from learnloom.pipelines.ingest.catalogue.vocabulary import (
    import_vocabulary,
    read_vocabulary,
)
from learnloom.pipelines.ingest.catalogue.vocabulary_in_force import landed_vocabulary
from learnloom.pipelines.ingest.catalogue.vocabulary_presets import (
    PRESETS,
    effective_rules,
    preset_text,
    presets_of,
)
from learnloom.pipelines.ingest.catalogue.vocabulary_rules import RuleRow
from learnloom.pipelines.lake.errors import WarehouseError, WarehouseMissingError
from learnloom.pipelines.lake.open import open_to_read, open_to_write
from learnloom.pipelines.serve.vocabulary import UnknownWord, changed_words, unknown_words

commands = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Say what a platform's verbs and activity types mean; list those that have no meaning yet.",
)
FileArgument = Annotated[
    Path,
    typer.Argument(
        exists=True, dir_okay=False, help="TOML with rules, see docs/reference/vocabulary-file.md."
    ),
]


@commands.command(name="import", epilog="Example: learnloom vocabulary import school.toml")
def import_(path: FileArgument, *, warehouse: WarehouseOption = None, as_json: JsonOption = False) -> None:
    """Replace the school's own vocabulary.

    Its rules come before those of the presets (learnloom vocabulary list), which stay in use unless the file names
    those that are to stay: presets = ["moodle-5"]. Statements are not changed: the next refresh reads all of them by
    the new rules. An empty file takes the school's rules back.
    """
    out = Output(as_json=as_json)
    settings = read_settings(warehouse)
    with open_to_write(settings) as opened:
        counts = import_vocabulary(opened, path, wait_seconds=settings.lock_wait_seconds)
    out.record(counts._asdict())
    out.say(
        f"{count(counts.rules, 'rule')} of the school, and in use after them {_told(counts.presets)}. "
        "The next `learnloom refresh` uses them for all statements."
    )


@commands.command(
    name="list", epilog="Example: learnloom vocabulary list --word http://id.tincanapi.com/verb/viewed"
)
def list_(
    *,
    word: Annotated[
        str | None, typer.Option(help="Only rules about this verb, activity type or extension (IRI).")
    ] = None,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the rules in force, and where they come from.

    Of the rules of a form the first that fits counts: the school's, then those of the presets. Without a warehouse
    the presets are listed.
    """
    out = Output(as_json=as_json)
    school = _school(warehouse)
    rows = [row for row in effective_rules(school) if word is None or word in row[3:7]]
    if as_json:
        for row in rows:
            out.record(row)
        return
    out.table(["rule", "from", "form", "as sent", "means", "only"], list(_by_rule(rows)))
    about = f" about {word}" if word else ""
    n_own = len({row.position for row in rows if row.vocabulary not in PRESETS})
    n_rules = len({row.position for row in rows})
    out.say(
        f"{count(n_rules, 'rule')}{about}: {n_own} of the school, {n_rules - n_own} of presets "
        f"(in use: {_told(presets_of(school))})."
    )


def _school(warehouse: Path | None) -> list[RuleRow]:
    """The school's own rows; none where there is no warehouse."""
    try:
        with open_to_read(read_settings(warehouse)) as opened:
            return landed_vocabulary(opened)
    except WarehouseMissingError:
        return []


def _by_rule(rows: Iterable[RuleRow]) -> Iterator[tuple[object, ...]]:
    """A line for each rule, whatever it names in many rows."""
    for position, found in itertools.groupby(rows, key=lambda row: row.position):
        same = list(found)
        only = [
            *_listed("on", (row.on_type for row in same)),
            *_listed("within", (row.within_type for row in same)),
            *_listed("matching", (row.matching for row in same)),
            *_listed("platform", (row.platform for row in same)),
            *_listed("cut", (row.cut for row in same)),
        ]
        yield (
            position,
            same[0].vocabulary,
            same[0].form,
            _first(row.from_id for row in same) or "-",
            _first(row.to_id for row in same) or "-",
            "; ".join(only) or "-",
        )


def _first(values: Iterable[str | None]) -> str:
    """The first of the values, and how many there are besides."""
    found = list(dict.fromkeys(value for value in values if value))
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    return f"{found[0]}{more}" if found else ""


def _listed(name: str, values: Iterable[str | None]) -> list[str]:
    told = _first(values)
    return [f"{name} {told}"] if told else []


def _told(presets: tuple[str, ...]) -> str:
    if presets == PRESETS:
        return "all presets"
    return f"the presets {', '.join(presets)}" if presets else "no preset"


@commands.command(epilog="Example: learnloom vocabulary show moodle-5")
def show(
    name: Annotated[str, typer.Argument(help=f"One of {', '.join(PRESETS)}.", show_default=False)],
) -> None:
    """Show a preset of the package, in the format of a school's own file."""
    typer.echo(preset_text(name), nl=False)


@commands.command(epilog="Example: learnloom vocabulary check school.toml")
def check(
    path: FileArgument,
    *,
    limit: LimitOption = 50,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read a vocabulary without importing it, and tell which statements would mean something else.

    Verbs and types of objects are compared, as the last refresh read the statements. Without a warehouse the file
    alone is checked.
    """
    out = Output(as_json=as_json)
    school = read_vocabulary(path)
    rules = effective_rules(school)
    n_rules = len({row.position for row in rules if row.vocabulary not in PRESETS})
    out.say(
        f"{path} is right: {count(n_rules, 'rule')} of the school, and in use after them {_told(presets_of(school))}."
    )
    try:
        with open_to_read(read_settings(warehouse)) as opened:
            changes = changed_words(opened, effective_rules(landed_vocabulary(opened)), rules)
    except WarehouseError as error:
        out.note(f"learnloom: what it would change is not known: {error}")
        return
    out.record(changes._asdict())
    if changes.words and not as_json:
        out.table(["kind", "as sent", "means", "would mean", "statements"], changes.words[:limit])
    n_changed, n_all = changes.n_statements, changes.n_all_statements
    share = percent(n_changed / n_all) if n_all else "0 %"
    out.say(f"{count(n_changed, 'statement')} of {n_all:,} ({share}) would mean something else.")
    if len(changes.words) > limit:
        out.note(f"learnloom: only the first {limit} are shown (--limit)")


@commands.command(epilog="Example: learnloom vocabulary missing --rules")
def missing(
    *,
    rules: Annotated[
        bool, typer.Option("--rules", help="Print rules to fill in, as TOML, instead of a table.")
    ] = False,
    limit: LimitOption = 50,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """List verbs and activity types that have no meaning, most statements first.

    Statements with such a verb count as activity, and say nothing more. Types are those of objects and of the
    activities in contexts.
    """
    out = Output(as_json=as_json)
    with open_to_read(read_settings(warehouse)) as opened:
        found = unknown_words(opened, effective_rules(landed_vocabulary(opened)))
    if not found:
        # A comment of TOML as well.
        out.say(f"{'# ' if rules else ''}Every verb and every activity type has a meaning.")
        return
    if rules and not as_json:
        typer.echo("\n".join(_rule(word) for word in found[:limit]), nl=False)
        return
    if as_json:
        for word in found[:limit]:
            out.record(word)
        return
    out.table(
        ["kind", "as sent", "statements", "example", "type of the example"],
        [
            (word.kind, word.iri, word.n_statements, word.example_name or word.example_id, word.example_type)
            for word in found[:limit]
        ],
    )
    out.say(
        f"{count(len(found), 'verb or type', 'verbs and types')} without a meaning. "
        "To give them one: learnloom vocabulary missing --rules > school.toml, fill it in, "
        "learnloom vocabulary import school.toml"
    )
    if len(found) > limit:
        out.note(f"learnloom: only the first {limit} are shown (--limit)")


def _rule(word: UnknownWord) -> str:
    """A rule for a word without a meaning: to be filled in, or with one that has the same name."""
    known = suggestion_for(f"{word.kind}-unknown", word.iri)
    example = f"as {word.example_name or word.example_id}" if word.example_id else ""
    about = ", ".join(filter(None, [count(word.n_statements, "statement"), example, word.example_type]))
    fill_in = "" if known else "  # one from docs/reference/vocabulary.md"
    # What a statement holds may hold anything: a comment is one line, and JSON's texts are TOML's, too.
    return (
        f"# {visible(' '.join(about.split()))}\n[[{word.kind}]]\n"
        f"from = {json.dumps(word.iri, ensure_ascii=False)}\nto = {json.dumps(known)}{fill_in}\n"
    )
