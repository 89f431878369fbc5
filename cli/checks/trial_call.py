"""A call to a telephone of the operator's own: what no other check can tell is how the sound comes."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from cadence.model import Result
from cadence.numbers import is_emergency
from cli.checks.finding import Finding, fails, ok, skipped, warns
from config.errors import SixringError
from config.home import Home
from config.settings import PRACTICE, Settings

if TYPE_CHECKING:
    from floor.one_call import Placed

TALK_S = 6.0  # sound that finds its way has come by then
_UNANSWERED = frozenset({Result.BUSY, Result.NO_ANSWER, Result.DECLINED, Result.INVALID})


def tried(home: Home, settings: Settings, number: str, *, carrier_is_well: bool) -> Finding:
    """Place the call as by hand, in silence, and hang up soon after the answer."""
    if settings.sip.server in ("", PRACTICE) or not carrier_is_well:
        return skipped("call", "there has to be a carrier that is well first")
    if is_emergency(number.strip(), settings.firm.region):
        return fails("call", f"{number} is for those in need", "name a telephone of your own")
    try:
        return _judged(asyncio.run(_placed(home, settings, number)))
    except SixringError as error:
        return fails("call", str(error), "mend what it says")


async def _placed(home: Home, settings: Settings, number: str) -> Placed:
    from floor.one_call import OneCall, Order
    from floor.workplace import real_workplace, rep_of
    from telephony.account import Sound

    place = replace(real_workplace(home, settings), sound=Sound())  # no headset need be here
    return await OneCall(place, rep_of(settings), lambda _at, _text: None).run(Order(number, TALK_S))


def _judged(placed: Placed) -> Finding:
    sound = placed.sound
    if sound is not None:
        found = f"the sound: {sound.found}"
        return fails("call", found, sound.mend) if sound.mend else ok("call", found)
    if placed.result in _UNANSWERED:
        return warns("call", placed.reason, "call a telephone that somebody picks up")
    return fails("call", placed.reason, "mend what it says, or show it to the carrier")
