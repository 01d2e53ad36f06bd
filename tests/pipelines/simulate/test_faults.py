"""What goes wrong on the way: counted truly, refused where it must be, harmless elsewhere."""

from collections import Counter
from random import Random
from typing import Any

import orjson
import pytest

from learnloom.pipelines.ingest.validate.validator import validate
from learnloom.pipelines.simulate.breakage import BROKEN_KINDS, ID_CONFLICT, broken
from learnloom.pipelines.simulate.config import HOUR_MS, SimulationConfig
from learnloom.pipelines.simulate.faults import FaultyLink
from learnloom.schemas import vocabulary as xapi
from tests.pipelines.simulate.conftest import SimulatedClass, read_class

pytestmark = pytest.mark.slow

Received = tuple[dict[str, dict[str, Any]], Counter[str]]
ASSIGNED_BY_A_STORE = ("stored", "authority", "version")


@pytest.fixture(scope="module")
def troubled_class(tmp_path_factory: pytest.TempPathFactory) -> SimulatedClass:
    """A class in which every third statement suffers something."""
    config = SimulationConfig(seed=9, students=40, weeks=4, courses=2, faults=0.33)
    return read_class(config, tmp_path_factory.mktemp("troubled"))


def sort_out(lines: list[bytes]) -> Received:
    """Receive lines as a store would: what stands in the end by id, and how many came to which outcome."""
    kept: dict[str, dict[str, Any]] = {}
    outcomes: Counter[str] = Counter()
    for line in lines:
        verdict = validate(line)
        if not verdict.is_valid:
            outcomes["broken"] += 1
            continue
        statement = orjson.loads(line)
        content = {key: value for key, value in statement.items() if key not in ASSIGNED_BY_A_STORE}
        known = kept.setdefault(statement["id"], content)
        if known is content:
            outcomes["valid"] += 1
        else:
            outcomes["duplicate" if known == content else ID_CONFLICT] += 1
    return kept, outcomes


@pytest.fixture(scope="module")
def sorted_out(troubled_class: SimulatedClass) -> Received:
    """What a store keeps of the troubled class."""
    return sort_out(troubled_class.lines)


def expected(simulated: SimulatedClass) -> Counter[str]:
    """The table `expected`; refused ones that are not valid by themselves together as broken."""
    counts: Counter[str] = Counter()
    for row in simulated.truth("expected"):
        name = row["kind"] if row["kind"] == ID_CONFLICT else row["outcome"]
        counts["broken" if name == "refused" else name] += row["records"]
    return counts


@pytest.mark.parametrize("fixture", ["default_class", "troubled_class", "faultless_class"])
def test_expected_counts_are_what_a_store_finds(fixture: str, request: pytest.FixtureRequest) -> None:
    """Whoever receives the file finds as many valid, double, conflicting and broken records as it says."""
    simulated: SimulatedClass = request.getfixturevalue(fixture)
    is_troubled = fixture == "troubled_class"
    _, outcomes = request.getfixturevalue("sorted_out") if is_troubled else sort_out(simulated.lines)
    counts = expected(simulated)
    for outcome in ("valid", "duplicate", ID_CONFLICT, "broken"):
        assert outcomes[outcome] == counts[outcome], outcome
    assert simulated.summary.valid == counts["valid"]


def test_each_kind_of_breakage_occurs(troubled_class: SimulatedClass) -> None:
    """A class with many faults shows every kind of broken statement."""
    assert set(troubled_class.summary.refused) == set(BROKEN_KINDS)


def test_the_default_class_has_all_faults(default_class: SimulatedClass) -> None:
    """The class of the demonstration has duplicates, late, broken and voided statements, about two in 100."""
    summary = default_class.summary
    faults = (summary.duplicates, sum(summary.refused.values()), summary.voided, summary.late)
    assert min(faults) >= 20
    assert 0.01 < sum(faults) / summary.lines < 0.03


def test_a_faultless_class_is_in_order(faultless_class: SimulatedClass) -> None:
    """Without faults every line is valid, single and in the order of its time."""
    assert faultless_class.summary.lines == faultless_class.summary.valid
    times = [statement["timestamp"] for statement in faultless_class.statements()]
    assert times == sorted(times)


def test_voids_hit_statements_that_exist(troubled_class: SimulatedClass, sorted_out: Received) -> None:
    """Every voiding statement names a valid one that is no void itself; some come before their target."""
    kept, _ = sorted_out
    voids = [statement for statement in kept.values() if statement["verb"]["id"] == xapi.VOIDED]
    targets = [void["object"]["id"] for void in voids]
    assert len(set(targets)) == len(targets) == troubled_class.summary.voided
    assert all(kept[target]["verb"]["id"] != xapi.VOIDED for target in targets)
    places = {statement_id: place for place, statement_id in enumerate(kept)}
    is_early = Counter(places[void["id"]] < places[void["object"]["id"]] for void in voids)
    assert is_early[True]
    assert is_early[False]


def test_late_statements_are_out_of_order(troubled_class: SimulatedClass, sorted_out: Received) -> None:
    """As many first-time statements as counted late, or void targets held back, stand behind younger ones."""
    newest, behind = "", 0
    kept, _ = sorted_out
    for statement in kept.values():
        behind += statement["timestamp"] < newest
        newest = max(newest, statement["timestamp"])
    assert (
        troubled_class.summary.late * 0.9
        < behind
        <= troubled_class.summary.late + troubled_class.summary.voided
    )


def test_enrolments_are_spared(troubled_class: SimulatedClass, sorted_out: Received) -> None:
    """However bad the connection, every registration arrives."""
    kept, _ = sorted_out
    registered = {
        statement["context"]["registration"]
        for statement in kept.values()
        if statement["verb"]["id"] == xapi.REGISTERED
    }
    assert registered == {row["registration"] for row in troubled_class.truth("enrolment")}


@pytest.mark.parametrize("kind", [kind for kind in BROKEN_KINDS if kind != ID_CONFLICT])
def test_broken_statements_are_refused(faultless_class: SimulatedClass, kind: str) -> None:
    """Each way of breaking turns valid statements into ones that are refused with a reason."""
    place = BROKEN_KINDS.index(kind)
    for line in faultless_class.lines[:: len(faultless_class.lines) // 50]:
        assert validate(line).is_valid
        verdict = validate(broken(place, line.decode()))
        assert not verdict.is_valid
        assert verdict.faults


class _Recorder:
    """A wire that remembers."""

    def __init__(self) -> None:
        self.sent: list[tuple[int, bytes]] = []

    def put(self, sent_ms: int, line: bytes) -> None:
        self.sent.append((sent_ms, line))


def test_a_conflict_comes_after_the_statement_whose_id_it_takes() -> None:
    """The first with an id stays, so a conflicting one must be later, even where time runs backwards."""
    wire = _Recorder()
    link = FaultyLink(wire, 0.5, Random(2))
    for n in range(3000):
        statement = {"id": str(n), "actor": {"name": "A"}, "verb": {"id": "v"}, "object": {}, "n": n}
        line = orjson.dumps(statement).decode()
        link.take(str(n), line, HOUR_MS * (5000 - n), is_spared=False)
    sent = sorted(wire.sent, key=lambda entry: entry[0])
    whole = [orjson.loads(line) for _, line in sent if line.endswith(b"}") and b'"n":' in line]
    seen: set[str] = set()
    conflicts = 0
    for statement in whole:
        if statement["id"] not in (str(statement["n"]), "42"):
            assert statement["id"] in seen
            conflicts += 1
        seen.add(statement["id"])
    assert conflicts == link.refused[ID_CONFLICT] > 5
