"""The workstation as Textual runs it, headless."""

from __future__ import annotations

import asyncio
import functools
import gc
import sys
from collections.abc import Callable

import pytest
from rich.cells import cell_len
from support.fake_desk import FakeDesk, card, lead
from support.frames import counted_repaints
from support.scenes import SCENES, hand, plain
from textual import events

from cadence.model import ShiftState as S
from config.clock import HandClock
from config.errors import SixringError
from floor.view import QueueLine
from tui.app import Workstation
from tui.scene import window_title


async def until(true: Callable[[], bool]) -> None:
    """Give the app turns of the loop until `true`; the test's own time limit ends a wait in vain."""
    while not true():
        await asyncio.sleep(0.001)


async def test_a_whole_call_with_the_keyboard_alone() -> None:
    desk = FakeDesk()
    app = Workstation(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space")
        assert "DIALING" in plain(app)
        desk.ring()
        desk.answer()
        await pilot.pause()
        assert "TALKING" in plain(app)
        await pilot.press("n", *"rate", "enter", "6", "2")
        screen = plain(app)
        assert "Bo Lindqvist" in screen.splitlines()[0]
        assert "callback" in screen.splitlines()[-2]
    assert desk.notes == [(1, "rate")]
    assert [code for _, code, _ in desk.recorded] == ["callback"]


async def test_leaving_waits_for_the_desk() -> None:
    desk = FakeDesk()
    desk.leave_takes_s = 0.2
    app = Workstation(desk)
    async with app.run_test() as pilot:
        await pilot.press("q", "q")
        await asyncio.wait_for(desk.left.wait(), 20)
        await pilot.pause()
    assert app.return_code == 0
    assert desk.asked.count(("leave",)) == 1


async def test_the_desk_begins_after_the_first_paint_and_its_failure_ends_the_screen() -> None:
    painted: list[bool] = []
    desk = FakeDesk()

    async def begin() -> None:
        painted.append("Sixring" in app.title and bool(plain(app).strip()))
        raise SixringError("The store is on fire: put it out.")

    app = Workstation(desk, begin)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.pause()
    assert painted == [True]
    assert str(app.failed) == "The store is on fire: put it out."
    assert app.return_code == 1


async def test_a_search_that_fails_says_so_and_the_desk_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = FakeDesk()

    async def broken(text: str) -> list[object]:
        raise SixringError("The store is locked: try again.")

    monkeypatch.setattr(desk, "find", broken)
    app = Workstation(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("slash", "a", "enter")
        await pilot.pause()
        await pilot.press("space")
        assert desk.view.state is S.DIALING


async def test_the_bell_rings_once_when_somebody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = FakeDesk()
    app = Workstation(desk)
    bells: list[int] = []
    monkeypatch.setattr(app, "bell", lambda: bells.append(1))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space")
        desk.ring()
        await pilot.pause()
        assert bells == []
        desk.answer()
        await pilot.pause()
        desk.set(message="news")
        await pilot.pause()
        assert bells == [1]


async def test_ring_time_is_never_shown_as_talk_time() -> None:
    desk = FakeDesk()
    app = Workstation(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        SCENES["ringing"](desk, app)
        app.repaint()
        await pilot.pause()
        assert "RINGING  00:11" in plain(app)
        assert "ring 00:11    talk --:--" in plain(app)
        desk.answer()
        assert isinstance(desk.clock, HandClock)
        desk.clock.advance(5_000)
        app.repaint()
        await pilot.pause()
        assert "TALKING  00:05" in plain(app)
        assert "ring 00:11    talk 00:05" in plain(app)


async def test_the_timer_goes_on_by_itself() -> None:
    desk = FakeDesk()
    app = Workstation(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        SCENES["talking"](desk, app)
        await pilot.pause()
        assert isinstance(desk.clock, HandClock)
        desk.clock.advance(1_000)
        await until(lambda: "TALKING  03:13" in plain(app))  # no key was pressed, no view changed


HOSTILE = {
    "ansi": "Ana\x1b[2J\x1b[31m\x1b]0;owned\x07 Moreno\x9b2J",
    "markup": "[bold red]Ana[/] [@click=app.quit]Moreno[/] [link=http://x]x[/link] [",
    "bidi": "Ana \u202eonerom\u202c \u2066x\u2069 \u200b\u200d\ufeff",
    "wide": "王小明株式会社" * 9,
    "emoji": "👩‍👩‍👧‍👦🇩🇪👍🏽" * 9,
    "marks": "Z" + "\u0351\u0346\u035b" * 200 + "algo",
    "long": "Wolfeschlegelsteinhausenbergerdorff" * 15,
    "lines": "Ana\r\nMoreno\t\x00\x7f\x85\u2028x",
    "surrogate": "Ana \ud800 Moreno",
}


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_hostile_text_moves_no_cursor_and_stays_in_its_pane(kind: str, size: tuple[int, int]) -> None:
    text = HOSTILE[kind]
    desk = FakeDesk()
    person = lead(0, name=text, company=text, title=text, notes=text, source=text)
    shown = card(0, lead=person, reason=text, history=(text,) * 5, last=text, next_mail=text)
    rows = tuple(QueueLine(index, text, text, text, text) for index in range(30))

    async def timeline() -> list[str]:
        return [text] * 9

    desk.timeline = timeline  # type: ignore[method-assign]
    app = Workstation(desk)
    async with app.run_test(size=size) as pilot:
        desk.set(card=shown, queue=rows, message=text, phone_line=text)
        for name in ("talking", "note", "wrap_up", "timeline", "find", "skip"):
            desk.enter(S.PREVIEW, card=shown, call=None)
            app.session.ui = app.session.ui.closed()
            SCENES[name](desk, app)
            await pilot.pause()
            app.repaint()
            await pilot.pause()
            frame = plain(app)
            lines = frame.rstrip("\n").split("\n")
            assert len(lines) == size[1], name
            for line in lines:
                assert all(char.isprintable() for char in line), (name, line)
                assert cell_len(line) <= size[0], (name, line)
        assert app.is_running


async def test_news_of_the_floor_stands_where_nothing_else_is_to_say() -> None:
    desk = FakeDesk()
    app = Workstation(desk)
    async with app.run_test(size=(80, 24)):
        desk.set(message="", news="Mail delivered to ana@example.com.")
        await until(lambda: "Mail delivered" in plain(app))
        desk.set(message="The phone is registered again.")
        await until(lambda: "registered again" in plain(app))
        assert "Mail delivered" not in plain(app)


async def test_a_markup_name_is_shown_as_it_is_written() -> None:
    desk = FakeDesk()
    app = Workstation(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        desk.set(card=card(0, lead=lead(0, name="[bold]Ana[/bold]")))
        await pilot.pause()
        assert "[bold]Ana[/bold]" in plain(app)


async def test_a_key_repaints_only_the_lines_it_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = FakeDesk()
    app = Workstation(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        painted = counted_repaints(monkeypatch)
        await pilot.press("1")
        assert painted == [1], "only the message row"


async def test_a_thousand_calls_leave_memory_flat() -> None:
    desk = FakeDesk(leads=5_000)
    app = Workstation(desk)
    async with app.run_test(size=(80, 24)):

        async def calls(count: int) -> None:
            for _ in range(count):
                app.post_message(events.Key("space", " "))
                await until(lambda: desk.view.state is S.DIALING)
                hand(desk).advance(1_000)  # a rep's pace, not a paste's
                desk.ring()
                desk.answer()
                app.post_message(events.Key("1", "1"))
                await until(lambda: desk.view.state is S.PREVIEW)
                desk.asked.clear()
                desk.recorded.clear()

        await calls(60)
        blocks, objects = in_use()
        await calls(250)  # each is four changes of state
        later = in_use()
        assert later[0] - blocks < 2_000
        assert later[1] - objects < 2_000


def in_use() -> tuple[int, int]:
    """Memory blocks and objects of this process, without what caches of a fixed size keep.

    The resident set would also count what the allocator keeps for later.
    """
    for cache in [one for one in gc.get_objects() if isinstance(one, functools._lru_cache_wrapper)]:
        cache.cache_clear()
    gc.collect()
    return sys.getallocatedblocks(), len(gc.get_objects())


def test_the_title_of_the_window_is_the_state_and_cleaned_text() -> None:
    desk = FakeDesk()
    desk.set(card=card(0, lead=lead(0, name="x\x07\x1b]0;owned\x9c" + "y" * 500)))
    title = window_title(desk.view)
    assert title.startswith("PREVIEW x··]0;owned·")
    assert title.isprintable()
    assert len(title) <= 100


@pytest.mark.parametrize(
    ("zone", "shown"), [("America/New_York", "13:54 EST"), ("Europe/Berlin", "19:54 CET"), ("", "18:54 UTC")]
)
async def test_an_empty_desk_tells_the_time_of_the_firm(zone: str, shown: str) -> None:
    desk = FakeDesk()
    app = Workstation(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        SCENES["nothing_due"](desk, app)
        desk.set(zone=zone)
        await pilot.pause()
        assert shown in plain(app)


async def test_a_phone_that_tries_again_is_counted_down() -> None:
    desk = FakeDesk()
    app = Workstation(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        SCENES["retrying"](desk, app)
        await pilot.pause()
        assert "retrying in 9 s: no answer" in plain(app)
        hand(desk).advance(1_000)
        await until(lambda: "retrying in 8 s: no answer" in plain(app))  # by itself
