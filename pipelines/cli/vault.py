"""`learnloom vault`."""

import csv
import sys
from pathlib import Path
from typing import Annotated

import typer

from learnloom.pipelines.audit.looks import EVERYBODY
from learnloom.pipelines.cli.options import JsonOption, LimitOption, now
from learnloom.pipelines.cli.output import Output
from learnloom.pipelines.cli.shown import account, looked_at
from learnloom.pipelines.config.settings import read_settings
from learnloom.pipelines.config.vault import Purpose
from learnloom.pipelines.feedback.formatting import count
from learnloom.pipelines.people.identifier import key_of
from learnloom.pipelines.people.import_names import aliases_of, import_names
from learnloom.pipelines.people.oneroster import MatchBy
from learnloom.pipelines.pseudonyms.opening import named_pseudonyms, pseudonyms_of
from learnloom.pipelines.vault.errors import VaultError
from learnloom.pipelines.vault.opening import open_vault
from learnloom.pipelines.vault.vault import Vault, VaultPerson

commands = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Keep names, identifiers and consent apart from the warehouse: import, show, forget.",
)
_MOST_SHOWN = 10
WhoArgument = Annotated[str, typer.Argument(help="Identifier, account name, pseudonym or name.")]


def _found(vault: Vault, who: str) -> VaultPerson:
    found = vault.named(who)
    if len(found) == 1:
        return found[0]
    if not found:
        raise VaultError(f"nobody in the vault goes by {who!r}: `learnloom vault show` lists them")
    listed = "".join(f"\n  {person.aliases[0].text}" for person in found[:_MOST_SHOWN])
    raise VaultError(f"{len(found)} people in the vault go by {who!r}: choose one by an identifier: {listed}")


@commands.command(name="import", epilog="Example: learnloom vault import names.csv")
def import_(
    path: Annotated[
        Path,
        typer.Argument(
            exists=True,
            help="CSV with the columns identifier, name, person, birth_year; or a OneRoster export.",
        ),
    ],
    *,
    match: Annotated[
        MatchBy, typer.Option(help="Column of a roster's users.csv by which statements name people.")
    ] = MatchBy.SOURCED_ID,
    home_page: Annotated[str | None, typer.Option(help="Home page of the accounts of a roster.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Keep names and identifiers; where statements land under pseudonyms, whose each pseudonym is.

    The vault is the file LEARNLOOM_VAULT__FILE, made for the account that runs this, which alone may read it; or the
    database LEARNLOOM_VAULT__DATABASE, where others read what that role grants.

    Rows with the same text in the column person are one person. Told again, a name takes the place of the former one.
    """
    out = Output(as_json=as_json)
    settings = read_settings()
    with open_vault(settings, creates=True) as vault:
        done = import_names(vault, path, pseudonyms_of(settings), now(), match=match, home_page=home_page)
    out.record(done)
    out.say(
        f"{count(done.identifiers, 'identifier')} kept; {count(done.new_people, 'person', 'people')} new."
    )


@commands.command(epilog="Example: learnloom vault show")
def show(
    who: Annotated[str | None, typer.Argument(help="Identifier, account name, pseudonym or name.")] = None,
    *,
    limit: LimitOption = 50,
    as_json: JsonOption = False,
) -> None:
    """Show people with their identifiers and pseudonyms, and what was told of purposes."""
    out = Output(as_json=as_json)
    settings = read_settings()
    with open_vault(settings) as vault:
        people = vault.people(limit=limit) if who is None else [_found(vault, who)]
        rows = [
            (
                person.name,
                [alias.text for alias in person.aliases],
                [
                    f"{purpose}: {'yes' if told else 'no'}"
                    for purpose, told in sorted(vault.consents_of(person).items())
                ],
            )
            for person in people
        ]
    aliases = [alias.text for person in people for alias in person.aliases]
    looked_at(settings, "vault show", [EVERYBODY] if who is None else map(key_of, aliases))
    out.table(["name", "aliases", "consent"], rows)


@commands.command(epilog="Example: learnloom vault forget mailto:ann@school.example")
def forget(who: WhoArgument, *, as_json: JsonOption = False) -> None:
    """Forget a person: name and identifiers go, and the pseudonym names nobody any more.

    What was told of purposes stays under the pseudonym. `learnloom vault` cannot reach copies of its file.
    """
    out = Output(as_json=as_json)
    with open_vault(read_settings()) as vault:
        person = _found(vault, who)
        vault.forget(person)
    out.record({"aliases_forgotten": len(person.aliases)})
    out.say(f"Forgotten: {count(len(person.aliases), 'alias', 'aliases')} of one person.")


@commands.command(epilog="Example: learnloom vault consent mailto:bob@school.example training --no")
def consent(
    who: WhoArgument,
    purpose: Annotated[Purpose, typer.Argument(help="What data may be used for.")],
    *,
    is_given: Annotated[bool, typer.Option("--yes/--no", help="Whether they may.")],
    as_json: JsonOption = False,
) -> None:
    """Say whether data of a person may be used for a purpose.

    Of whom nothing is told the setting LEARNLOOM_VAULT__PURPOSES holds. training: fitting models; evaluation:
    `evaluate` and `effect`; research: `export`.
    """
    out = Output(as_json=as_json)
    with open_vault(read_settings()) as vault:
        person = _found(vault, who)
        aliases = [alias.text for alias in person.aliases]
        vault.tell_consent(aliases, purpose, is_given=is_given, told_by=account(), now=now())
    out.record({"purpose": purpose, "is_given": is_given})
    out.say(f"Data of this person may {'' if is_given else 'not '}be used for {purpose} from now on.")


@commands.command(epilog="Example: learnloom vault rotate")
def rotate() -> None:
    """Give everybody in the vault a pseudonym by the present key; print who is who for `learnloom people import`.

    Run it after LEARNLOOM_PSEUDONYMS__KEY and _KEY_ID were changed. The list on standard output says which former and
    which new pseudonym are one person; it holds pseudonyms alone.
    """
    settings = read_settings()
    pseudonyms = named_pseudonyms(settings)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["identifier", "person"])
    with open_vault(settings) as vault, vault.writing():
        for person in vault.people():
            plain = [alias.text for alias in person.aliases if not alias.is_pseudonym]
            if plain:
                vault.keep(
                    [alias for text in plain for alias in aliases_of(text, pseudonyms)], None, None, now()
                )
            known = vault.find(person.aliases[0].text) or person
            under = [alias.text for alias in known.aliases if alias.is_pseudonym]
            if len(under) > 1:
                writer.writerows((text, under[0]) for text in under)
