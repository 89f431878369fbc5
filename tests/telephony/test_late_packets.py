"""Packets that come late, and what the rep hears after them."""

from __future__ import annotations

import asyncio
import itertools
import secrets
import struct
from collections import Counter
from pathlib import Path

from support.least import least
from support.sip_message import media_address
from support.sip_peer import Leg, SipPeer, answer_mutely
from support.sound import channels, from_pcmu
from support.telephone import Telephone

from telephony.protocol import Record, Recorded, Recording

CODES = bytes([*range(0x80, 0xF8), *range(0x78)])  # each is heard for 20 ms, once
LATE = range(20, 25)
SETTLED = range(LATE.stop + 5, len(CODES) - 10)


async def count(leg: Leg) -> None:
    """Say every code for 20 ms, on time but for those that a network held back for 100 ms."""
    loop, to = asyncio.get_running_loop(), media_address(leg.invite)
    begun = loop.time()
    for number, code in enumerate(CODES):
        due = LATE.stop if number in LATE else number
        await asyncio.sleep(begun + due * 0.02 - loop.time())
        header = struct.pack("!BBHII", 0x80, 0, number, number * 160, 0x1234)
        leg.rtp.transport.sendto(header + bytes([code]) * 160, to)


def whole(path: Path) -> set[int]:
    """The samples that were heard as often as they were said, whatever pause was put between them."""
    _, lead = channels(path)
    return {sample for sample, times in Counter(lead).items() if times >= 150}


async def test_after_packets_that_came_late_none_is_thrown_away(
    line: Telephone, peer: SipPeer, tmp_path: Path
) -> None:
    peer.plan = [(0, answer_mutely)]
    calls = itertools.count()

    async def lost() -> float:
        path = tmp_path / f"{secrets.token_hex(4)}.wav"
        call = line.dial("+14155550100")
        await line.answered(call)
        line.phone.send(Record(call, "start", str(path)))
        await line.heard.wait(Recording, call)
        await count(await peer.leg(next(calls)))
        line.phone.hang_up(call)
        await line.heard.wait(Recorded, call)
        await line.ended(call)
        heard = whole(path)
        said = from_pcmu(bytes(CODES[number] for number in SETTLED))
        return sum(sample not in heard for sample in said)

    assert await least(lost, 1) == 0  # where neither side was held up itself
