"""The workstation in a real terminal multiplexer, as a rep would have it open."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(
    shutil.which("tmux") is None, reason="TMUX IS NOT INSTALLED: the real-terminal tests were NOT run"
)


class Tmux:
    """One window of one private server."""

    def __init__(self, size: tuple[int, int]) -> None:
        self._name = f"sixring-{uuid.uuid4().hex[:8]}"
        command = f"{sys.executable} tests/support/live_desk.py"
        self(
            "-f",
            "/dev/null",
            "new-session",
            "-d",
            "-x",
            str(size[0]),
            "-y",
            str(size[1]),
            "-c",
            str(ROOT),
            command,
        )

    def __call__(self, *arguments: str) -> str:
        # A size in the environment would overrule the window's own.
        env = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
        command = ["tmux", "-L", self._name, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=40, check=False, env=env)
        return done.stdout

    def screen(self) -> str:
        return self("capture-pane", "-p")

    def until_told(self, what: str, wanted: str, seconds: float = 40) -> None:
        """Wait until tmux itself tells `wanted` of `what`."""
        end = time.monotonic() + seconds
        while (told := self("display", "-p", what).strip()) != wanted:
            assert time.monotonic() < end, f"{what} is {told!r}, not {wanted!r}"
            time.sleep(0.05)

    def until(self, words: str, seconds: float = 40) -> str:
        """The screen, once it shows `words`."""
        end = time.monotonic() + seconds
        while words not in (shown := self.screen()):
            assert time.monotonic() < end, f"{words!r} never came:\n{shown}"
            time.sleep(0.05)
        return shown


@pytest.fixture
def tmux() -> Iterator[Tmux]:
    server = Tmux((80, 24))
    yield server
    server("kill-server")


def test_a_call_from_dial_to_the_next_lead(tmux: Tmux) -> None:
    tmux.until("[>] PREVIEW")
    tmux("send-keys", "Space")
    tmux.until(">>> RINGING")
    talking = tmux.until("(*) TALKING")
    assert "mic on" in talking
    tmux.until_told("#{window_bell_flag}", "1")  # the bell rang
    tmux.until_told("#{pane_title}", "TALKING Ana Moreno - sixring")
    tmux("send-keys", "-l", "nasked for rates")
    tmux.until("note for Ana Moreno> asked for rates")
    tmux("send-keys", "Enter")
    tmux("send-keys", "-l", "7")
    after = tmux.until("Ana Moreno: not interested")
    assert "[>] PREVIEW" in after
    assert "Bo Lindqvist" in after.splitlines()[0]


def test_the_window_may_shrink_and_grow_in_a_call(tmux: Tmux) -> None:
    tmux.until("[>] PREVIEW")
    tmux("send-keys", "Space")
    tmux("resize-window", "-x", "60", "-y", "15")
    tmux.until("needs 80 columns")
    tmux("resize-window", "-x", "120", "-y", "40")
    wide = tmux.until("Timeline")
    assert "Notes" in wide
    tmux("resize-window", "-x", "80", "-y", "24")
    tmux.until("Gatekeeper")
