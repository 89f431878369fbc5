"""The panes of a size are made when it fits for the first time, and kept."""

from __future__ import annotations

from support.fake_desk import FakeDesk
from support.scenes import plain

from tui.app import Workstation


async def test_a_window_that_grows_and_shrinks_shows_the_panes_of_its_size() -> None:
    desk = FakeDesk()
    app = Workstation(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        assert not app.screen.query("#wide"), "nothing is made that is not seen"
        for width, height in ((120, 40), (80, 24)):
            await pilot.resize_terminal(width, height)
            await pilot.pause()
            seen = plain(app)
            assert ("─ Timeline" in seen) == (width == 120)
            assert "Halcyon Freight" in seen
            assert "─ History" in seen
        await pilot.resize_terminal(120, 40)
        await pilot.resize_terminal(80, 24)
        assert (len(app.screen.query("#wide")), len(app.screen.query("#narrow"))) == (1, 1)
