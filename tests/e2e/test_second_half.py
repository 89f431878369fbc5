"""Who calls back, and a call given away: at a real terminal, on the practice floor, by keyboard alone."""

from __future__ import annotations

import contextlib
import csv
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
from support.practice_home import Person, assert_books_are_clean, attempts, events, practice_home
from support.tmux import Pane, needs_tmux, workstation

from telephony.carrier import PracticeCarrier

pytestmark = needs_tmux

ANSWERED_A_SECOND = r"talk 00:(0[1-9]|[1-5]\d)"
COLLEAGUE = '\n[[sip.colleagues]]\nname = "Kim Park"\nnumber = "208"\n'


@pytest.fixture
async def outside(tmp_path: Path) -> AsyncIterator[PracticeCarrier]:
    """A carrier that leads call from."""
    carrier = PracticeCarrier(tmp_path / "outside.log")
    await carrier.start()
    yield carrier
    await carrier.close()


def door(desk: Pane) -> str:
    """Where the workstation's phone can be rung: the one UDP socket of its phone process."""
    (phone,) = filter(is_phone, psutil.Process(desk.pid).children(recursive=True))
    (bound,) = phone.net_connections("udp")
    return f"{bound.laddr.ip}:{bound.laddr.port}"


def is_phone(child: psutil.Process) -> bool:
    with contextlib.suppress(psutil.Error):  # one that has just left
        return "telephony.engine" in child.cmdline()
    return False


def number_of(home: Path, person: Person) -> str:
    with (home / "people.csv").open(encoding="utf-8", newline="") as sheet:
        return next(row["phone"] for row in csv.DictReader(sheet) if row["name"] == person.name)


def leave(desk: Pane) -> None:
    desk.type("qq")
    assert desk.ended() == 0


TOM, CORA = Person("Tom Talking", "8"), Person("Cora Caller", "8", minutes_ago=3)


async def test_a_lead_who_calls_back_while_a_note_is_written_is_answered_and_the_note_kept(
    tmp_path: Path, outside: PracticeCarrier
) -> None:
    home = practice_home(tmp_path / "home", [TOM, CORA])
    with workstation(home) as desk:
        desk.until("PREVIEW.*Tom Talking")
        desk.type("nask Rosa")
        desk.until("note for Tom Talking> ask Rosa")
        await outside.call_in(door(desk), number_of(home, CORA), talk_s=120)
        shown = desk.until("<<< INCOMING .*Cora Caller")
        assert "PREVIEW" in shown
        assert "note for Tom Talking> ask Rosa" in shown
        desk.until_rung()
        desk.type(" and Ina")  # an a, and an i
        desk.until("note for Tom Talking> ask Rosa and Ina")
        desk.until(r"<<< INCOMING +00:(0[1-9]|[1-5]\d)")
        desk.press("Tab")
        desk.until("TALKING.*Cora Caller")
        desk.until(f"(?s)they called.*{ANSWERED_A_SECOND}")
        desk.type("0")
        desk.until("PREVIEW.*Tom Talking")
        desk.until("sam noted: ask Rosa and Ina")
        leave(desk)
    (call,) = attempts(home)
    assert (call["direction"], call["result"], call["disposition"]) == ("in", "answered", "interested")
    assert_books_are_clean(home)


async def test_a_caller_who_is_passed_on_is_the_next_to_be_called(
    tmp_path: Path, outside: PracticeCarrier
) -> None:
    home = practice_home(tmp_path / "home", [TOM, CORA])
    with workstation(home) as desk:
        desk.until("PREVIEW.*Tom Talking")
        sip_call_id = await outside.call_in(door(desk), number_of(home, CORA), give_up_s=60)
        desk.until("INCOMING .*Cora Caller")
        desk.type("i")
        desk.until_not("INCOMING")
        desk.until("Cora Caller called: first in the queue")
        assert (await outside.call(sip_call_id)).code == 486
        desk.type("s1")
        shown = desk.until("PREVIEW.*Cora Caller")
        assert "called you" in " ".join(shown.split())
        leave(desk)
    assert_books_are_clean(home)


def test_a_word_with_a_colleague_and_then_the_two_are_joined(tmp_path: Path) -> None:
    home = practice_home(tmp_path / "home", [TOM])
    with (home / "sixring.toml").open("a", encoding="utf-8") as settings:
        settings.write(COLLEAGUE)
    with workstation(home) as desk:
        desk.until("PREVIEW.*Tom Talking")
        desk.press("Space")
        desk.until("TALKING")
        desk.until(ANSWERED_A_SECOND)
        desk.type("x")
        picker = desk.until("Give the call to")
        assert "1  Kim Park" in picker
        desk.type("1")
        desk.until("^  ON HOLD  Tom Talking")
        desk.until("^> talking  Kim Park")
        desk.type("l")
        desk.until("^> talking  Tom Talking")
        desk.until("^  ON HOLD  Kim Park")
        desk.type("l")
        desk.until("^> talking  Kim Park")
        desk.type("x")
        desk.until("WRAP-UP.*Tom Talking")
        desk.type("0")
        desk.until("Tom Talking: Interested")
        leave(desk)
    given = [event for event in events(home) if event["kind"] == "attempt.transferred"]
    assert [event["body"]["done"] for event in given] == [True]
    assert_books_are_clean(home)


def test_a_call_is_given_at_once_to_a_typed_number(tmp_path: Path) -> None:
    home = practice_home(tmp_path / "home", [TOM])
    with workstation(home) as desk:
        desk.until("PREVIEW.*Tom Talking")
        desk.press("Space")
        desk.until("TALKING")
        desk.until(ANSWERED_A_SECOND)
        desk.type("x!d208")
        desk.until("AT ONCE: the call leaves your desk")
        desk.until("give the call to> 208")
        desk.press("Enter")
        desk.until("WRAP-UP.*Tom Talking")
        desk.type("0")
        desk.until("Tom Talking: Interested")
        leave(desk)
    assert_books_are_clean(home)
