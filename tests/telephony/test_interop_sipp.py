"""SIPp plays the called side by small scenarios (tests/telephony/sipp); its own verdict counts too."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from support.ports import HOST, free_port, listens
from support.telephone import Telephone, telephone

from telephony.account import Account
from telephony.protocol import Answered, Dtmf, Ringing, Transfer, Transferred

pytestmark = [
    pytest.mark.interop,
    pytest.mark.skipif(shutil.which("sipp") is None, reason="sipp is not installed"),
]
SCENARIOS = Path(__file__).parent / "sipp"


@asynccontextmanager
async def called_by(
    folder: Path, scenario: str, code: int = 0, silence_ms: int = 20_000
) -> AsyncIterator[Telephone]:
    """A phone whose carrier plays `scenario` once; at the end SIPp must have seen all it expected."""
    port = free_port()
    played = folder / "scenario.xml"
    played.write_text((SCENARIOS / f"{scenario}.xml").read_text().replace("SIP/2.0 CODE", f"SIP/2.0 {code}"))
    with (folder / "sipp.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            "sipp", "-sf", str(played), "-i", HOST, "-mi", HOST, "-p", str(port),
            "-m", "1", "-timeout", "60s", "-timeout_error", "-nostdin",
            "-trace_err", "-error_file", str(folder / "errors.log"),
            stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder,
        )  # fmt: skip
    try:
        await listens(port, process)
        account = Account(server=f"{HOST}:{port}", silence_ms=silence_ms)
        async with telephone(folder / "phone.log", account) as line:
            yield line
            async with asyncio.timeout(70):
                code = await process.wait()
            errors = folder / "errors.log"
            assert code == 0, errors.read_text() if errors.exists() else f"sipp left with {code}"
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.mark.parametrize(
    ("code", "result"),
    [
        (302, "failed"), (400, "failed"), (403, "failed"), (404, "invalid"), (408, "failed"),
        (410, "invalid"), (480, "no_answer"), (484, "invalid"), (486, "busy"), (488, "failed"),
        (500, "failed"), (503, "failed"), (600, "busy"), (603, "declined"), (604, "invalid"),
        (607, "declined"), (608, "blocked"),
    ],
)  # fmt: skip
async def test_every_class_of_final_code_has_its_result(tmp_path: Path, code: int, result: str) -> None:
    async with called_by(tmp_path, "final", code=code) as line:
        ended = await line.call("+14155550100")
    assert (ended.result, ended.sip_code, ended.talk_ms) == (result, code, 0)
    assert ended.reason


async def test_early_media_rings_and_is_no_talk(tmp_path: Path) -> None:
    async with called_by(tmp_path, "early_media") as line:
        call = line.dial("+14155550100")
        ended = await line.ended(call)
        (ringing,) = line.heard.of(Ringing, call)
    assert ringing.early_media
    assert (ended.result, ended.ended_by) == ("answered", "lead")
    assert ended.ring_ms >= 150
    assert 150 <= ended.talk_ms < 10_000


async def test_an_offer_in_the_call_is_answered_and_the_call_goes_on(tmp_path: Path) -> None:
    async with called_by(tmp_path, "reinvite") as line:
        call = line.dial("+14155550100")
        ended = await line.ended(call)
        assert len(line.heard.of(Answered, call)) == 1
    assert (ended.result, ended.ended_by) == ("answered", "lead")
    assert ended.talk_ms >= 450  # one call, from the first answer on


async def test_a_cancel_that_crosses_the_answer_still_ends_the_call(tmp_path: Path) -> None:
    async with called_by(tmp_path, "cancel_crosses_answer") as line:
        call = line.dial("+14155550100")
        await line.ringing(call)
        line.phone.hang_up(call)
        ended = await line.ended(call)
    assert ended.ended_by == "rep"


async def test_with_packets_lost_all_is_repeated_and_nothing_doubled(tmp_path: Path) -> None:
    async with called_by(tmp_path, "repetitions") as line:
        call = line.dial("+14155550100")
        await line.answered(call)
        await asyncio.sleep(0.5)
        line.phone.hang_up(call)
        ended = await line.ended(call)
        assert len(line.heard.of(Answered, call)) == 1
    assert (ended.result, ended.ended_by) == ("answered", "rep")


async def test_an_answer_without_any_sound_is_ended_by_the_network(tmp_path: Path) -> None:
    async with called_by(tmp_path, "silence", silence_ms=2_000) as line:
        ended = await line.call("+14155550100")
    assert (ended.result, ended.ended_by) == ("answered", "network")
    assert ended.talk_ms >= 2_000


async def test_keys_go_and_come_by_info_where_the_sound_takes_none(tmp_path: Path) -> None:
    async with called_by(tmp_path, "keys_by_info") as line:
        call = line.dial("+14155550100")
        await line.answered(call)
        line.phone.dtmf(call, "4#")
        assert (await line.heard.wait(Dtmf, call)).digit == "7"
        line.phone.hang_up(call)
        ended = await line.ended(call)
    assert (ended.result, ended.ended_by) == ("answered", "rep")


async def test_a_transfer_that_is_taken_is_told_and_left(tmp_path: Path) -> None:
    async with called_by(tmp_path, "refer") as line:
        call = line.dial("+14155550100")
        await line.answered(call)
        line.phone.send(Transfer(call, target="+14155550177"))
        told = await line.heard.wait(Transferred, call)
        ended = await line.ended(call)
    assert (told.done, told.code) == (True, 200)
    assert (ended.ended_by, ended.reason) == ("rep", "Transferred to +14155550177.")
