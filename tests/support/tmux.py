"""A program in a real terminal: a private tmux server, keys sent to it, its screen read back."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.program import PROGRAM, environment

needs_tmux = pytest.mark.skipif(
    shutil.which("tmux") is None, reason="TMUX IS NOT INSTALLED: the tests at a real terminal were NOT run"
)
PATIENCE_S = 40.0  # success takes a second; three workers may start a workstation each
_LOOK_S = 0.05


class Pane:
    """One program on one terminal."""

    def __init__(
        self, folder: str, command: Sequence[str | Path], size: tuple[int, int], env: Mapping[str, str]
    ) -> None:
        self._socket = f"{folder}/s"
        # Textual would believe these two instead of the terminal.
        self._env = {name: value for name, value in env.items() if name not in ("COLUMNS", "LINES")}
        width, height = map(str, size)
        self._tmux(
            "-f", "/dev/null", "start-server", ";",
            "set-option", "-g", "remain-on-exit", "on", ";",
            "new-session", "-d", "-x", width, "-y", height, *map(str, command),
        )  # fmt: skip

    # ------------------------------------------------------------ screen

    def screen(self) -> str:
        """What the terminal shows now."""
        return self._tmux("capture-pane", "-p")

    def until(self, pattern: str, seconds: float = PATIENCE_S) -> str:
        """The screen, once `pattern` (a regular expression, `^` and `$` by line) is on it."""
        end = time.monotonic() + seconds
        while re.search(pattern, shown := self.screen(), re.MULTILINE) is None:
            assert "Pane is dead" not in shown, f"the program ended before {pattern!r} came:\n{shown}"
            assert time.monotonic() < end, f"{pattern!r} never came in {seconds} s:\n{shown}"
            time.sleep(_LOOK_S)
        return shown

    def until_not(self, pattern: str, seconds: float = PATIENCE_S) -> str:
        """The screen, once `pattern` is no longer on it."""
        end = time.monotonic() + seconds
        while re.search(pattern, shown := self.screen(), re.MULTILINE) is not None:
            assert time.monotonic() < end, f"{pattern!r} never went in {seconds} s:\n{shown}"
            time.sleep(_LOOK_S)
        return shown

    def until_rung(self, seconds: float = PATIENCE_S) -> None:
        """Wait until the terminal's bell was rung."""
        end = time.monotonic() + seconds
        while self._tmux("display-message", "-p", "#{window_bell_flag}").strip() != "1":
            assert time.monotonic() < end, f"the bell never rang:\n{self.screen()}"
            time.sleep(_LOOK_S)

    def resize(self, width: int, height: int) -> None:
        """Give the terminal another size."""
        self._tmux("resize-window", "-x", str(width), "-y", str(height))

    # -------------------------------------------------------------- keys

    def press(self, *keys: str) -> None:
        """Named keys: `Space`, `Enter`, `Escape`, `C-u`."""
        self._tmux("send-keys", *keys)

    def type(self, text: str) -> None:
        """Characters, as they are."""
        self._tmux("send-keys", "-l", text)

    # -------------------------------------------------------------- life

    @property
    def pid(self) -> int:
        """The program's process."""
        return int(self._tmux("display-message", "-p", "#{pane_pid}"))

    def ended(self, seconds: float = PATIENCE_S) -> int:
        """The exit code, once the program has ended; negative: the signal that ended it."""
        end = time.monotonic() + seconds
        while True:
            dead, status, number, server = (
                self._tmux(
                    "display-message", "-p", "#{pane_dead}:#{pane_dead_status}:#{pane_dead_signal}:#{pid}"
                )
                .strip()
                .split(":")
            )
            if status:
                return int(status)
            if number:
                return -int(number)
            assert time.monotonic() < end, f"the program does not end:\n{self.screen()}"
            if dead:  # tmux 3.3 now and then misses the end of its child: remind it
                os.kill(int(server), signal.SIGCHLD)
            time.sleep(_LOOK_S)

    def close(self) -> None:
        """Close the terminal under the program, as a lost connection or a closed window does."""
        self._tmux("kill-pane")

    def _tmux(self, *arguments: str) -> str:
        done = subprocess.run(
            ["tmux", "-u", "-S", self._socket, *arguments],
            capture_output=True, encoding="utf-8", timeout=PATIENCE_S, check=False, env=self._env,
        )  # fmt: skip
        return done.stdout


@contextmanager
def pane(
    command: Sequence[str | Path], size: tuple[int, int] = (80, 24), env: Mapping[str, str] | None = None
) -> Iterator[Pane]:
    """Run `command` in a terminal of `size`; terminal and program are gone at the end."""
    with tempfile.TemporaryDirectory(prefix="tmux", dir="/tmp") as folder:  # a socket's path must be short
        shown = Pane(folder, command, size, env or environment(None))
        try:
            yield shown
        finally:
            shown._tmux("kill-server")


@contextmanager
def workstation(home: Path, size: tuple[int, int] = (80, 24)) -> Iterator[Pane]:
    """`sixring practice` on `home`, as a rep opens it; nobody calls but whom the test lets call."""
    with pane([PROGRAM, "practice", "--no-callers", "--home", home], size, environment(None)) as shown:
        yield shown
