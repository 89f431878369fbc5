"""The rep's own phone in the tests: where it is, and what is said of it."""

from __future__ import annotations

import asyncio

from support.sip_peer import SipPeer
from support.telephone import Telephone

from telephony.account import Sound
from telephony.protocol import SoundState

ON_THE_LINE = "Your desk phone is on the line."


def at(desk_phone: SipPeer) -> Sound:
    """The sound of a rep who sits at this phone."""
    return Sound(kind="desk_phone", uri=f"sip:anna@{desk_phone.address}")


async def told(line: Telephone, words: str, count: int = 1) -> SoundState:
    """Wait until the state of the sound has been `words`, `count` times."""
    async with asyncio.timeout(20):
        number = 0
        while True:
            number += 1
            await line.heard.wait(SoundState, count=number)
            found = [one for one in line.heard.of(SoundState) if one.text.startswith(words)]
            if len(found) >= count:
                return found[count - 1]
