"""The workstation dies in the middle of a call: what the next start says, and what the books say."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from support.practice_home import Person, assert_books_are_clean, attempts, practice_home, report
from support.tmux import Pane, needs_tmux, workstation

pytestmark = needs_tmux

CALLED, NEXT = Person("Tom Talking", "8"), Person("Nia Next", "2")


def terminate(desk: Pane) -> None:
    os.kill(desk.pid, signal.SIGTERM)
    assert desk.ended() == 143


def close_the_terminal(desk: Pane) -> None:
    pid = desk.pid
    desk.close()
    until_gone([pid])


def kill(desk: Pane) -> None:
    os.kill(desk.pid, signal.SIGKILL)
    assert desk.ended() == -signal.SIGKILL


def until_gone(pids: list[int], seconds: float = 20) -> None:
    """Wait until none of the processes runs."""
    end = time.monotonic() + seconds
    while left := [pid for pid in pids if runs(pid)]:
        assert time.monotonic() < end, f"these processes do not end: {left}"
        time.sleep(0.05)


def runs(pid: int) -> bool:
    """Whether the process is there and no zombie."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def children(pid: int) -> list[int]:
    """The processes that `pid` started."""
    return [
        int(child)
        for task in Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text().split()
    ]


@pytest.mark.parametrize(
    ("end", "result"), [(terminate, "answered"), (close_the_terminal, "answered"), (kill, "interrupted")]
)
def test_a_death_in_mid_call_brings_the_conversation_back_and_nothing_is_stuck(
    end: Callable[[Pane], None], result: str, tmp_path: Path
) -> None:
    home = practice_home(tmp_path / "home", [CALLED, NEXT])
    with workstation(home) as desk:
        desk.until(f"PREVIEW.*{CALLED.name}")
        desk.press("Space")
        desk.until(r"talk 00:(0[1-9]|[1-5]\d)")
        helpers = children(desk.pid)
        assert len(helpers) >= 2, "the phone process and the practice carrier"
        end(desk)
        until_gone(helpers)

    (attempt,) = attempts(home)
    assert attempt["answered_at"], "the instant of the answer was on disk before the end"

    with workstation(home) as desk:
        desk.until("WRAP")
        how = "was cut off" if result == "interrupted" else "ended"
        desk.until(f"{CALLED.name}: your call {how} after")
        desk.type("1")
        desk.until(f"PREVIEW.*{NEXT.name}")
        desk.type("qq")
        assert desk.ended() == 0

    (attempt,) = attempts(home)
    assert attempt["ended_at"], "the attempt is left open"
    assert attempt["result"] == result
    assert attempt["disposition"] == "no_answer"
    held = {row["name"]: row["held_by"] for row in report(home, "queue", "--json")}
    assert held == {CALLED.name: "", NEXT.name: ""}
    assert_books_are_clean(home)
