"""Long lines in little room: nothing is scrolled or cut away unseen."""

from __future__ import annotations

import pytest
from support.fake_desk import FakeDesk, card
from support.scenes import keys, plain

from floor.actions import ACTIONS
from tui.app import Workstation
from tui.lines import folded, wrapped

LONG = "Fri 20 Nov 14:05  no answer at all, rang for 25 seconds, then the mailbox of somebody else (sam)"


def test_what_parts_the_time_from_what_was_outlives_the_fold() -> None:
    first, *_ = folded(LONG, 60)
    assert first.plain.startswith("  Fri 20 Nov 14:05  no answer")


def test_padding_gives_way_before_a_line_is_folded() -> None:
    made = folded("x Fri 20 Nov 13:57  arrived       web form", 39)
    assert [each.plain for each in made] == ["  x Fri 20 Nov 13:57  arrived web form"]


@pytest.mark.parametrize("most", [1, 2, 3])
def test_what_does_not_fit_ends_in_an_ellipsis(most: int) -> None:
    made = wrapped(LONG, 25, most)
    assert len(made) == most
    assert made[-1].endswith("…")


async def test_a_history_folds_into_the_rows_there_are() -> None:
    desk = FakeDesk()
    desk.set(card=card(0, history=("Sat 21 Nov 09:00  mail 2 sent", LONG, "Fri 20 Nov 13:57  arrived")))
    app = Workstation(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        rows = plain(app).splitlines()
    top = next(index for index, row in enumerate(rows) if "─ History" in row)
    assert rows[top + 1].startswith("  Sat 21 Nov 09:00  mail 2 sent")
    assert rows[top + 2].startswith("  Fri 20 Nov 14:05  no answer")
    assert rows[top + 2].endswith("…")


async def test_help_ends_with_its_last_row_and_one_key_leads_back() -> None:
    app = Workstation(FakeDesk())
    async with app.run_test(size=(80, 24)) as pilot:
        keys(app, "?")
        await pilot.pause()
        app.repaint()
        keys(app, "j" * 60)
        await pilot.pause()
        end = plain(app)
        shown = [action for action in ACTIONS if action.help in end]
        keys(app, "k")
        await pilot.pause()
        back = plain(app)
    assert shown[-1] is ACTIONS[-1]
    assert len(shown) > 10, "a whole page of them"
    assert ACTIONS[-1].help not in back
    assert ACTIONS[-len(shown) - 1].help in back
