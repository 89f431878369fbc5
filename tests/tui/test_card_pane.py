"""The card tells the time where the lead is, and that time goes on."""

from __future__ import annotations

from support.fake_desk import FakeDesk
from support.scenes import SCENES, hand

from config.clock import MINUTE
from tui.app import Workstation
from tui.panes.card import card


async def test_the_time_there_is_that_of_now_however_long_the_card_lies_there() -> None:
    desk = FakeDesk()
    app = Workstation(desk)
    async with app.run_test(size=(80, 24)):
        SCENES["preview"](desk, app)
        first = _there(app)
        hand(desk).advance(47 * MINUTE)
        later = _there(app)
    assert first.endswith("PST  [ok] may be called")
    hours, minutes = map(int, first.split()[1].split(":"))
    after = hours * 60 + minutes + 47
    assert later.split()[1] == f"{after // 60 % 24:02}:{after % 60:02}"


def _there(app: Workstation) -> str:
    rows = [row.plain.strip() for row in card(app._scene(), 45, 10)]
    return next(row for row in rows if row.startswith("there"))
