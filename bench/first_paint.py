"""From the start of the process to the first painted screen, beside a bare Textual app in the same run.

    python bench/first_paint.py [--runs 15]

Both start as a fresh interpreter on a pseudo-terminal of 80x24 and take turns,
so that both meet the same machine. Ours shows what a rep sees first: the desk,
starting, with no lead yet. The clock stops when the last row of the screen has
arrived. Prints one JSON object: `sixring_ms` and `bare_ms` (median
and fastest) and `ratio` (of the medians).
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import pty
import signal
import statistics
import struct
import sys
import termios
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PATHS = f"import sys; sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / 'tests')!r}]\n"
OURS = (
    PATHS
    + """
import asyncio
from cli.workstation import screen
show = screen()
from support.fake_desk import FakeDesk
from cadence.model import ShiftState
desk = FakeDesk()
desk.enter(ShiftState.NOT_READY, card=None, reason="starting")
asyncio.run(show(desk))
"""
)
BARE = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("a bare app, last row")
Bare().run()
"""
LAST_ROW = {"sixring": b"quit", "bare": b"last row"}


def first_paint_ms(script: str, sign: bytes) -> float:
    """Start `script` on a fresh terminal; ms until it has painted `sign`."""
    started = time.perf_counter()
    pid, fd = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        os.environ.update(TERM="xterm-256color", COLUMNS="80", LINES="24")
        os.execv(sys.executable, [sys.executable, "-c", script])
    painted = b""
    while sign not in painted:
        painted += os.read(fd, 65536)
    elapsed = (time.perf_counter() - started) * 1000
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(fd)
    return elapsed


def main() -> int:
    """Measure in turns and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    scripts = {"sixring": OURS, "bare": BARE}
    for name, script in scripts.items():  # once for the page cache
        first_paint_ms(script, LAST_ROW[name])
    times: dict[str, list[float]] = {name: [] for name in scripts}
    for _ in range(runs):
        for name, script in scripts.items():
            times[name].append(first_paint_ms(script, LAST_ROW[name]))
    medians = {name: statistics.median(each) for name, each in times.items()}
    shown = {
        f"{name}_ms": {"p50": round(medians[name], 1), "min": round(min(times[name]), 1)} for name in scripts
    }
    print(json.dumps({**shown, "ratio": round(medians["sixring"] / medians["bare"], 3), "runs": runs}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
