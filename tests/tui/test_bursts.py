"""Any string of keys, in one burst or one by one, leaves the same desk: no packet's pace decides."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from support.fake_desk import FakeDesk
from textual import events
from textual.app import App

from cadence.model import Lead
from config.clock import HandClock
from tui.app import Workstation
from tui.router import settle
from tui.session import Session
from tui.ui import TYPING

NAMES = {" ": "space", "#": "number_sign", "/": "slash", "?": "question_mark", "*": "asterisk"}
NAMED = ["enter", "escape", "backspace", "up", "down", "left", "ctrl+q", "ctrl+u", "tab", "tab"]
ONE = st.sampled_from([*" 1234567890hnmsputj?/#qxz9aixld!ew", *NAMED])
EVENTS = st.sampled_from(
    ["!ring", "!answer", "!end", "!next", "!rings", "!gives_up", "!second_answers", "!second_ends"]
)


class Nowhere:
    def search(self, text: str) -> None: ...

    def read_timeline(self, lead_id: int | None) -> None: ...

    def look_up(self, lead: Lead) -> None: ...

    def leave(self) -> None: ...


def play(desk: FakeDesk, event: str) -> None:
    call = desk.view.call
    if event == "!next":
        desk.next_lead(second=None, on_second=False)
    elif event == "!rings":
        desk.rings_here()
    elif event == "!gives_up":
        desk.gives_up()
    elif event.startswith("!second"):
        if desk.view.second is not None:
            {"!second_answers": desk.second_answers, "!second_ends": desk.second_ends}[event]()
    elif call is not None and call.ended_mono is None:
        {"!ring": desk.ring, "!answer": desk.answer, "!end": desk.end}[event]()


@settings(deadline=None, max_examples=300)
@given(st.lists(st.one_of(ONE, ONE, ONE, EVENTS), max_size=60))
def test_no_string_of_keys_and_events_breaks_the_rules(script: list[str]) -> None:
    desk = FakeDesk()
    session = Session(desk, Nowhere())
    desk.subscribe(session.view_changed)
    assert isinstance(desk.clock, HandClock)
    for each in script:
        desk.clock.advance(150)  # slower than a paste
        if each.startswith("!") and len(each) > 1:
            play(desk, each)
            continue
        mode, rang, asked = session.ui.mode, desk.view.incoming is not None, len(desk.asked)
        typing = mode in TYPING and session.ui == settle(session.ui, desk.view)
        session.key(NAMES.get(each, each), each if len(each) == 1 else "")
        done = [name for kind, name, *_ in desk.asked[asked:] if kind == "press"]
        if {"answer", "pass_on"} & set(done):
            assert rang, "only one who rings is answered or passed on"
            assert not typing or each == "tab", "a letter of a line is a letter"
    given = [target for kind, target, *_ in desk.asked if kind == "transfer"]
    assert all(target.strip() for target in given), "no call is given to nobody"
    dials = [asked for asked in desk.asked if asked == ("press", "dial")]
    calls = len(dials) + sum(asked[0] == "dial_number" for asked in desk.asked)
    calls += desk.asked.count(("press", "answer"))
    assert len(desk.recorded) <= calls, "no call is recorded twice"
    for lead_id, code, callback_at in desk.recorded:
        assert (code == "callback") == (callback_at is not None), lead_id
    assert desk.view.tally.attempts == len(dials), "every dial was asked for in preview"


async def burst(script: list[str], *, one_by_one: bool) -> tuple[object, ...]:
    desk = FakeDesk()
    app: App[None] = Workstation(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        for each in script:
            name = NAMES.get(each, each)
            app.post_message(events.Key(name, each if len(each) == 1 else None))
            if one_by_one:
                await pilot.pause()
        await pilot.pause()
        await pilot.pause()
        assert isinstance(app, Workstation)
        ui = replace(app.session.ui, timeline=(), timeline_of=None, room=0)  # come when they come
        return desk.asked, desk.recorded, desk.notes, desk.view, ui


BURSTS = (
    [*" 1 1 1 1 1"],
    ["n", *"hello h1 q9 s2 u p1 and so on", "enter"],
    [" ", "n", *"ab 12", "enter", "2"],
    [*"s2s2p1p"],
    [*" h6", "enter", "1"],
    ["/", *"ana", "enter", " ", "1"],
    [*"?? t", " ", "4"],
)


async def test_a_burst_through_the_terminals_queue_is_the_same_as_key_by_key() -> None:
    for script in BURSTS:
        assert await burst(script, one_by_one=False) == await burst(script, one_by_one=True), script


async def test_a_paste_without_brackets_does_nothing_at_all() -> None:
    asked, recorded, notes, _, _ = await burst([*"sold 1 q q 2 and more of it"], one_by_one=False)
    assert (asked, recorded, notes) == ([], [], [])


async def test_ten_calls_typed_ahead_in_pairs_are_ten_calls() -> None:
    desk = FakeDesk()
    app = Workstation(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        for _ in range(10):
            app.post_message(events.Key("space", " "))
            app.post_message(events.Key("1", "1"))
            await pilot.pause()
    assert [lead for lead, *_ in desk.recorded] == list(range(1, 11))
