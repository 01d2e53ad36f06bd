"""Where other validators judge otherwise, and which sentence of the specification decides: prints a table.

    python bench/outside.py [--count 100000] [--seed 1]

Right and wrong statements are mutated value by value; each is judged by ours, and by @learninglocker/xapi-validation
(npm), installed into a folder that is thrown away. Valid ones are shown to Ralph (PyPI) too. Every kind of
disagreement must be classified in bench/disagreements.py: an unclassified one ends the run with exit code 1.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
from collections import Counter
from copy import deepcopy
from pathlib import Path
from typing import Any

import orjson

from bench.disagreements import Decision, decide
from bench.validate import RALPH, install_ralph, output
from learnloom.pipelines.ingest.validate.validator import validate
from learnloom.schemas.xapi.rule import record_of
from learnloom.schemas.xapi.rules import RULES
from tests.schemas.xapi.samples import RIGHT, WRONG
from tests.schemas.xapi.test_atoms import RIGHT as RIGHT_VALUES
from tests.schemas.xapi.test_atoms import WRONG as WRONG_VALUES

PEER = "@learninglocker/xapi-validation@3.0.0"
_HERE = Path(__file__).parent
_ANY: list[Any] = [
    None,
    True,
    0,
    -1,
    1.5,
    "",
    "x",
    [],
    {},
    [{}],
    {"id": "a:b"},
    "1.0.3",
    "Agent",
    "Group",
    "StatementRef",
]


def main() -> None:
    """Judge, compare and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    statements = list(mutated(options.count, random.Random(options.seed)))  # noqa: S311 - no secret
    verdicts = [[fault.rule for fault in validate(raw).faults] for raw in statements]
    with tempfile.TemporaryDirectory() as folder:
        warnings = _peer_warnings(statements, Path(folder))
        unclassified = _compare(verdicts, warnings, statements)
        unclassified += _show_ralph(
            [raw for raw, rules in zip(statements, verdicts, strict=True) if not rules], Path(folder)
        )
    sys.exit(1 if unclassified else 0)


def mutated(count: int, chance: random.Random) -> list[bytes]:
    """Make so many statements of version 1.0.x: a third right or wrong as they stand, the others changed."""
    bases = [*RIGHT, *(wrong.statement() for wrong in WRONG)]
    for rule in RULES.values():
        bases += [parsed for example in (rule.right, rule.wrong) if (parsed := _parsed(record_of(example)))]
    bases = [base for base in bases if not str(base.get("version", "1.")).startswith("2")]
    values = [value for group in (*RIGHT_VALUES.values(), *WRONG_VALUES.values()) for value in group] + _ANY
    values = [
        value for value in values if isinstance(value, str | bool | list | dict | None) or abs(value) < 1e300
    ]
    made: list[Any] = []
    while len(made) < count:
        statement = json.loads(json.dumps(chance.choice(bases)))
        for _ in range(chance.choice((0, 1, 1, 2))):
            _mutate(statement, chance, values)
        made.append(orjson.dumps(statement))
    return made


def _parsed(record: bytes | None) -> dict[str, Any] | None:
    """A record that both sides can read alike; what JSON itself decides is no matter here."""
    if record is None or len(record) > 100_000 or "json" in {f.rule[:4] for f in validate(record).faults}:
        return None
    return validate(record).statement


def _mutate(statement: dict[str, Any], chance: random.Random, values: list[Any]) -> None:
    """Replace, remove or rename one value somewhere."""
    here: Any = statement
    while True:
        keys = list(here) if isinstance(here, dict) else list(range(len(here)))
        if not keys:
            return
        key = chance.choice(keys)
        if isinstance(here[key], dict | list) and chance.random() < 0.8:
            here = here[key]
            continue
        kind = chance.random()
        if kind < 0.15:
            del here[key]
        elif kind < 0.25 and isinstance(here, dict):
            here[chance.choice(["x", "Name", "id", "objectType", "mbox", "<Agent>", "description"])] = (
                here.pop(key)
            )
        elif isinstance(here[key], str) and kind < 0.75:
            here[key] = chance.choice([v for v in values if isinstance(v, str)])
        else:
            here[key] = deepcopy(chance.choice(values))
        return


def _peer_warnings(statements: list[bytes], folder: Path) -> list[list[Any]]:
    (folder / "package.json").write_text("{}")
    subprocess.run(["npm", "install", "--silent", "--prefix", str(folder), PEER], check=True, timeout=300)
    (folder / "statements.jsonl").write_bytes(b"\n".join(statements) + b"\n")
    module = folder / "node_modules" / "@learninglocker" / "xapi-validation"
    lines = output(
        ["node", str(_HERE / "outside_judge.js"), str(folder / "statements.jsonl"), str(module)]
    ).splitlines()
    assert len(lines) == len(statements)
    return [json.loads(line) for line in lines]


def _compare(verdicts: list[list[str]], warnings: list[list[Any]], statements: list[bytes]) -> int:
    """Print each kind of disagreement with what decides it; give the number of unclassified kinds."""
    kinds: Counter[tuple[str, str]] = Counter()
    samples: dict[tuple[str, str], bytes] = {}
    agreed = 0
    for rules, told, raw in zip(verdicts, warnings, statements, strict=True):
        if bool(rules) == bool(told):
            agreed += 1
            continue
        kind = ("accepted", rules[0]) if rules else ("refused", _kind(told[0]))
        kinds[kind] += 1
        if kind not in samples or len(raw) < len(samples[kind]):
            samples[kind] = raw
    print(f"{PEER}: {len(verdicts):,} statements, {sum(not rules for rules in verdicts):,} valid by ours")
    print(f"agreed on {agreed:,}; {sum(kinds.values()):,} disagreements of {len(kinds)} kinds:")
    unclassified = 0
    for (did, what), count in kinds.most_common():
        decision: Decision | None = decide(did, what)
        unclassified += decision is None
        line = f"{decision.section}: {decision.sentence} [{decision.right}]" if decision else "UNCLASSIFIED"
        print(f"{count:>8,}  it {did} {what}\n          {line}")
        if decision is None:
            print(f"          {samples[did, what].decode()[:600]}")
    return unclassified


def _kind(warning: list[Any]) -> str:
    name, kind, path = warning
    last = next((step for step in reversed(path) if not step.isdigit()), "statement")
    return f"{name} {kind} at {last if ':' not in last else 'key'}".replace("  ", " ")


def _show_ralph(valid: list[bytes], folder: Path) -> int:
    """Print what Ralph refuses of valid statements; give the number of unclassified kinds."""
    ralph = install_ralph(folder)
    if isinstance(ralph, str):
        print(f"Ralph was left out: {ralph}")
        return 0
    (folder / "valid.jsonl").write_bytes(b"\n".join(valid) + b"\n")
    told = json.loads(
        output([str(ralph), str(_HERE / "ralph_judge.py"), str(folder / "valid.jsonl")]).splitlines()[-1]
    )
    print(
        f"{RALPH}: accepts {told['accepted']:,} of {len(valid):,} statements that are valid by ours; it refuses by"
    )
    unclassified = 0
    for kind, count in told["refusals"]:
        decision = decide("ralph", kind)
        unclassified += decision is None
        print(
            f"{count:>8,}  {kind}: {f'{decision.section}: {decision.sentence}' if decision else 'UNCLASSIFIED'}"
        )
    return unclassified


if __name__ == "__main__":
    main()
