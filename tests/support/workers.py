"""Starting, reading and killing the processes of `store_worker`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from support.postgres import until_gone

_ROOT = Path(__file__).resolve().parents[2]


def start(job: str, location: str, rep: str, count: int) -> subprocess.Popen[str]:
    """A worker of `store_worker`, its standard output readable."""
    env = {**os.environ, "PYTHONPATH": f"{_ROOT}{os.pathsep}{_ROOT / 'tests'}"}
    command = [sys.executable, str(_ROOT / "tests/support/store_worker.py"), job, location, rep, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=None, text=True, env=env)


def said(worker: subprocess.Popen[str]) -> list[dict[str, Any]]:
    """Everything the worker said until its end, which must be a good one."""
    out, _ = worker.communicate(timeout=150)
    assert worker.returncode == 0
    return [json.loads(line) for line in out.splitlines()]


def kill_after(worker: subprocess.Popen[str], location: str, lines: int) -> list[dict[str, Any]]:
    """What the worker had said when it was killed (SIGKILL), soon after its first `lines` lines."""
    assert worker.stdout is not None
    heard = [line for _ in range(lines) if (line := worker.stdout.readline())]
    worker.kill()
    whole = "".join(heard) + worker.stdout.read()
    worker.stdout.close()
    worker.wait(60)
    until_gone(location, worker.pid)
    return [json.loads(line) for line in whole.splitlines(keepends=True) if line.endswith("\n")]
