"""What a rep must not miss of the sound and the recording fits into the narrowest call pane."""

from __future__ import annotations

import pytest
from support.fake_desk import FakeDesk
from support.scenes import SCENES, keys

from tui.app import Workstation
from tui.panes.call import call


async def drawn(name: str, typed: str, *, width: int = 80, height: int = 4) -> list[str]:
    """The pane's rows in a scene, after `typed`."""
    desk = FakeDesk()
    app = Workstation(desk)
    async with app.run_test(size=(120, 40)):
        SCENES[name](desk, app)
        keys(app, typed)
        app.session.view_changed()
        return [row.plain.rstrip() for row in call(app._scene(), width, height)]


@pytest.mark.parametrize(
    ("name", "typed", "words"),
    [
        ("notice_plays", "m", "(x) MUTED: m unmutes  (R) REC notice plays"),
        ("recording_paused", "", "(x) MUTED: m unmutes  REC paused"),
        ("held", "", "(-) they hear nothing"),
        ("second_talks", "m", "(x) MUTED"),
        ("second_waits", "m", "(x) MUTED  (R) REC"),
    ],
)
async def test_nothing_of_it_is_cut_off_at_80_columns(name: str, typed: str, words: str) -> None:
    rows = await drawn(name, typed)
    assert any(words in row and "…" not in row for row in rows), rows


async def test_that_they_called_leaves_room_for_secure_in_a_column() -> None:
    rows = await drawn("inbound", "", width=44, height=8)
    assert not any(row.endswith("…") for row in rows)
    assert "  they called" in rows
