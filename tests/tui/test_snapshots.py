"""What the stylesheet makes of it: a few pictures (SVG), for colour and weight.

`pytest tests/tui/test_snapshots.py --snapshot-update` takes them anew; look at them.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.fake_desk import FakeDesk
from support.scenes import SCENES
from textual.pilot import Pilot

from tui.app import Workstation

Compare = Callable[..., bool]
PICTURES = {
    "preview": ("preview", (80, 24), "sixring-dark"),
    "talking_wide": ("talking", (120, 40), "sixring-dark"),
    "callback": ("callback", (80, 24), "sixring-dark"),
    "do_not_call_once_light": ("do_not_call_once", (80, 24), "sixring-light"),
    "fault_light": ("fault", (80, 24), "sixring-light"),
    "calls_while_typing": ("calls_while_typing", (80, 24), "sixring-dark"),
    "calls_here_light": ("calls_here", (80, 24), "sixring-light"),
    "second_talks": ("second_talks", (80, 24), "sixring-dark"),
}


@pytest.mark.parametrize("name", PICTURES)
def test_picture(name: str, snap_compare: Compare) -> None:
    scene, size, theme = PICTURES[name]
    desk = FakeDesk()
    app = Workstation(desk)

    async def play(pilot: Pilot[None]) -> None:
        await pilot.pause()
        app.theme = theme
        SCENES[scene](desk, app)
        await pilot.pause()
        app.repaint()
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=play)
