"""A student who stands in every room, by all of their identifiers, is in no byte of any after an erasure."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from learnloom.pipelines.backup.everything import back_up_everything
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.open import catalog_of
from learnloom.pipelines.login.forget import opened_logins
from learnloom.pipelines.pages.log import AnswerLog
from learnloom.pipelines.pages.model import folder_of
from learnloom.pipelines.people.identifier import key_of
from learnloom.pipelines.privacy.erase_request import request_erasures
from learnloom.pipelines.privacy.erase_run import Erasing
from learnloom.pipelines.privacy.kept import FILES
from learnloom.pipelines.privacy.receipt import read_receipts
from learnloom.pipelines.vault.opening import open_vault
from tests.pipelines.privacy.everywhere import (
    ADDRESS,
    BO,
    LOGIN,
    NAMES,
    ZOE,
    fill,
    import_the_roster,
    settings_in,
)
from tests.pipelines.privacy.making import NOW, left_of

pytestmark = pytest.mark.slow


def _logged_in(settings: Settings) -> Sequence[Any]:
    with opened_logins(settings, lambda: NOW) as database:
        assert database is not None
        with database.reading() as connection:
            return [
                row[0]
                for table in ("came", "session")
                for row in connection.execute(f"SELECT * FROM {table}").fetchall()
            ]


@pytest.mark.long
@pytest.mark.parametrize("where", ["sqlite", "postgres"])
def test_who_stands_everywhere_is_nowhere(where: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Asked for by the name in the vault, with keyed keys: statements, rosters, logins, answers, read model, vault."""
    settings = settings_in(tmp_path, None if where == "sqlite" else request.getfixturevalue("database"))
    with Warehouse(settings.warehouse, postgres=catalog_of(settings)) as warehouse:
        key = fill(warehouse, settings, tmp_path)
        tokens = [key, key_of(ZOE), key_of(ADDRESS), "zz-901", "zoe.angstrom", LOGIN, *NAMES]
        before = {token for token, _ in left_of(tmp_path, tokens)}
        assert before >= {key, "zz-901", NAMES[0], NAMES[1]}
        back_up_everything(warehouse, tmp_path / "safe")
        held = {token for token, _ in left_of(tmp_path / "safe", tokens)}
        assert held >= {key, "zz-901", LOGIN, NAMES[0], NAMES[2]}
        assert NAMES[1] not in held
        (erasure,) = request_erasures(warehouse, settings, [NAMES[1]], reason="asked", clock=lambda: NOW)
        assert erasure.n_statements == 8
        assert warehouse.rows("SELECT identifier FROM landing.roster_member") == [(BO,)]
        # The school's list of the night, which knows nothing of it.
        import_the_roster(warehouse)
        assert warehouse.one("SELECT count(*) FROM landing.roster_member") == (3,)
        assert not {
            place for token, place in left_of(folder_of(settings), tokens) if place.endswith(".duckdb")
        }
        late = NOW + dt.timedelta(days=1)
        (outcome,) = Erasing(
            warehouse, settings, clock=lambda: late, at_once=True, backups=[str(tmp_path / "safe")]
        ).run()
        assert outcome.waits_for is None
        (receipt,) = read_receipts(warehouse.folder)
        assert receipt.content["beside_the_warehouse"] == {
            "login.came": 1,
            "login.session": 1,
            "pages.answer": 1,
            "vault.person": 1,
        }
        assert receipt.content["relations"]["landing.roster_member"]["before"] == 2
        (tmp_path / "class.jsonl").unlink()
        assert left_of(tmp_path, tokens) == set()
        assert {
            path.name.removesuffix("-wal").removesuffix("-shm") for path in settings.warehouse.iterdir()
        } <= {each.place for each in FILES}
        assert warehouse.rows("SELECT identifier FROM landing.roster_member") == [(BO,)]
        assert [each.student_key for each in AnswerLog(folder_of(settings)).waiting().all()] != [key]
        assert len(_logged_in(settings)) == 2
        with open_vault(settings) as vault:
            assert [person.name for person in vault.people(limit=5)] == ["Bo"]
