"""kill -9 of a workstation at any instant: what was acknowledged is kept, nobody is dialed twice."""

from __future__ import annotations

import asyncio
import random
import sys
from collections import Counter
from pathlib import Path

import pytest
from support.practice import BOOK, PACE, lead_for, place_at

from cadence.model import Lane, Result
from config.clock import SystemClock
from store.audit import audit
from store.store import Store
from telephony.carrier import PracticeCarrier

SCRIPT = Path(__file__).parents[1] / "support" / "rep_process.py"
LEADS = 14
KILLS = 5
STRANGER = "+14155550177"


async def _work(folder: Path, carrier: PracticeCarrier, kill_after_s: float | None) -> list[str]:
    """Run a rep until it is done or killed; what its screen had acknowledged."""
    address = carrier.addresses[0]
    process = await asyncio.create_subprocess_exec(
        sys.executable, SCRIPT, folder, address.host, str(address.port),
        stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[2], env={"PYTHONPATH": ".", "PATH": ""},
    )  # fmt: skip
    assert process.stdout is not None
    lines: list[str] = []

    async def read() -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            lines.append(line.decode().strip())
            if lines[-1] == "at work" and kill_after_s is not None:
                asyncio.get_running_loop().call_later(kill_after_s, process.kill)

    async with asyncio.timeout(150):
        await read()
        code = await process.wait()
    assert code == (0 if kill_after_s is None else -9)
    return lines


@pytest.mark.timeout(400)
async def test_a_killed_workstation_loses_nothing_and_dials_nobody_twice(tmp_path: Path) -> None:
    rng = random.Random(11)
    carrier = PracticeCarrier(tmp_path / "carrier.log", pace=PACE)
    await carrier.start()
    try:
        place = place_at(tmp_path / "home", carrier)
        with Store.open(place.store, BOOK, SystemClock()) as store:
            for index in range(LEADS):
                store.leads.add(lead_for("8128"[index % 4], index))
        acknowledged: list[str] = []
        for _ in range(KILLS):
            acknowledged += await _work(tmp_path / "home", carrier, rng.uniform(0.0, 2.5))
        acknowledged += await _work(tmp_path / "home", carrier, None)
        calls = carrier.calls()
    finally:
        await carrier.close()

    with Store.open(place.store, BOOK, SystemClock()) as store:
        attempts = {attempt.id: attempt for attempt in store.attempts.since(0)}
        assert all(attempt.result is not None for attempt in attempts.values()), "an attempt is left open"
        for line in acknowledged:
            if line.startswith("recorded"):
                _, number, code = line.split()
                assert attempts[int(number)].disposition == code
        dialed = Counter(attempt.e164 for attempt in attempts.values() if attempt.sip_call_id)
        assert max(dialed.values()) == 1, f"dialed twice: {dialed.most_common(3)}"
        known = {attempt.sip_call_id for attempt in attempts.values()}
        unknown = [call for call in calls if call.sip_call_id not in known]
        opened = sum(attempt.result is Result.INTERRUPTED for attempt in attempts.values())
        assert len(unknown) <= opened, "the carrier saw a call that no attempt tells of"
        assert audit(store).clean
        assert store.log.verify().clean
        assert store.shifts.live() == []
        assert store.queue.counts().held == 0


async def test_who_rings_at_a_workstation_that_is_killed_is_missed_and_called_first(tmp_path: Path) -> None:
    carrier = PracticeCarrier(tmp_path / "carrier.log", pace=PACE)
    await carrier.start()
    try:
        place = place_at(tmp_path / "home", carrier)
        address = carrier.addresses[0]
        process = await asyncio.create_subprocess_exec(
            sys.executable, SCRIPT, tmp_path / "home", address.host, str(address.port), "idle",
            stdout=asyncio.subprocess.PIPE, cwd=SCRIPT.parents[2], env={"PYTHONPATH": ".", "PATH": ""},
        )  # fmt: skip

        async def says(word: str) -> str:
            assert process.stdout is not None
            while line := await process.stdout.readline():
                if line.decode().startswith(word):
                    return line.decode().removeprefix(word).strip()
            raise AssertionError(f"it never said {word}")

        async with asyncio.timeout(60):
            door = await says("door")
            await says("at work")
            before = SystemClock().now()
            call_id = await carrier.call_in(door, STRANGER, "Robin Vale")
            assert await says("rings") == STRANGER
            process.kill()
            await process.wait()
            rang_until = SystemClock().now()
    finally:
        await carrier.close()
    with Store.open(place.store, BOOK, SystemClock()) as store:
        (missed,) = store.inbound.recover()
        assert (missed.name, missed.number, missed.first) == ("Robin Vale", STRANGER, True)
        call = store.leads.plan(missed.lead_id or 0).call
        assert call is not None
        assert call.lane is Lane.RETURNED
        (row,) = store.core.engine.rows("select sip_call_id, at from missed_call")
        assert row["sip_call_id"] == call_id
        assert before <= row["at"] <= rang_until, "missed when it rang"
        assert store.inbound.recover() == []
        assert audit(store).clean
        assert store.log.verify().clean
