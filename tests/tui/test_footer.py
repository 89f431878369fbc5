"""The last row tells the truth: every key on it does something, and none of its ranges is made up."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from support.fake_desk import FakeDesk
from support.scenes import OVERLAYS, SCENES, STATES, keys
from support.sitting import key

from floor.view import Choice
from tui.app import Workstation
from tui.footer import footer
from tui.router import route
from tui.scene import Scene
from tui.ui import Mode

NAMES = {"space": " ", "up/down": "down", "j/k": "j", "esc": "escape", "1-9": "1"}


async def row(name: str, width: int, typed: str = "") -> tuple[Scene, list[tuple[str, str]]]:
    """The footer of a scene, after `typed`: each key with its label."""
    desk = FakeDesk()
    app = Workstation(desk)
    async with app.run_test(size=(width, 40)):
        SCENES[name](desk, app)
        keys(app, typed)
        app.session.view_changed()
        scene = app._scene()
    (drawn,) = footer(scene, width, 1)
    spans = [(drawn.plain[span.start : span.end], str(span.style)) for span in drawn.spans]
    found = [(text, after.strip()) for (text, style), (after, _) in pairwise(spans) if style == "key"]
    return scene, found


@pytest.mark.parametrize("name", [*STATES, *OVERLAYS])
@pytest.mark.parametrize("width", [80, 200])
async def test_every_key_of_the_last_row_does_something(name: str, width: int) -> None:
    scene, found = await row(name, width)
    assert found
    for shown, label in found:
        first = re.sub(r"^(\d)-.*", r"\1", shown)
        pressed = key(NAMES.get(first, first))
        ui, intents = route(scene.ui, scene.view, pressed)
        refused = ui.message not in ("", scene.ui.message) and ui.armed is None and ui.mode is scene.ui.mode
        assert intents or not refused, (shown, label, ui.message)


@pytest.mark.parametrize(("count", "shown"), [(1, "1"), (2, "1-2"), (6, "1-6")])
async def test_a_picker_names_the_keys_it_has(count: int, shown: str) -> None:
    desk = FakeDesk()
    app = Workstation(desk)
    async with app.run_test(size=(80, 24)):
        choices = tuple(Choice(str(index), "why", "why") for index in range(1, count + 1))
        app.session.ui = app.session.ui.opened(Mode.SKIP, desk.view, choices)
        (drawn,) = footer(app._scene(), 80, 1)
    assert drawn.plain.startswith(f" {shown} pick  ")


async def test_with_two_lines_their_keys_come_first() -> None:
    _, found = await row("second_talks", 80)
    assert [shown for shown, _ in found][:4] == ["1-9 0 w", "h", "x", "l"]
    _, ringing = await row("second_rings", 80)
    assert "x" not in [shown for shown, _ in ringing], "nobody is there to be joined yet"


@pytest.mark.parametrize(
    ("name", "shown", "label"),
    [
        ("muted", "m", "unmute"),
        ("held", "o", "resume"),
        ("recorded", "r", "pause rec"),
        ("recording_paused", "r", "resume rec"),
    ],
)
async def test_a_key_that_would_take_back_what_it_did_says_so(name: str, shown: str, label: str) -> None:
    _, found = await row(name, 200)
    assert (shown, label) in found


async def test_a_rep_muted_on_two_narrow_lines_sees_the_key_that_unmutes() -> None:
    _, found = await row("second_talks", 80, "m")
    assert ("m", "unmute") in found
