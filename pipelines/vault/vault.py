"""The vault: a row for each person, the aliases by which statements name them, and their consent."""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from types import TracebackType
from typing import Final, NamedTuple, Self

from learnloom.pipelines.config.vault import Purpose
from learnloom.pipelines.vault.database import VaultDatabase
from learnloom.pipelines.vault.errors import VaultError

_MOST_VALUES: Final = 500
"""Values in one statement, below what SQLite allows."""


class Alias(NamedTuple):
    """An identifier under which somebody comes, in the form of staging.stg_identifier."""

    text: str
    is_pseudonym: bool


class VaultPerson(NamedTuple):
    """Somebody as the vault knows them."""

    person_id: str
    name: str | None
    birth_year: int | None
    aliases: tuple[Alias, ...]


class Vault:
    """An open vault; for one thread."""

    def __init__(self, database: VaultDatabase) -> None:
        """Take a database that has the tables."""
        self._database = database

    def __enter__(self) -> Self:
        """Give the vault."""
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Close it."""
        self._database.close()

    @contextmanager
    def writing(self, *, overwrites: bool = False) -> Iterator[None]:
        """Let what is written within the block be there together, or not at all.

        With `overwrites` nothing of what was deleted stands in files after it.
        """
        try:
            self._database.begin()
            yield
            self._database.commit(overwrites=overwrites)
        except BaseException:
            with suppress(VaultError):  # what is gone, or full, has rolled back
                self._database.execute("ROLLBACK")
            raise

    def keep(self, aliases: Sequence[Alias], name: str | None, birth_year: int | None, now: datetime) -> bool:
        """Keep what is told of a person; what is None stays as it is known.

        Aliases of several persons make them one: of names the first that is known stays, of years the latest.

        Args:
            aliases: at least one.
            name: theirs.
            birth_year: theirs, where a rule needs it.
            now: when it is told.

        Returns:
            Whether the person is new.
        """
        found = (self.find(one.text) for one in aliases)
        people = sorted(
            {person for person in found if person is not None}, key=lambda person: person.person_id
        )
        known = [person.person_id for person in people]
        person_id = known[0] if known else uuid.uuid4().hex
        name = name or next((person.name for person in people if person.name), None)
        birth_year = birth_year or max(
            (person.birth_year for person in people if person.birth_year), default=None
        )
        run = self._database.execute
        run(
            "INSERT INTO person VALUES (?, ?, ?, ?) ON CONFLICT (person_id) DO UPDATE SET "
            "name = excluded.name, birth_year = excluded.birth_year",
            (person_id, name, birth_year, now.isoformat()),
        )
        for other in known[1:]:
            run("UPDATE alias SET person_id = ? WHERE person_id = ?", (person_id, other))
            run("DELETE FROM person WHERE person_id = ?", (other,))
        for one in aliases:
            run(
                "INSERT INTO alias VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                (one.text, person_id, int(one.is_pseudonym)),
            )
        return not known

    def find(self, alias: str) -> VaultPerson | None:
        """Find the person of an alias."""
        row = self._database.execute("SELECT person_id FROM alias WHERE alias = ?", (alias,)).fetchone()
        return None if row is None else self._person(row[0])

    def named(self, wanted: str) -> list[VaultPerson]:
        """Find who goes by an alias, the name in an account, or a name, in whatever case."""
        aliases = self._database.execute(
            "SELECT person_id FROM alias WHERE alias = :wanted OR substr(alias, strpos(alias, ' ') + 1) = :wanted",
            {"wanted": wanted},
        )
        found = {row[0] for row in aliases.fetchall()}
        names = self._database.execute("SELECT person_id, name FROM person WHERE name IS NOT NULL")
        # Not by lower(): databases differ in which letters they know.
        found |= {person_id for person_id, name in names.fetchall() if name.casefold() == wanted.casefold()}
        people = [self._person(person_id) for person_id in found]
        return sorted(people, key=lambda person: (person.name or "", person.person_id))

    def people(self, *, limit: int | None = None) -> list[VaultPerson]:
        """List people by name: all, or the first."""
        most = "" if limit is None else f" LIMIT {limit:d}"
        rows = self._database.execute(f"SELECT person_id FROM person ORDER BY name, person_id{most}")
        return [self._person(row[0]) for row in rows.fetchall()]

    def names(self, aliases: Iterable[str]) -> Mapping[str, str]:
        """Give the names of those of some aliases who have one."""
        wanted = list(aliases)
        found: dict[str, str] = {}
        for start in range(0, len(wanted), _MOST_VALUES):
            part = wanted[start : start + _MOST_VALUES]
            marks = ", ".join("?" * len(part))
            rows = self._database.execute(
                "SELECT alias, name FROM alias INNER JOIN person USING (person_id) "
                f"WHERE name IS NOT NULL AND alias IN ({marks})",
                part,
            )
            found |= dict(rows.fetchall())
        return found

    def forget(self, person: VaultPerson) -> None:
        """Take a person out: name, identifiers, and whose the pseudonyms are.

        That data under a pseudonym may not be used for a purpose stays: it names nobody.

        Raises:
            VaultError: this account may not delete, or not overwrite what it deletes; then nobody is forgotten.
        """
        with self.writing(overwrites=True):
            for one in person.aliases:
                if one.is_pseudonym:
                    # It may be younger than the refusal, which was told under other aliases.
                    self._database.execute(
                        "INSERT INTO consent SELECT ?, purpose, 0, max(told_at), max(told_by) FROM consent "
                        "INNER JOIN alias USING (alias) WHERE person_id = ? AND is_given = 0 GROUP BY purpose "
                        "ON CONFLICT (alias, purpose) DO UPDATE SET is_given = 0",
                        (one.text, person.person_id),
                    )
            for one in person.aliases:
                if not one.is_pseudonym:
                    self._database.execute("DELETE FROM consent WHERE alias = ?", (one.text,))
            self._database.execute("DELETE FROM alias WHERE person_id = ?", (person.person_id,))
            self._database.execute("DELETE FROM person WHERE person_id = ?", (person.person_id,))

    def tell_consent(
        self, aliases: Iterable[str], purpose: Purpose, *, is_given: bool, told_by: str, now: datetime
    ) -> None:
        """Keep whether data under some aliases may be used for a purpose; what is told last holds."""
        with self.writing():
            for alias in aliases:
                self._database.execute(
                    "INSERT INTO consent VALUES (?, ?, ?, ?, ?) ON CONFLICT (alias, purpose) DO UPDATE SET "
                    "is_given = excluded.is_given, told_at = excluded.told_at, told_by = excluded.told_by",
                    (alias, purpose, int(is_given), now.isoformat(), told_by),
                )

    def consents(self, purpose: Purpose) -> dict[str, bool]:
        """Give of each alias of which anything was told for a purpose, of its person too, whether it was given."""
        rows = self._database.execute(
            "SELECT alias, is_given FROM consent WHERE purpose = :purpose UNION ALL "
            "SELECT other.alias, is_given FROM consent INNER JOIN alias AS one ON one.alias = consent.alias "
            "INNER JOIN alias AS other ON other.person_id = one.person_id WHERE purpose = :purpose",
            {"purpose": purpose},
        )
        return _agreed_by(rows.fetchall())

    def born_since(self, year: int) -> list[str]:
        """Give the aliases of people born in a year or later."""
        rows = self._database.execute(
            "SELECT alias FROM alias INNER JOIN person USING (person_id) WHERE birth_year >= ?", (year,)
        )
        return [row[0] for row in rows.fetchall()]

    def consents_of(self, person: VaultPerson) -> dict[str, bool]:
        """Give by purpose what was told of a person."""
        rows = self._database.execute(
            "SELECT purpose, is_given FROM consent INNER JOIN alias USING (alias) WHERE person_id = ?",
            (person.person_id,),
        )
        return _agreed_by(rows.fetchall())

    def _person(self, person_id: str) -> VaultPerson:
        name, birth_year = self._database.execute(
            "SELECT name, birth_year FROM person WHERE person_id = ?", (person_id,)
        ).fetchone()
        rows = self._database.execute(
            "SELECT alias, is_pseudonym FROM alias WHERE person_id = ? ORDER BY is_pseudonym, alias",
            (person_id,),
        )
        aliases = tuple(Alias(alias, bool(is_pseudonym)) for alias, is_pseudonym in rows.fetchall())
        return VaultPerson(person_id, name, birth_year, aliases)


def agreed(answers: Iterable[bool]) -> bool | None:
    """Whether data may be used, by all that was told of somebody: a refusal holds; None where nothing was told."""
    told = list(answers)
    return all(told) if told else None


def _agreed_by(rows: Iterable[tuple[str, int]]) -> dict[str, bool]:
    """What answers come to, for each of what they were given for."""
    told: dict[str, list[bool]] = {}
    for name, is_given in rows:
        told.setdefault(name, []).append(bool(is_given))
    return {name: answer for name, given in told.items() if (answer := agreed(given)) is not None}
