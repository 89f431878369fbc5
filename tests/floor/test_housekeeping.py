"""Chores that nobody asks for: the dead are closed, the disk is watched, the database is tended."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from support.mailstore import MORNING, add_leads, kinds, mail_settings, states, store_room
from support.silent_store import silent

from config.clock import MINUTE, HandClock
from config.errors import SixringError
from config.home import Home
from floor import housekeeping, rounds
from floor.housekeeping import Housekeeping
from floor.mailroom import MailRoom
from floor.store_room import StoreRoom
from store.imports.report import ImportOptions
from store.imports.run import run
from store.records import Claim, NewPhone
from store.store import Store

FIRM = {"name": "Acme", "postal_address": "1 Main St", "website": "", "reply_to": "help@example.com"}


@pytest.fixture
def clock() -> HandClock:
    return HandClock(MORNING + 9 * 60 * MINUTE)  # noon in New York


@pytest.fixture
def keeper(room: StoreRoom, clock: HandClock, tmp_path: Path) -> Housekeeping:
    return Housekeeping(room, clock, tmp_path / "sixring.db")


def dead_pid() -> int:
    """The id of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def begin_call(store: Store, pid: int) -> int:
    """A call of a session with that process id, left open; the attempt's id."""
    shift = store.shifts.clock_in("sam", "Sam", socket.gethostname(), pid)
    claim = store.queue.claim("sam", shift.id)
    assert isinstance(claim, Claim)
    attempt = store.attempts.begin(claim, "sam", shift.id, "+14155550100")
    assert attempt.decision.allowed, attempt.decision.why
    store.attempts.instant(attempt.id, "invited", store.core.now())
    return attempt.id


async def test_the_call_of_a_dead_session_is_closed_and_its_lead_comes_back(
    keeper: Housekeeping, room: StoreRoom
) -> None:
    await add_leads(room, phones=(NewPhone("+12125550147"),), cadence="inbound-six")
    attempt_id = await room.run(lambda store: begin_call(store, dead_pid()))
    await keeper.round()
    attempt = await room.run(lambda store: store.attempts.get(attempt_id))
    assert attempt.result == "interrupted"
    assert keeper.closed == 1
    assert await room.run(lambda store: store.shifts.live()) == [], "and its clock has stopped"
    await keeper.round()
    assert keeper.closed == 1


async def test_who_rang_at_a_desk_that_died_is_missed_and_one_who_rings_at_a_living_desk_is_not(
    keeper: Housekeeping, room: StoreRoom
) -> None:
    def rings(store: Store, rep: str, pid: int, number: str) -> None:
        shift = store.shifts.clock_in(rep, rep, socket.gethostname(), pid)
        store.inbound.rings(number, "", f"at {rep}", rep, shift.id, store.core.now())

    await room.run(lambda store: rings(store, "sam", dead_pid(), "+12125550147"))
    await room.run(lambda store: rings(store, "eve", os.getpid(), "+12125550148"))
    await keeper.round()
    await keeper.round()
    told = await room.run(lambda store: [one for one in store.log.after(0, 99) if one.kind == "call.missed"])
    assert [(one.rep, one.body["number"]) for one in told] == [("sam", "+12125550147")]


async def test_the_call_of_a_living_session_is_left_alone(keeper: Housekeeping, room: StoreRoom) -> None:
    await add_leads(room, phones=(NewPhone("+12125550147"),), cadence="inbound-six")
    attempt_id = await room.run(lambda store: begin_call(store, os.getpid()))
    await keeper.round()
    attempt = await room.run(lambda store: store.attempts.get(attempt_id))
    assert attempt.result is None
    assert len(await room.run(lambda store: store.shifts.live())) == 1


async def test_a_mail_that_a_dead_process_was_sending_becomes_uncertain(
    keeper: Housekeeping, room: StoreRoom, tmp_path: Path
) -> None:
    await add_leads(room)
    await room.run(lambda store: store.outbox.stage(1, FIRM))
    await room.run(lambda store: store.outbox.take())
    await keeper.round()
    assert states(tmp_path) == ["sending"], "this process lives"
    pid = dead_pid()
    await room.run(lambda store: store.core.engine.run("update outbox set pid = :pid", pid=pid))
    await keeper.round()
    assert states(tmp_path) == ["uncertain"]
    assert kinds(tmp_path)[-1] == "mail.uncertain"


async def test_a_disk_that_fills_up_is_said_in_time(
    keeper: Housekeeping, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    await keeper.round()
    free = SimpleNamespace(free=housekeeping.LEAST_FREE - 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: free)
    with pytest.raises(SixringError, match=f"499 MiB are free on the disk of {tmp_path}"):
        await keeper.round()


async def test_a_database_on_a_server_looks_after_its_own_disk(
    room: StoreRoom, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: SimpleNamespace(free=0))
    await Housekeeping(room, clock, "postgresql://floor@db.example/sixring").round()


async def test_the_log_is_folded_back_once_nothing_happens(
    keeper: Housekeeping, room: StoreRoom, tmp_path: Path
) -> None:
    await add_leads(room, 20)
    before = (tmp_path / "sixring.db").stat().st_size
    await keeper.round()
    assert (tmp_path / "sixring.db").stat().st_size == before, "something happened since the last look"
    await keeper.round()
    assert (tmp_path / "sixring.db").stat().st_size > before
    copy = tmp_path / "copy"
    copy.mkdir()
    shutil.copy(tmp_path / "sixring.db", copy / "sixring.db")
    async with store_room(copy, HandClock(MORNING)) as alone:
        assert (await alone.run(lambda store: store.log.head()))[0] >= 20, (
            "the file holds all without its log"
        )


async def test_it_runs_by_itself_and_ends_in_order(keeper: Housekeeping, room: StoreRoom) -> None:
    await add_leads(room, phones=(NewPhone("+12125550147"),), cadence="inbound-six")
    await room.run(lambda store: begin_call(store, dead_pid()))
    await keeper.start()
    async with asyncio.timeout(20):
        while not keeper.closed:
            await asyncio.sleep(0.01)
    await keeper.close()
    assert keeper.fault == ""


async def test_a_fault_of_the_database_is_shown_and_the_rounds_go_on(
    keeper: Housekeeping, room: StoreRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: SimpleNamespace(free=0))
    await keeper.start()
    async with asyncio.timeout(20):
        while not keeper.fault:
            await asyncio.sleep(0.01)
    monkeypatch.undo()
    keeper.wake()
    async with asyncio.timeout(20):
        while keeper.fault:
            await asyncio.sleep(0.01)
    await keeper.close()


async def test_a_defect_is_never_silent(
    room: StoreRoom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail_room = MailRoom(room, mail_settings(1), Home(tmp_path), HandClock(MORNING))

    def broken(self: MailRoom) -> float:
        raise ZeroDivisionError

    monkeypatch.setattr(MailRoom, "round", broken)
    await mail_room.start()
    async with asyncio.timeout(20):
        while not mail_room.fault:
            await asyncio.sleep(0.01)
    with pytest.raises(ZeroDivisionError):
        await mail_room.close()
    assert "defect" in mail_room.fault


async def test_what_a_dead_import_left_is_written(
    keeper: Housekeeping, room: StoreRoom, tmp_path: Path, clock: HandClock
) -> None:
    leads = tmp_path / "leads.csv"
    leads.write_text("phone\n" + "".join(f"415555{n:04d}\n" for n in range(1_000, 1_600)))

    def die_half_way(phase: str, done: int, total: int) -> None:
        if phase == "writing" and done:
            raise KeyboardInterrupt

    def begin(store: Store) -> int:
        store.shifts.clock_in("sam", "Sam", socket.gethostname(), os.getpid())
        with pytest.raises(KeyboardInterrupt):
            run(store, leads, ImportOptions(), die_half_way)
        return store.leads.count()

    assert 0 < await room.run(begin) < 600
    await keeper.round()
    assert await room.run(lambda store: store.leads.count()) == 600


async def test_a_store_that_hangs_keeps_nobody_from_closing(
    keeper: Housekeeping, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "CLOSING_S", 0.1)
    with silent(tmp_path / "sixring.db"):
        await keeper.start()
        await asyncio.sleep(0)  # its round has begun
        async with asyncio.timeout(8):  # the lock would be given up after ten
            await keeper.close()
