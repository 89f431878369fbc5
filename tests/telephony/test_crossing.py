"""Orders and requests that cross in any order: each call has one end, its last word; the process lives."""

from __future__ import annotations

import asyncio
import random
import wave
from collections.abc import Callable
from pathlib import Path

import pytest
from support.incoming import where
from support.sip_message import sdp
from support.sip_peer import HOST, SipPeer, answer, hang_up
from support.sip_ringer import Ring, Ringer
from support.telephone import Telephone, telephone
from support.transferee import React, refuses, takes

from telephony.account import Account
from telephony.protocol import (
    Announce,
    Answer,
    Dial,
    Ended,
    Hold,
    Incoming,
    PassOn,
    Play,
    Record,
    Transfer,
)

ORDERS = 12
REACTS: tuple[React, ...] = (
    takes((100, "Trying")), takes((200, "OK")), takes((486, "Busy Here")), takes((200, "OK"), leaves=True),
    refuses(603, "Decline"), refuses(404, "Not Found"), lambda _leg, _refer: None,
)  # fmt: skip
PAUSES_S = (0, 0, 0.005, 0.03, 0.1)


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    path = tmp_path / "notice.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8_000)
        file.writeframes(b"\1\2" * 4_000)
    return path


class Crowd:
    """A lead, a colleague on a second line and somebody who rings; and all that can happen to them."""

    def __init__(self, line: Telephone, peer: SipPeer, ring: Ring, calls: list[str], sound: Path) -> None:
        self.line, self.peer, self.ring, self.calls, self.sound = line, peer, ring, calls, sound

    def acts(self, chance: random.Random) -> tuple[Callable[[], object], ...]:
        """What may happen now, to whom chance says."""
        phone, call, path = self.line.phone, chance.choice(self.calls), str(self.sound)
        leg = chance.choice(list(self.peer.legs.values()))
        contact = ("Content-Type: application/sdp", f"Contact: <sip:peer@{self.peer.address}>")
        offer = sdp(HOST, leg.rtp.port, chance.choice(["sendonly", "inactive", "sendrecv"]))
        keys = ("Content-Type: application/dtmf-relay",)
        kept = str(self.sound.with_name(f"{chance.random()}.wav"))
        return (
            lambda: phone.send(Hold(call, chance.random() < 0.5)),
            lambda: phone.send(Transfer(call, target="+14155550177")),
            lambda: phone.send(Transfer(call, to=chance.choice(self.calls))),
            lambda: phone.send(Announce(call, path)),
            lambda: phone.send(Record(call, "start", kept)),
            lambda: phone.send(Play(call, path)),
            lambda: phone.send(PassOn(call)),
            lambda: phone.send(Answer(call)),
            lambda: phone.dtmf(call, "12"),
            lambda: phone.mute(call, chance.random() < 0.5),
            lambda: phone.hang_up(call),
            lambda: leg.request("INVITE", contact, offer),
            lambda: leg.request("INFO", keys, "Signal=5"),
            lambda: hang_up(leg),
            self.ring.cancel,
            self.ring.hang_up,
        )


@pytest.mark.parametrize("seed", range(8))
async def test_whatever_crosses_each_call_has_one_end(
    peer: SipPeer, ann: Ringer, log: Path, sound: Path, seed: int
) -> None:
    chance = random.Random(seed)
    peer.plan = [(0, answer)]
    peer.answers["REFER"] = chance.choice(REACTS)
    async with telephone(log, Account(server=peer.address, transfer_ms=800, silence_ms=0)) as line:
        process, lead = line.phone.pid, line.dial("+14155550100")
        await line.answered(lead)
        line.phone.dial(Dial("second", "+14155550177", beside=lead))
        ring = ann.ring(where(line))
        calls = [lead, "second", (await line.heard.wait(Incoming)).call]
        crowd = Crowd(line, peer, ring, calls, sound)
        for _ in range(ORDERS):
            chance.choice(crowd.acts(chance))()
            await asyncio.sleep(chance.choice(PAUSES_S))
        for call in calls:
            line.phone.hang_up(call)
        for call in calls:
            await line.ended(call)
        await line.answered(line.dial("+14155550100"))  # all that was said before is read by now
        for call in calls:
            told = [event for event in line.heard.events if getattr(event, "call", "") == call]
            assert [type(event) for event in told].count(Ended) == 1
            assert isinstance(told[-1], Ended)
        assert line.phone.pid == process
