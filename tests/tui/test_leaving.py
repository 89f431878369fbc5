"""However the workstation ends, the desk puts everything on disk and the terminal is given back."""

from __future__ import annotations

import re
import signal
import sys
import time
from pathlib import Path

import pytest
from support.terminal import Terminal, terminal

LIVE = [sys.executable, "tests/support/live_desk.py"]
# As make does: it is told of the end of the terminal, and waits for what it started.
STARTED_BY_ANOTHER = [
    sys.executable,
    "-c",
    "import signal, sys, subprocess as p; signal.signal(1, lambda *_: 0); sys.exit(p.call(sys.argv[1:]))",
    *LIVE,
]
ALTERNATE_SCREEN_OFF = b"\x1b[?1049l"


def started(near: Terminal) -> None:
    near.wait_for(b"PREVIEW")
    near.wait_for(b"quit")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_leaves_cleanly(number: int, code: int) -> None:
    with terminal(LIVE) as near:
        started(near)
        near.signal(number)
        assert near.exit_code() == code
        assert ALTERNATE_SCREEN_OFF in near.output
        assert b"left" in near.output.split(ALTERNATE_SCREEN_OFF)[-1]


def test_a_signal_in_the_middle_of_a_call_leaves_cleanly() -> None:
    with terminal(LIVE) as near:
        started(near)
        near.type(b" ")
        near.wait_for(b"RINGING")
        near.signal(signal.SIGTERM)
        assert near.exit_code() == 143
        assert b"left" in near.output.split(ALTERNATE_SCREEN_OFF)[-1]


def test_a_lost_connection_leaves_cleanly(tmp_path: Path) -> None:
    gone = tmp_path / "left"
    with terminal(LIVE, SIXRING_TEST_LEFT=str(gone)) as near:
        started(near)
        near.hang_up()
        assert near.exit_code() == 129
    assert gone.read_text() == "left"


def test_a_lost_connection_is_noticed_where_another_program_started_us_and_stays(tmp_path: Path) -> None:
    gone = tmp_path / "left"
    with terminal(STARTED_BY_ANOTHER, SIXRING_TEST_LEFT=str(gone)) as near:
        started(near)
        near.hang_up()
        assert near.exit_code() == 129
    assert gone.read_text() == "left"


def test_a_connection_that_stands_still_does_not_hold_up_the_desk(tmp_path: Path) -> None:
    gone = tmp_path / "left"
    with terminal(LIVE, (250, 80), SIXRING_TEST_LEFT=str(gone)) as near:
        started(near)
        for _ in range(60):  # each paints a page of keys or takes it away, and nobody reads
            near.type(b"?")
            time.sleep(0.05)
        near.signal(signal.SIGTERM)
        end = time.monotonic() + 20
        while not gone.exists():
            assert time.monotonic() < end, "the desk waits for its terminal"
            time.sleep(0.02)
        assert near.exit_code() == 143


def test_quitting_gives_the_terminal_and_its_title_back() -> None:
    with terminal(LIVE) as near:
        started(near)
        assert b"\x1b]2;PREVIEW Ana Moreno - sixring\x07" in near.output
        near.type(b"qq")
        assert near.exit_code() == 0
        assert b"\x1b]2;\x07" in near.output
        assert ALTERNATE_SCREEN_OFF in near.output


def test_ctrl_q_and_ctrl_c_end_nothing_in_a_call() -> None:
    with terminal(LIVE) as near:
        started(near)
        near.type(b" ")
        near.wait_for(b"TALKING")
        near.type(b"\x11\x11\x03\x03")
        near.wait_for(b"Nothing is on ctrl+c")
        near.type(b"1")
        near.wait_for(b"Ana Moreno: no answer")
        near.type(b"qq")
        assert near.exit_code() == 0


def test_no_color_is_obeyed_and_the_state_still_stands_out() -> None:
    with terminal(LIVE, NO_COLOR="1", COLORTERM="truecolor") as near:
        started(near)
        near.type(b"qq")
        assert near.exit_code() == 0
        colours = re.findall(rb"[34]8;2;(\d+);(\d+);(\d+)", near.output)
        assert colours, "greys are still colours to a terminal"
        assert all(max(map(int, each)) - min(map(int, each)) <= 2 for each in colours), "a hue was painted"
        assert re.search(rb"\x1b\[[0-9;]*7[;m][^\x1b]*\[>\] PREVIEW", near.output), "the state is reversed"
