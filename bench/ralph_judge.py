"""Judge a file of statements by Ralph's own base model; runs in Ralph's environment, not in ours.

    python ralph_judge.py FILE

Prints the rate by processor time, how many were accepted, and for what the others were refused first.
"""

import json
import sys
import time
from collections import Counter
from pathlib import Path

from pydantic import ValidationError
from ralph.models.xapi.base.statements import BaseXapiStatement


def main() -> None:
    """Judge and print."""
    lines = Path(sys.argv[1]).read_bytes().splitlines()
    refusals: Counter[str] = Counter()
    started = time.process_time()
    for line in lines:
        try:
            BaseXapiStatement.model_validate(json.loads(line))
        except ValidationError as error:
            refusals[_kind(error)] += 1
        except Exception as error:  # noqa: BLE001 - it raises KeyError and others on some records
            refusals[f"{type(error).__name__} at statement"] += 1
    seconds = time.process_time() - started
    accepted = len(lines) - refusals.total()
    print(
        json.dumps({"rate": len(lines) / seconds, "accepted": accepted, "refusals": refusals.most_common()})
    )


def _kind(error: ValidationError) -> str:
    """The type of the first error that is not just another branch of a union, and the last property before it."""
    branches = {"missing", "literal_error", "extra_forbidden"}
    first = min(error.errors(include_url=False), key=lambda line: line["type"] in branches)
    names = [
        step for step in first["loc"] if isinstance(step, str) and step[:1].islower() and "[" not in step
    ]
    return f"{first['type']} at {names[-1] if names else 'statement'}"


if __name__ == "__main__":
    main()
