"""Run every measurement of this folder, or those named: `make bench ARGS="claim import"`.

The beginning of a name is enough where no other measurement begins so.
"""

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


def chosen(names: list[str], known: dict[str, Path]) -> list[str] | None:
    """The full names of those asked for, all of them for none; None where one is not known."""
    found = [_full(name, known) for name in names]
    return None if None in found else [name for name in found if name] or list(known)


def _full(name: str, known: dict[str, Path]) -> str | None:
    meant = [name] if name in known else [one for one in known if one.startswith(name)]
    return meant[0] if len(meant) == 1 else None


def main(names: list[str]) -> int:
    """Run them one after the other, so that they do not disturb each other; 1 where one fails."""
    known = benches()
    wanted = chosen(names, known) if names != ["--list"] else None
    if wanted is None:
        print(*known, sep="\n")
        return int(names != ["--list"])
    failed = []
    for name in wanted:
        print(f"== {name}", flush=True)
        if subprocess.run([sys.executable, known[name]], cwd=HERE.parent, check=False).returncode:
            failed.append(name)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
