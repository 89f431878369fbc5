"""The program as its users have it: a process with arguments, streams and an exit code."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = Path(sys.executable).with_name("sixring")


def environment(home: Path | None, extra: dict[str, str] | None = None) -> dict[str, str]:
    """The environment of a run in `home`, with no secret, no keyring and no encoding of the machine."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("SIXRING_")}
    env["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"
    env["PYTHONUTF8"] = "1"
    if home is not None:
        env["SIXRING_HOME"] = str(home)
    return {**env, **(extra or {})}


def sixring(
    *args: str | Path,
    home: Path | None = None,
    typed: str = "",
    env: dict[str, str] | None = None,
    cwd: Path | None = None,
    timeout: float = 120,
) -> subprocess.CompletedProcess[str]:
    """Run `sixring args` to its end."""
    return subprocess.run(
        [PROGRAM, *map(str, args)],
        input=typed,
        env=environment(home, env),
        cwd=cwd,
        capture_output=True,
        encoding="utf-8",
        timeout=timeout,
        check=False,
    )
