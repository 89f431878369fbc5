"""Processes die at the worst moment: the lead is told, the record is honest, the rep can go on."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from pathlib import Path

import pytest
from support.sip_peer import PERSON, SipPeer, answer, ring
from support.telephone import Telephone, telephone

from telephony import client
from telephony.account import Account
from telephony.errors import TelephonyError
from telephony.protocol import Abort, Down, Ended

ROOT = Path(__file__).parents[2]


def kill(line: Telephone) -> None:
    assert line.phone.pid is not None
    os.kill(line.phone.pid, signal.SIGKILL)


async def test_a_killed_engine_ends_its_call_honestly_and_comes_back(line: Telephone, peer: SipPeer) -> None:
    peer.plan = [(0, ring), (0.2, answer)]
    call = line.dial("+14155550100")
    await line.answered(call)
    await asyncio.sleep(0.3)
    begun = time.monotonic()
    kill(line)
    ended = await line.ended(call)
    told = time.monotonic() - begun
    await line.ready(2)
    back = time.monotonic() - begun
    leg = await peer.leg()
    await leg.done()
    assert (ended.result, ended.ended_by, ended.sip_code) == ("interrupted", "engine", 200)
    assert abs(ended.talk_ms - leg.talk_ms) < 1_000
    assert ended.ring_ms >= 50
    assert (leg.byes, told < 10, back < 15) == (1, True, True)  # 0.01 s and 0.15 s on an idle machine
    assert line.heard.of(Down)[0].restarting
    peer.plan = PERSON
    await line.answered(line.dial("+14155550101"))
    assert len(line.heard.of(Ended, call)) == 1


async def test_a_phone_that_rings_for_a_dead_engine_stops_ringing(line: Telephone, peer: SipPeer) -> None:
    peer.plan = [(0, ring)]
    call = line.dial("+14155550100")
    await line.ringing(call)
    kill(line)
    ended = await line.ended(call)
    assert (ended.result, ended.talk_ms) == ("interrupted", 0)
    leg = await peer.leg()
    await leg.done()
    cancel, invite = await peer.wait_for("CANCEL"), peer.got("INVITE")[0]
    assert leg.cancelled
    assert cancel.get("Via").partition("branch=")[2] == invite.get("Via").partition("branch=")[2]
    assert (cancel.uri, cancel.get("To")) == (invite.uri, invite.get("To"))


async def test_an_engine_that_aborts_is_no_different(line: Telephone, peer: SipPeer) -> None:
    call = line.dial("+14155550100")
    await line.answered(call)
    line.phone.send(Abort())
    assert (await line.ended(call)).result == "interrupted"
    await (await peer.leg()).done()
    await line.ready(2)


async def test_an_engine_that_hangs_is_replaced(
    line: Telephone, peer: SipPeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "PULSE_S", 0.3)
    kill(line)  # the pulse of the next one is felt more often
    await line.ready(2)
    call = line.dial("+14155550100")
    await line.answered(call)
    assert line.phone.pid is not None
    os.kill(line.phone.pid, signal.SIGSTOP)
    assert (await line.ended(call)).result == "interrupted"
    await line.ready(3)
    leg = await peer.leg()
    await leg.done()
    assert leg.byes == 1


async def test_the_orphans_bye_goes_over_tcp_as_well(log: Path) -> None:
    peer = await SipPeer.start(PERSON, tcp=True)
    async with telephone(log, Account(server=peer.address, transport="tcp")) as line:
        call = line.dial("+14155550100")
        await line.answered(call)
        kill(line)
        await line.ended(call)
        leg = await peer.leg()
        await leg.done()
    await peer.close()
    assert leg.byes == 1


async def test_a_dial_while_the_engine_is_away_is_placed_once_when_it_is_back(
    line: Telephone, peer: SipPeer
) -> None:
    kill(line)
    await line.heard.wait(Down)
    await line.answered(line.dial("+14155550100"))
    assert len(peer.legs) == 1


async def test_a_dial_hung_up_before_the_engine_is_back_is_never_placed(
    line: Telephone, peer: SipPeer
) -> None:
    kill(line)
    await line.heard.wait(Down)
    call = line.dial("+14155550100")
    line.phone.hang_up(call)
    ended = await line.ended(call)
    await line.ready(2)
    await line.answered(line.dial("+14155550101"))
    assert (ended.result, ended.ended_by) == ("failed", "rep")
    assert [invite.user for invite in peer.got("INVITE")] == ["+14155550101"]


async def test_it_comes_back_again_and_again(line: Telephone, peer: SipPeer) -> None:
    for count in range(3):
        kill(line)
        await line.ready(count + 2)
    await line.answered(line.dial("+14155550100"))


async def test_closing_hangs_up_and_leaves_no_call_open(peer: SipPeer, log: Path) -> None:
    async with telephone(log, Account(server=peer.address)) as line:
        call = line.dial("+14155550100")
        await line.answered(call)
        pid = line.phone.pid
    (ended,) = line.heard.of(Ended, call)
    assert (ended.result, ended.ended_by) == ("answered", "engine")
    assert (await peer.leg()).byes == 1
    assert pid is not None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_a_phone_that_cannot_start_says_why(peer: SipPeer, log: Path) -> None:
    taken = int(peer.address.partition(":")[2])
    with pytest.raises(TelephonyError, match="could not start"):
        async with telephone(log, Account(server=peer.address, local_port=taken)):
            pass


async def test_a_server_out_of_reach_is_named_as_such(log: Path) -> None:
    with pytest.raises(TelephonyError, match="IPv6"):
        async with telephone(log, Account(server="[2001:db8::1]:5060")):
            pass


PARENT = """
import asyncio, sys
from pathlib import Path
from telephony import client
from telephony.account import Account
from telephony.client import Phone
from telephony.protocol import Answered, Dial

async def main():
    answered = asyncio.Event()
    phone = Phone(Account(server=sys.argv[1]), lambda event: isinstance(event, Answered) and answered.set(),
                  Path(sys.argv[2]))
    await phone.start()
    phone.dial(Dial("one", "+14155550100"))
    await answered.wait()
    print(phone.pid, flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_a_killed_parent_takes_the_engine_with_it_and_the_lead_is_told(
    peer: SipPeer, log: Path
) -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, peer.address, str(log), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    engine = int(await asyncio.wait_for(parent.stdout.readline(), 20))
    parent.kill()
    await parent.wait()
    leg = await peer.leg()
    await leg.done()
    assert leg.byes == 1
    async with asyncio.timeout(20):
        while _runs(engine):
            await asyncio.sleep(0.05)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or ") Z " not in stat.read_text()  # a zombie no longer runs


def test_the_parents_side_never_loads_the_stack() -> None:
    import subprocess

    code = (
        "import sys, telephony.client, telephony.carrier, telephony.orphan, telephony.results;"
        "print([name for name in sys.modules if name.startswith(('pjsua2', '_pjsua2', 'pydub'))])"
    )
    out = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
