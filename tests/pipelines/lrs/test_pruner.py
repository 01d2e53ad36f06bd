"""Where Kafka is the log, the journal lets go of what has landed."""

from pathlib import Path

import orjson

from learnloom.pipelines.lrs.findable import findable
from learnloom.pipelines.lrs.journal import Incoming, Submitter, add_entries, keep_refused
from learnloom.pipelines.lrs.pruner import Pruner
from learnloom.pipelines.lrs.store import Store
from tests.pipelines.ingest.samples import statement_id
from tests.pipelines.lrs.serving import Clock, statement

_SENDER = Submitter("key", defines=True)


def _fill(store: Store, numbers: range) -> None:
    """Keep what was refused, and statements behind it."""
    raw = orjson.dumps(statement())
    incoming = [
        Incoming(statement_id(number), raw, findable(statement()), "1.0.3", _SENDER) for number in numbers
    ]
    store.write(lambda connection, moment: keep_refused(connection, moment, [b"refused"], "key", "1.0.3"))
    store.write(lambda connection, moment: add_entries(connection, moment, incoming))


def _left(store: Store) -> list[int]:
    with store.reading() as connection:
        return [seq for (seq,) in connection.execute("SELECT seq FROM entry WHERE raw IS NOT NULL")]


def test_older_bytes_are_let_go_once_a_statement_behind_them_has_landed(tmp_path: Path) -> None:
    """What is not known to have landed stays, and so do the newest; no warehouse is asked where there is nothing."""
    landed: set[str] = set()
    asked = []

    def has_landed(one: str) -> bool:
        asked.append(one)
        return one in landed

    with Store(tmp_path, now=Clock()) as store:
        _fill(store, range(5))
        pruner = Pruner(store, has_landed, kept=2)
        pruner.prune()
        assert asked == []
        store.note(relayed=6)
        pruner.prune()
        assert _left(store) == [1, 2, 3, 4, 5, 6]
        landed.update(asked)
        pruner.prune()
        assert _left(store) == [5, 6]
        assert asked == [statement_id(3)] * 2
