"""A lead that was looked up is read, and dialed by hand, without leaving the lead in hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.fake_desk import FakeDesk, lead
from support.scenes import plain
from support.sitting import Sitting

from tui.app import Workstation
from tui.ui import Mode


@pytest.fixture
def found(sitting: Sitting) -> Sitting:
    sitting.type("/", *"ana")
    sitting.session.found("ana", [lead(0), lead(4), lead(5)])
    return sitting


def test_enter_reads_the_marked_lead(found: Sitting) -> None:
    found.type("down", "enter")
    assert found.ui.mode is Mode.FOUND
    assert found.errands.asked[-1] == ("look_up", 5)
    found.session.looked_up(6, ["of another"])
    assert found.ui.story is None
    found.session.looked_up(5, ["arrived", "next: call 1"])
    assert found.ui.story == ("arrived", "next: call 1")
    found.type("j")
    assert found.ui.cursor == 1


def test_escape_goes_back_to_the_list_where_it_was(found: Sitting) -> None:
    found.type("down", "enter", "escape")
    assert (found.ui.mode, found.ui.cursor, found.ui.line.text) == (Mode.FIND, 1, "ana")
    assert len(found.ui.found) == 3
    found.type("escape")
    assert found.ui.mode is Mode.MAIN


def test_enter_twice_is_there_and_back(found: Sitting) -> None:
    found.type("enter", "enter")
    assert found.ui.mode is Mode.MAIN
    assert found.desk.asked == []


def test_d_puts_its_number_on_the_line_and_only_enter_dials_it(found: Sitting) -> None:
    found.type("down", "enter", "d")
    assert (found.ui.mode, found.ui.line.text) == (Mode.NUMBER, "+14155550104")
    assert found.desk.asked == []
    found.type("enter")
    assert found.desk.asked == [("dial_number", "+14155550104")]


def test_a_number_that_is_bad_is_not_offered(sitting: Sitting) -> None:
    person = lead(3)
    sitting.type("/", "x")
    sitting.session.found("x", [replace(person, phones=(replace(person.phones[0], bad=True),))])
    sitting.type("enter", "d")
    assert sitting.ui.mode is Mode.FOUND
    assert sitting.ui.message == "This lead has no number to dial."


def test_in_a_call_d_says_why_it_does_not_dial(sitting: Sitting) -> None:
    sitting.talk().type("/", "x")
    sitting.session.found("x", [lead(3)])
    sitting.type("enter", "d")
    assert sitting.ui.mode is Mode.MAIN
    assert "A call is up" in sitting.ui.message


def test_a_disposition_is_one_key_away_from_a_lead_that_is_read(sitting: Sitting) -> None:
    sitting.talk().type("/", "x")
    sitting.session.found("x", [lead(3)])
    sitting.type("enter", "7")
    assert sitting.desk.recorded == [(1, "not_interested", None)]


def test_nobody_found_closes_with_enter_as_before(sitting: Sitting) -> None:
    sitting.type("/", *"zzz", "enter")
    assert sitting.ui.mode is Mode.MAIN


async def test_the_lead_in_hand_keeps_its_own_timeline_beside_it() -> None:
    desk = FakeDesk()
    app = Workstation(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("slash", *"lind")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        screen = plain(app)
    assert "Bo Lindqvist  Birch & Vale · Owner" in screen
    assert desk.asked_timelines[-1] == lead(1)
    assert app.session.ui.timeline_of == 1
