"""One desk behind a router, with its carrier and a lead beyond: what tests of such networks share."""

from __future__ import annotations

from array import array
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
from support import floor_carrier as carrier
from support.baresip import SPEECH, baresip, command, heard_by, keeps_what_it_hears, obeys
from support.netns import CARRIER, LEAD, Network
from support.sound import channels, share
from support.telephone import Telephone, telephone
from support.wire import Wire, wire

from telephony.account import Account, Sound, Transport
from telephony.carrier import script
from telephony.protocol import Answer, Ended, Incoming, Quality, Record, Recorded, Recording, Registration

REP = Path(script.__file__).parent / "sounds" / "greeting.wav"
SIP = 5060
NUMBER, LEADS_KEYS = "+14155550123", 4444
ACCOUNT = Account(server=carrier.ADDRESS, user="robin", password=carrier.PASSWORD, register=True)


@dataclass
class Floor:
    """One desk with its carrier, and a lead who answers by himself."""

    net: Network
    line: Telephone
    wire: Wire  # what passes outside the router
    folder: Path

    async def registered(self, times: int = 1) -> Registration:
        """Wait until the registrar has taken the desk that often."""
        count = 0
        while True:
            count += 1
            told = await self.line.heard.wait(Registration, count=count)
            times -= told.registered
            if not times:
                return told

    def registrations(self) -> int:
        return sum(told.registered for told in self.line.heard.of(Registration))

    async def talks(self) -> str:
        """A call that has been answered and is recorded."""
        call = self.line.dial(NUMBER)
        await self.line.answered(call)
        self.line.phone.send(Record(call, "start", str(self.folder / f"{call}.wav")))
        await self.line.heard.wait(Recording, call)
        return call

    async def four_seconds_more(self, call: str) -> None:
        """Wait for so much of the lead's sound."""
        told = self.line.heard.of(Quality, call)
        await self.line.hears(call, (told[-1].packets if told else 0) + 200)

    async def hangs_up(self, call: str) -> Ended:
        self.line.phone.hang_up(call)
        await self.line.heard.wait(Recorded, call)
        return await self.line.ended(call)

    async def conversation(self) -> None:
        """A call in which each hears the other."""
        call = await self.talks()
        await self.four_seconds_more(call)
        ended = await self.hangs_up(call)
        assert (ended.result, ended.ended_by) == ("answered", "rep")
        self.both_were_heard(call)

    def both_were_heard(self, call: str) -> None:
        """On the recording, and at the lead's."""
        left, right = channels(self.folder / f"{call}.wav")
        assert speaks(left) == "rep"
        assert speaks(right) == "lead"
        assert speaks(self.lead_heard()) == "rep"

    def lead_heard(self) -> array[int]:
        """The samples that came out at the lead's, in the last call."""
        return heard_by(self.folder / "lead")

    async def lead_ends(self, call: str) -> None:
        """The lead hangs up: that is heard here, as he was until then."""
        with self.net.at(self.net.lead):
            await command(LEADS_KEYS, "hangup", "")
        ended = await self.line.ended(call)
        assert (ended.result, ended.ended_by) == ("answered", "lead")
        _, right = channels(self.folder / f"{call}.wav")
        assert speaks(right[-28_000:]) == "lead"

    async def lead_calls(self) -> Incoming:
        """The lead rings the desk through the carrier; told here, and answered."""
        before = len(self.line.heard.of(Incoming))
        with self.net.at(self.net.lead):
            await command(LEADS_KEYS, "dial", f"sip:robin@{carrier.ADDRESS}")
        told = await self.line.heard.wait(Incoming, count=before + 1)
        self.line.phone.send(Answer(told.call))
        await self.line.answered(told.call)
        return told


def speaks(heard: Sequence[int]) -> str:
    """Whose voice it is; empty: nobody's. A tenth is enough: on a busy machine packets come in jerks."""
    shares = {who: share(heard, voice) for who, voice in (("rep", REP), ("lead", SPEECH))}
    who = max(shares, key=shares.__getitem__)
    return who if shares[who] > 0.1 else ""


@asynccontextmanager
async def floor(
    net: Network, folder: Path, *, relays: bool = True, stun: bool = False, over: Transport = "udp",
    **changes: object,
) -> AsyncIterator[Floor]:  # fmt: skip
    """A desk with `changes` of its account, registered. `relays`, `stun`, `over`: as for the carrier."""
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(carrier.floor_carrier(net, folder, relays=relays, over=over))
        if stun:
            server = await stack.enter_async_context(carrier.stun_of_the_carrier(net, folder))
            changes["stun_servers"] = (server,)
        lead = folder / "lead"
        with net.at(net.carrier):
            seen = stack.enter_context(wire("net", CARRIER, SIP))
        with net.at(net.lead):
            more = keeps_what_it_hears(lead) + obeys(LEADS_KEYS)
            await stack.enter_async_context(baresip(lead, SIP, "lead", more=more, host=LEAD))
        if over == "tls":
            changes = {
                "server": f"{CARRIER}:{carrier.TLS_PORT}",
                "ca_file": str(folder / "server.pem"),
                **changes,
            }
        account = msgspec.structs.replace(ACCOUNT, transport=over, **changes)
        speaking = Sound(kind="file", file=str(REP))
        line = await stack.enter_async_context(telephone(folder / "phone.log", account, sound=speaking))
        made = Floor(net, line, seen, folder)
        await made.registered()
        yield made
