"""A mail room that is stopped, killed, doubled, or cannot write: every mail goes once."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from support.mailserver import HANG, MailServerUnderTest
from support.mailstore import (
    FIRM,
    add_leads,
    kinds,
    mail_settings,
    rounds,
    states,
    store_room,
)
from support.postgres import NO_BINARIES, cluster, find_binaries

from cadence.rulebook import load as load_rules
from config.clock import HandClock, SystemClock
from config.home import Home
from floor import mailroom
from floor.mailroom import MailRoom
from floor.store_room import StoreRoom

ROOT = Path(__file__).parents[3]


@pytest.fixture(params=["sqlite", "postgres"])
def shared_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path | str]:
    """Where two machines, or two processes, find one store."""
    if request.param == "sqlite":
        yield tmp_path / "sixring.db"
        return
    binaries = find_binaries()
    if binaries is None:
        pytest.skip(NO_BINARIES)
    with cluster(binaries) as server:
        yield server.new_database()


async def test_two_mail_rooms_on_one_store_never_send_the_same_mail(
    office: MailServerUnderTest, tmp_path: Path, shared_store: Path | str
) -> None:
    settings = mail_settings(office.port, per_minute=10_000)
    clock, book = SystemClock(), load_rules(None)
    async with StoreRoom(shared_store, book, clock) as one, StoreRoom(shared_store, book, clock) as two:
        await add_leads(one, 30)
        pair = [MailRoom(store, settings, Home(tmp_path), clock) for store in (one, two)]
        for mail_room in pair:
            await mail_room.start()
        await asyncio.to_thread(office.wait_for, "dot", 30, 30)
        await asyncio.gather(*(mail_room.close() for mail_room in pair))
        assert len(await one.run(lambda store: store.outbox.list("sent"))) == 30
    assert len({mail.recipient for mail in office.received}) == len(office.received) == 30
    assert sum(mail_room.sent for mail_room in pair) == 30


async def test_a_disk_that_refuses_the_receipt_gets_it_again_before_any_other_mail(
    mail_room: MailRoom, room: StoreRoom, office: MailServerUnderTest, clock: HandClock, tmp_path: Path
) -> None:
    await add_leads(room, 2)
    await room.run(lambda store: store.outbox.stage(10, FIRM))
    with closing(sqlite3.connect(tmp_path / "sixring.db")) as database:
        database.execute(
            "create trigger full before update of state on outbox when new.state = 'sent'"
            " begin select raise(abort, 'disk full'); end"
        )
        await rounds(mail_room, clock, 3)
        assert mail_room.fault
        assert len(office.received) == 1
        assert Counter(states(tmp_path)) == {"sending": 1, "ready": 1}
        database.execute("drop trigger full")
    await rounds(mail_room, clock, 3)
    assert states(tmp_path) == ["sent", "sent"]
    assert len(office.received) == 2


@pytest.mark.parametrize(
    ("stage", "left"), [("greeting", "ready"), ("RCPT", "ready"), ("DATA", "ready"), ("dot", "uncertain")]
)
async def test_an_orderly_stop_leaves_no_mail_in_sending(
    mail_room: MailRoom,
    room: StoreRoom,
    office: MailServerUnderTest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    stage: str,
    left: str,
) -> None:
    monkeypatch.setattr(mailroom, "_GRACE_S", 0.1)
    await add_leads(room)
    office.faults[stage] = [HANG]
    await mail_room.start()
    await asyncio.to_thread(office.wait_for, stage)
    began = time.monotonic()
    await mail_room.close()
    assert time.monotonic() - began < 10  # and not as long as the other side hangs
    assert states(tmp_path) == [left]


async def test_an_orderly_stop_lets_a_quick_mail_finish(
    mail_room: MailRoom, room: StoreRoom, office: MailServerUnderTest, tmp_path: Path
) -> None:
    await add_leads(room)
    await mail_room.start()
    await asyncio.to_thread(office.wait_for, "MAIL")
    await mail_room.close()
    assert states(tmp_path) == ["sent"]


async def test_closing_a_room_that_never_began_is_harmless(mail_room: MailRoom) -> None:
    await mail_room.close()
    await mail_room.start()
    await mail_room.close()
    await mail_room.close()


@pytest.mark.parametrize("stage", ["greeting", "MAIL", "RCPT", "DATA", "dot"])
async def test_a_killed_mail_room_never_makes_a_mail_go_twice(
    office: MailServerUnderTest, tmp_path: Path, stage: str
) -> None:
    async with store_room(tmp_path, SystemClock()) as room:
        await add_leads(room, 2)
    office.faults[stage] = [HANG]
    path = os.pathsep.join((str(ROOT), str(ROOT / "tests")))
    process = subprocess.Popen(
        [sys.executable, "-m", "support.mail_process", str(tmp_path), str(office.port)],
        env=os.environ | {"PYTHONPATH": path},
    )
    try:
        await asyncio.to_thread(office.wait_for, stage, 1, 30)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert Counter(states(tmp_path))["sending"] == 1
    async with store_room(tmp_path, SystemClock()) as again:
        successor = MailRoom(
            again, mail_settings(office.port, per_minute=10_000), Home(tmp_path), SystemClock()
        )
        await successor.start()
        await asyncio.to_thread(office.wait_for, "dot", 2 if stage == "dot" else 1)
        await successor.close()
    assert Counter(states(tmp_path)) == {"uncertain": 1, "sent": 1}
    assert "mail.uncertain" in kinds(tmp_path)
    sent = Counter(mail.message["Message-ID"] for mail in office.received)
    assert set(sent.values()) == {1}
