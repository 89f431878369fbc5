"""Run every measurement of this folder, or those named: `make bench ARGS="claim import"`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def benches() -> dict[str, Path]:
    """The measurements by name; files that begin with an underscore are their helpers."""
    return {
        path.stem: path for path in sorted(HERE.glob("*.py")) if path.stem != "run" and path.stem[0] != "_"
    }


def main(names: list[str]) -> int:
    """Run them one after the other, so that they do not disturb each other; 1 where one fails."""
    known = benches()
    unknown = [name for name in names if name not in known]
    if unknown or names == ["--list"]:
        print(*known, sep="\n")
        return int(names != ["--list"])
    failed = []
    for name in names or known:
        print(f"== {name}", flush=True)
        if subprocess.run([sys.executable, known[name]], cwd=HERE.parent, check=False).returncode:
            failed.append(name)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
