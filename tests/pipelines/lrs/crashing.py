"""Servers that are killed again and again under load, and what has become of everything that was answered."""

import os
import random
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.errors import WarehouseError
from learnloom.pipelines.lake.open import open_to_read
from learnloom.pipelines.lake.relation import existing_tables
from learnloom.pipelines.lrs.keys import add_key
from learnloom.pipelines.lrs.stores import open_store
from servers.http import is_answering
from servers.kafka.broker import OwnBroker
from servers.ports import free_port
from servers.waiting import wait_until
from tests.forked import Forked
from tests.pipelines.lrs.serving import Client, Clock, statement
from tests.pipelines.lrs.writing import Writer

TOPIC = "learnloom.lrs"
_BETWEEN_KILLS = 20
"""Statements answered between two kills, at the most."""
_PATIENCE_SECONDS = 300
"""The machine may be busy, and a broker takes its time."""


def _learnloom(environment: Mapping[str, str], *arguments: str) -> None:
    """Run a command; in a process of its own."""
    from learnloom.pipelines.cli.main import main  # noqa: PLC0415 - the settings are read first

    os.environ.update(environment)
    sys.argv = ["learnloom", *arguments]
    main()


class Victim:
    """A command that is started again after each kill."""

    def __init__(self, environment: Mapping[str, str], *arguments: str, port: int | None = None) -> None:
        """Start it."""
        self._start = partial(Forked, _learnloom, dict(environment), *arguments, stream=2)
        self._port = port
        self._process = self._start()
        self.wait()

    def wait(self) -> None:
        """Wait until it answers, where it does."""
        if self._port is not None:
            address = f"http://127.0.0.1:{self._port}/xapi/about"
            wait_until(partial(is_answering, address), self._ended, seconds=_PATIENCE_SECONDS)

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    def kill_lander(self) -> None:
        """Kill the process that lands for it, if one is there just now: it starts another."""
        with suppress(ProcessLookupError):
            os.kill(lander_of(self.pid), signal.SIGKILL)

    def _ended(self) -> str | None:
        return None if self._process.is_alive else "".join(self._process.said[-20:]) or "it ended"

    def kill(self) -> None:
        """Kill it, and start it again."""
        self._process.kill()
        self._process = self._start()
        self.wait()

    def close(self) -> None:
        """Stop it in good order."""
        if self._process.is_alive:
            self._process.signal(signal.SIGTERM)
        self._process.end()


def lander_of(pid: int) -> int:
    """Find the process that lands for `learnloom lrs`, which has one other: it tracks resources.

    Raises:
        ProcessLookupError: there is none.
    """
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
                return int(child)
    raise ProcessLookupError(pid)


@dataclass
class Outcome:
    """What was done, and what is wrong."""

    answered: int = 0
    refused: int = 0
    unavailable: int = 0
    """Answers with 503."""
    kills: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)


def crash(
    folder: Path,
    environment: Mapping[str, str],
    *,
    kills: int,
    seed: int,
    writers: int = 8,
    doors: int = 1,
    broker: OwnBroker | None = None,
) -> Outcome:
    """Kill doors, landers, and where there is one a broker, while writers write; then check everything.

    Args:
        folder: the warehouse, which is not there yet.
        environment: settings of the store.
        kills: how often something is killed.
        seed: of what is killed when.
        writers: clients that write at once.
        doors: processes that serve the store at once.
        broker: a broker that is ours.
    """
    draw, is_over = random.Random(seed), threading.Event()
    named = {name.removeprefix("LEARNLOOM_").lower(): value for name, value in environment.items()}
    settings = Settings.model_validate({"warehouse": folder, **named})
    with open_store(settings, now=Clock()) as store:
        key, secret = add_key(store, "crash", scopes=("all",))
    environment = {**environment, "LEARNLOOM_WAREHOUSE": str(folder), "LEARNLOOM_BATCH_SECONDS": "0.2"}
    outcome = Outcome()
    with ExitStack() as stack:
        ports = [free_port() for _ in range(doors)]
        clients = [Client(f"http://127.0.0.1:{port}/xapi", (key.key_id, secret)) for port in ports]
        running = [
            stack.enter_context(_closing(Victim(environment, "lrs", "--port", str(port), port=port)))
            for port in ports
        ]
        victims: list[Killing] = [("door", door.kill) for door in running]
        if broker is None:
            victims += [("lander", door.kill_lander) for door in running]
        if broker is not None:
            lander = stack.enter_context(_closing(Victim(environment, "consume", "--topic", TOPIC)))
            victims += [("door", running[0].kill)] * 6 + [
                ("lander", lander.kill),
                ("lander", lander.kill),
                ("broker", partial(_again, broker)),
            ]
        threads = [Writer(clients, is_over, seed + number) for number in range(writers)]
        with _writing(threads, is_over):
            for name, kill in _plan(victims, kills, draw):
                _wait_for_more(threads, draw.randint(0, _BETWEEN_KILLS))
                kill()
                outcome.kills[name] += 1
            _wait_for_more(threads, 1)
        _check_answers(clients[0], threads, outcome)
        # Landing goes by the order of the log: where this one is, all are.
        (last,) = clients[0].post(statement("last"))
        wait_until(lambda: last in landed(settings), lambda: None, seconds=_PATIENCE_SECONDS)
    _check_landed(settings, threads, outcome)
    return outcome


Killing = tuple[str, Callable[[], None]]


def _plan(victims: Sequence[Killing], kills: int, draw: random.Random) -> list[Killing]:
    """Draw who is killed, each kind at least once."""
    once = list({name: (name, kill) for name, kill in victims}.values())
    plan = [*once, *(draw.choice(victims) for _ in range(kills - len(once)))]
    draw.shuffle(plan)
    return plan


@contextmanager
def _writing(threads: list[Writer], is_over: threading.Event) -> Iterator[None]:
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        is_over.set()
        for thread in threads:
            thread.join()


def _again(broker: OwnBroker) -> None:
    broker.kill()
    broker.start()


@contextmanager
def _closing(victim: Victim) -> Iterator[Victim]:
    try:
        yield victim
    finally:
        victim.close()


def _wait_for_more(threads: list[Writer], count: int) -> None:
    def answered() -> int:
        return sum(len(thread.answered) for thread in threads)

    goal = answered() + count
    wait_until(lambda: answered() >= goal, lambda: None, seconds=_PATIENCE_SECONDS)


def _check_answers(client: Client, threads: list[Writer], outcome: Outcome) -> None:
    """Walk through everything that can be found, and send some of it again: equal, and with other content."""
    answered = {name: one for thread in threads for name, one in thread.answered.items()}
    outcome.answered = len(answered)
    outcome.refused = sum(len(thread.refused) + len(thread.refused_later) for thread in threads)
    outcome.unavailable = sum(thread.unavailable for thread in threads)
    outcome.problems += [problem for thread in threads for problem in thread.problems]
    found: Counter[str] = Counter()
    path = "/statements?limit=100"
    while path:
        page = client("GET", path).json()
        found.update(one["id"] for one in page["statements"])
        path = page["more"].removeprefix("/xapi")
    outcome.problems += [f"not found: {name}" for name in answered if name not in found]
    outcome.problems += [f"found {count} times: {name}" for name, count in found.items() if count > 1]
    name, one = next(iter(answered.items()))
    other = one | {"actor": {"mbox": "mailto:other@example.org"}}
    for sent, status in ((one, 200), (other, 409)):
        answer = client("POST", "/statements", json=sent)
        if answer.status_code != status:
            outcome.problems.append(f"{answer.status_code} instead of {status} for {name}")


def landed(settings: Settings) -> Counter[str]:
    """Count the statements in the warehouse by their ids; none where it is not there yet."""
    try:
        with open_to_read(settings) as warehouse:
            if "landing.statement" not in existing_tables(warehouse):
                return Counter()
            rows = warehouse.rows("SELECT statement_id::VARCHAR FROM landing.statement")
    except WarehouseError:
        return Counter()
    return Counter(str(row[0]) for row in rows)


def _check_landed(settings: Settings, threads: list[Writer], outcome: Outcome) -> None:
    """Compare what has landed with what was answered."""
    with open_to_read(settings) as warehouse:
        letters = [bytes(row[0]).decode() for row in warehouse.rows("SELECT raw FROM landing.dead_letter")]
    there = landed(settings)
    marks = Counter(letter.partition('"mailto:')[2].partition("@")[0] for letter in letters)
    answered = {name for thread in threads for name in thread.answered}
    outcome.problems += [f"lost: {name}" for name in sorted(answered) if name not in there]
    outcome.problems += [f"landed {count} times: {name}" for name, count in there.items() if count > 1]
    for thread in threads:
        outcome.problems += [
            f"{marks[mark]} dead letters of one refusal: {mark}"
            for mark in thread.refused
            if marks[mark] != 1
        ]
        outcome.problems += [
            f"no dead letter of a refusal: {mark}" for mark in thread.refused_later if not marks[mark]
        ]
