"""What becomes of what was answered where everything is killed: door, lander and broker, at random moments under load.

    python -m bench.crash [journal|kafka|postgres] [KILLS] [SEED]

By default Kafka, 200 kills, seed 16.

Eight clients send batches of 1 to 5 statements, and each again until it is answered; every tenth is invalid. At the end
every statement answered with 200 must be found once and have landed once, and every refusal be one dead letter.
"""

import argparse
import os
import platform
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from servers.kafka.find import own_broker
from servers.postgres.find import find_postgres
from tests.pipelines.lrs.crashing import Outcome, crash


def _crash(store: str, kills: int, seed: int) -> Outcome:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        warehouse = folder / "warehouse"
        if store == "postgres":
            database = stack.enter_context(find_postgres(os.environ)).create_database()
            return crash(warehouse, {"LEARNLOOM_CATALOG": database.uri}, kills=kills, seed=seed, doors=2)
        if store == "kafka":
            broker = stack.enter_context(own_broker(os.environ, folder / "broker"))
            settings = {
                "LEARNLOOM_KAFKA_BOOTSTRAP_SERVERS": broker.address,
                "LEARNLOOM_KAFKA_SESSION_TIMEOUT_SECONDS": "6",
            }
            return crash(warehouse, settings, kills=kills, seed=seed, broker=broker)
        return crash(warehouse, {}, kills=kills, seed=seed)


def main() -> None:
    """Crash, and print figures and faults; exit code 1: something is lost or doubled."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("store", nargs="?", choices=("journal", "kafka", "postgres"), default="kafka")
    parser.add_argument("kills", nargs="?", type=int, default=200)
    parser.add_argument("seed", nargs="?", type=int, default=16)
    options = parser.parse_args()
    store, seed = options.store, options.seed
    began = time.monotonic()
    outcome = _crash(store, options.kills, seed)
    told = ", ".join(f"{name} {count}" for name, count in sorted(outcome.kills.items()))
    print(f"{platform.platform()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.0f}, seed {seed}")
    print(f"{store}: killed {outcome.kills.total()} times ({told}) in {time.monotonic() - began:.0f} s")
    print(
        f"{outcome.answered:,} statements and {outcome.refused:,} refusals answered, {outcome.unavailable:,} times 503"
    )
    print(*outcome.problems[:50], sep="\n")
    print(f"lost or doubled: {len(outcome.problems)}")
    sys.exit(bool(outcome.problems))


if __name__ == "__main__":
    main()
