"""Print the tests that failed in pytest's last run, on one line; leave with 1 where none did, or many."""

import json
import sys
from pathlib import Path

_FEW = 3


def main() -> None:
    """Leave with 1 also where pytest did not come as far as a test."""
    try:
        failed = sorted(json.loads(Path(".pytest_cache/v/cache/lastfailed").read_bytes()))
    except FileNotFoundError:
        failed = []
    if not 0 < len(failed) <= _FEW:
        sys.exit(1)
    sys.stdout.write(" ".join(failed) + "\n")


if __name__ == "__main__":
    main()
