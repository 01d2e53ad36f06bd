"""Judge a file of statements by Ralph's own base model; runs in Ralph's environment, not in ours.

    python ralph_judge.py FILE [--verdicts]

Prints the rate by processor time and how many were accepted; with --verdicts one 0 or 1 a line before it.
"""

import json
import sys
import time
from pathlib import Path

from ralph.models.xapi.base.statements import BaseXapiStatement


def main() -> None:
    """Judge and print."""
    lines = Path(sys.argv[1]).read_bytes().splitlines()
    verdicts = []
    started = time.process_time()
    for line in lines:
        try:
            BaseXapiStatement.model_validate(json.loads(line))
            verdicts.append(True)
        except Exception:  # noqa: BLE001 - whatever it raises, it is no acceptance
            verdicts.append(False)
    seconds = time.process_time() - started
    if "--verdicts" in sys.argv:
        for verdict in verdicts:
            print(int(verdict))
    print(json.dumps({"rate": len(lines) / seconds, "accepted": sum(verdicts)}))


if __name__ == "__main__":
    main()
