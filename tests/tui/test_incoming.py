"""Somebody rings: told once, answered by one key, and never at the cost of what a rep is doing."""

from __future__ import annotations

import pytest
from support.fake_desk import FakeDesk
from support.scenes import SCENES, hand, keys, plain
from support.sitting import Sitting

from cadence.model import ShiftState as S
from floor.view import IncomingView
from tui.app import Workstation
from tui.scene import window_title
from tui.ui import Mode


def test_a_answers_and_i_passes_on(sitting: Sitting) -> None:
    sitting.desk.rings_here()
    sitting.type("i")
    assert sitting.desk.view.incoming is None
    sitting.desk.rings_here()
    sitting.type("a")
    assert sitting.desk.asked == [("press", "pass_on"), ("press", "answer")]
    assert sitting.desk.view.state is S.TALKING


@pytest.mark.parametrize("pressed", ["a", "i", "tab"])
def test_the_keys_say_that_nobody_rings(sitting: Sitting, pressed: str) -> None:
    sitting.type(pressed)
    assert sitting.ui.message == "Nobody rings at this desk."
    assert sitting.desk.asked == []


def test_letters_of_a_note_stay_letters_while_somebody_rings(sitting: Sitting) -> None:
    sitting.type("n", *"said a")
    sitting.desk.rings_here()
    sitting.type(*"nd i, AI", "enter")
    assert sitting.desk.notes == [(1, "said and i, AI")]
    assert sitting.desk.view.incoming is not None
    sitting.type("a")
    assert sitting.desk.view.state is S.TALKING


def test_tab_answers_out_of_a_note_and_the_note_is_kept_on_its_lead(sitting: Sitting) -> None:
    sitting.type("n", *"gate: Rosa")
    sitting.desk.rings_here()
    sitting.type("tab")
    assert sitting.desk.asked == [("note", "gate: Rosa", 1), ("press", "answer")]
    assert sitting.ui.mode is Mode.MAIN


def test_tab_in_a_note_does_nothing_while_nobody_rings(sitting: Sitting) -> None:
    sitting.type("n", *"ab", "tab", "c", "enter")
    assert sitting.desk.notes == [(1, "abc")]


@pytest.mark.parametrize("opener", ["s", "p", "?", "t"])
@pytest.mark.parametrize(("pressed", "asked"), [("a", "answer"), ("i", "pass_on"), ("tab", "answer")])
def test_the_keys_work_over_whatever_is_open_and_close_it(
    sitting: Sitting, opener: str, pressed: str, asked: str
) -> None:
    sitting.type(opener)
    sitting.desk.rings_here()
    sitting.type(pressed)
    assert sitting.desk.asked == [("press", asked)]
    assert sitting.ui.mode is Mode.MAIN


@pytest.mark.parametrize("opener", ["/", "d"])
def test_tab_answers_out_of_every_line(sitting: Sitting, opener: str) -> None:
    sitting.type(opener, "a", "1")
    sitting.desk.rings_here()
    sitting.type("tab")
    assert sitting.desk.asked == [("press", "answer")]


def test_space_does_not_leave_the_one_who_rings_standing(sitting: Sitting) -> None:
    sitting.desk.rings_here()
    sitting.type(" ")
    assert sitting.desk.asked == []
    assert "Somebody rings" in sitting.ui.message


def test_what_is_open_stays_open_when_somebody_rings_and_when_they_give_up(sitting: Sitting) -> None:
    for opener, mode in (("s", Mode.SKIP), ("?", Mode.HELP), ("n", Mode.NOTE)):
        sitting.type(opener)
        before = sitting.ui
        sitting.desk.rings_here()
        assert sitting.ui == before
        sitting.desk.gives_up()
        assert sitting.ui.mode is mode
        sitting.type("escape")


def test_the_title_of_the_window_says_who_rings() -> None:
    desk = FakeDesk()
    desk.rings_here(IncomingView("+14155550177", "Nia\x07 Brandt"))
    assert window_title(desk.view) == "INCOMING Nia· Brandt - sixring"
    desk.gives_up()
    assert window_title(desk.view) == "PREVIEW Ana Moreno - sixring"


async def test_the_bell_rings_once_for_each_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = FakeDesk()
    app = Workstation(desk)
    bells: list[int] = []
    monkeypatch.setattr(app, "bell", lambda: bells.append(1))
    async with app.run_test(size=(80, 24)) as pilot:
        desk.rings_here()
        await pilot.pause()
        assert bells == [1]
        desk.set(message="news")  # the name was looked up, a second went by
        hand(desk).advance(1_000)
        await pilot.pause()
        assert bells == [1]
        desk.gives_up()
        await pilot.pause()
        desk.rings_here()
        await pilot.pause()
        assert bells == [1, 1]


@pytest.mark.parametrize("scene", ["preview", "note", "skip", "find", "keys_help", "timeline", "number"])
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_banner_takes_the_place_of_the_dispositions_and_moves_nothing_else(
    scene: str, size: tuple[int, int]
) -> None:
    desk = FakeDesk()
    app = Workstation(desk)
    async with app.run_test(size=size) as pilot:
        keys(app, {"preview": "", "note": "nabc", "number": "d415", "keys_help": "?", "timeline": "t",
                   "skip": "s", "find": "/"}[scene])  # fmt: skip
        await pilot.pause()
        await pilot.pause()  # a timeline has been read by then
        app.repaint()
        await pilot.pause()
        before = plain(app).splitlines()
        desk.rings_here()
        await pilot.pause()
        app.repaint()
        await pilot.pause()
        after = plain(app).splitlines()
    bottom, footer = size[1] - 5, size[1] - 1  # the footer offers the keys
    changed = {row for row in range(footer) if before[row] != after[row]}
    assert changed == {bottom, bottom + 1, bottom + 2}
    assert "INCOMING" in after[bottom]
    assert "Nia Brandt" in after[bottom]


async def test_a_small_window_tells_who_rings_too() -> None:
    desk = FakeDesk()
    app = Workstation(desk)
    async with app.run_test(size=(60, 15)) as pilot:
        SCENES["calls_here"](desk, app)
        await pilot.pause()
        app.repaint()
        await pilot.pause()
        assert "Nia Brandt calls you: a answers, i passes the call on." in " ".join(plain(app).split())


async def test_what_a_caller_calls_himself_is_outside_text() -> None:
    desk = FakeDesk()
    app = Workstation(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        hostile = "\x1b[2J[bold]x\u202ey" * 40
        desk.rings_here(IncomingView("+1415\x1b[31m", hostile, hostile, note=hostile))
        await pilot.pause()
        rows = plain(app).splitlines()
    assert all(char.isprintable() for row in rows for char in row)
    assert "INCOMING" in rows[19]
    assert "[bold]x" in rows[19]
