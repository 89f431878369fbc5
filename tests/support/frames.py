"""The screen as it is drawn: a scene's text, and what a change paints anew."""

from __future__ import annotations

import pytest
from support.fake_desk import FakeDesk
from support.scenes import SCENES, plain
from textual.geometry import Region

from tui.app import Workstation
from tui.widgets import Pane


async def frame(name: str, size: tuple[int, int] = (80, 24)) -> str:
    """The scene `name` as a screen of that size shows it."""
    desk = FakeDesk()
    app = Workstation(desk)
    async with app.run_test(size=size) as pilot:
        SCENES[name](desk, app)
        await pilot.pause()
        app.repaint()
        await pilot.pause()
        return plain(app)


def counted_repaints(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """From now on, how many lines each repaint of a pane draws."""
    painted: list[int] = []
    refresh = Pane.refresh

    def counted(pane: Pane, *regions: Region, **options: bool) -> Pane:
        painted.append(len(regions) or pane.size.height)
        return refresh(pane, *regions, **options)

    monkeypatch.setattr(Pane, "refresh", counted)
    return painted
