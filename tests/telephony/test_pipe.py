"""The pipe between client and phone process, at the process's end."""

from __future__ import annotations

import os
import queue
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from telephony.child import Child
from telephony.pipe import Pipe


class Ends:
    """A pipe whose writing end is here."""

    def __init__(self) -> None:
        self.reader, self.writer = os.pipe()
        self.pipe = Pipe(os.open(os.devnull, os.O_WRONLY))
        self.pipe._in = self.reader

    def say(self, data: bytes) -> None:
        os.write(self.writer, data)

    def next(self, patience_s: float = 20) -> bytes | None:
        until = time.monotonic() + patience_s
        while True:
            try:
                return self.pipe.next_line()
            except queue.Empty:
                assert time.monotonic() < until, "nothing came"
                time.sleep(0.001)


@pytest.fixture(params=["polled", "read in a thread"])
def ends(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ends]:
    if request.param != "polled":
        monkeypatch.delattr(os, "set_blocking")  # Windows, before Python 3.12
    made = Ends()
    made.say(b"first\n")
    assert made.pipe.first_line() == b"first"
    yield made
    os.close(made.writer)


def test_lines_come_whole_and_in_order(ends: Ends) -> None:
    with pytest.raises(queue.Empty):
        ends.pipe.next_line()
    ends.say(b"one\ntw")
    assert ends.next() == b"one"
    with pytest.raises(queue.Empty):
        ends.pipe.next_line()
    ends.say(b"o\nthree\n")
    assert [ends.next(), ends.next()] == [b"two", b"three"]


def test_a_look_into_an_empty_pipe_does_not_wait(ends: Ends) -> None:
    begun = time.monotonic()
    for _ in range(100):
        with pytest.raises(queue.Empty):
            ends.pipe.next_line()
    assert time.monotonic() - begun < 5


def test_what_was_said_is_read_before_the_end() -> None:
    made = Ends()
    made.say(b"first\nlast\nhalf")
    os.close(made.writer)
    assert made.pipe.first_line() == b"first"
    assert made.next() == b"last"
    assert made.next() is None
    assert made.next() is None


def test_a_parent_who_is_gone_at_once_says_nothing() -> None:
    made = Ends()
    os.close(made.writer)
    assert made.pipe.first_line() == b""


@pytest.mark.parametrize("door", ["256.0.0.1:5060", "no-such-host.invalid:5060"])
async def test_a_bell_that_cannot_be_had_costs_nothing_but_time(tmp_path: Path, door: str) -> None:
    child = await Child.start("json.tool", tmp_path / "log")
    child.rings_at(door)
    child.send(b"[1]")
    await child.end(10)
    assert not child.alive
