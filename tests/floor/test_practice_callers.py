"""On the practice floor people call the desk: soon after the first call, and not too often."""

from __future__ import annotations

from pathlib import Path

from support.practice import seated

from cadence.model import ShiftState as S
from config.clock import MINUTE, HandClock
from config.home import Home
from config.settings import Colleague
from floor.practice import PRACTICE_COLLEAGUES, practice_floor
from floor.practice_callers import PracticeCallers
from telephony import protocol as phone


async def test_who_did_not_pick_up_calls_back_within_the_first_minute(tmp_path: Path) -> None:
    clock = HandClock(1_790_000_000_000)
    async with seated(tmp_path, "2", "8", pace=0.5) as seat:
        callers = PracticeCallers(seat.carrier, clock, seed=1)
        await callers.round()
        clock.advance(2 * MINUTE)
        await callers.round()  # nobody was called yet: nobody has a number to call back
        first = await seat.state(S.PREVIEW)
        assert first.card is not None
        seat.station.press("dial")
        await seat.until(lambda view: bool(view.card and view.card.lead.id != first.card.lead.id))  # type: ignore[union-attr]
        (invited,) = (event for event in seat.heard if isinstance(event, phone.Invited))
        await seat.carrier.call(invited.sip_call_id)
        await callers.round()
        clock.advance(1 * MINUTE)
        await callers.round()
        view = await seat.until(lambda view: bool(view.incoming and view.incoming.known))
        assert view.incoming is not None
        assert view.incoming.name == first.card.lead.name
        for _ in range(5):
            await callers.round()
        assert seat.station.view.incoming == view.incoming, "one at a time"
        seat.station.press("pass_on")
        (rang,) = (event for event in seat.heard if isinstance(event, phone.Incoming))
        await seat.carrier.call(rang.sip_call_id)
        clock.advance(6 * MINUTE)
        await callers.round()
        await seat.until(
            lambda view: bool(view.incoming and not view.incoming.known)
        )  # nobody else was called


async def test_a_practice_home_has_two_colleagues_unless_its_file_names_others(tmp_path: Path) -> None:
    home = Home(tmp_path)
    async with practice_floor(home, 0) as floor:
        assert floor.place.settings.sip.colleagues == PRACTICE_COLLEAGUES
    named = Colleague("Ann", "204")
    home.config_file.write_text('[[sip.colleagues]]\nname = "Ann"\nnumber = "204"\n')
    async with practice_floor(home, 0) as floor:
        assert floor.place.settings.sip.colleagues == (named,)
