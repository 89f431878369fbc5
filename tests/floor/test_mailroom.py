"""The mail room against a real server and a real store: every mail once, whatever breaks."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from support.mailserver import CUT, HANG, MailServerUnderTest
from support.mailstore import MORNING, add_leads, kinds, mail_settings, outbox, states, store_room
from support.postgres import NO_BINARIES, cluster, find_binaries

from cadence.model import Result
from cadence.rulebook import load as load_rules
from config.clock import DAY, HOUR, MINUTE, SECOND, HandClock, SystemClock
from config.errors import SixringError
from config.home import Home
from config.settings import Firm
from floor import mailroom
from floor.mailroom import MailRoom
from floor.store_room import StoreRoom
from store.records import CallEnd, Claim, NewPhone
from store.store import Store

FIRM = {
    "name": "Acme",
    "postal_address": "1 Main St, Springfield",
    "website": "",
    "reply_to": "help@example.com",
}
ROOT = Path(__file__).parents[2]


@pytest.fixture
def clock() -> HandClock:
    return HandClock(MORNING)


@pytest.fixture
def office() -> Iterator[MailServerUnderTest]:
    with MailServerUnderTest() as office:
        yield office


@pytest.fixture
def mail_room(room: StoreRoom, office: MailServerUnderTest, clock: HandClock, tmp_path: Path) -> MailRoom:
    return MailRoom(room, mail_settings(office.port, per_minute=60), Home(tmp_path), clock)


async def rounds(mail_room: MailRoom, clock: HandClock, count: int) -> None:
    """So many rounds, far enough apart for the rate; a fault is left to the room."""
    for _ in range(count):
        await mail_room._guarded_round()
        clock.advance(SECOND)


def talk(store: Store, word: str) -> None:
    """One conversation with the next lead, and its disposition."""
    shift = store.shifts.clock_in("sam", "Sam", socket.gethostname(), os.getpid())
    claim = store.queue.claim("sam", shift.id)
    assert isinstance(claim, Claim)
    attempt = store.attempts.begin(claim, "sam", shift.id, "+14155550100")
    assert attempt.decision.allowed, attempt.decision.why
    now = store.core.now()
    for instant in ("invited", "ringing", "answered"):
        store.attempts.instant(attempt.id, instant, now)
    store.attempts.finish(attempt.id, CallEnd(Result.ANSWERED, now + 1000, talk_ms=1000), "sam")
    store.attempts.dispose(attempt.id, word, "sam")


async def test_a_due_mail_is_rendered_delivered_and_written_down(
    mail_room: MailRoom, room: StoreRoom, office: MailServerUnderTest, clock: HandClock, tmp_path: Path
) -> None:
    await add_leads(room)
    await rounds(mail_room, clock, 3)
    (mail,) = office.received
    (row,) = outbox(tmp_path)
    assert (mail.sender, mail.recipient) == ("desk@example.com", "lead0@example.org")
    assert mail.message["Message-ID"] == row["message_id"]
    assert "1 Main St, Springfield" in mail.message.get_content()
    assert (row["state"], row["reply"]) == ("sent", "250 2.0.0 taken")
    assert kinds(tmp_path) == ["mail.queued", "mail.sent"]
    assert mail_room.sent == 1


async def test_a_mail_is_on_disk_as_sending_before_the_server_hears_of_it(
    mail_room: MailRoom,
    room: StoreRoom,
    office: MailServerUnderTest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mailroom, "_GRACE_S", 0.1)
    await add_leads(room)
    office.faults["greeting"] = [HANG]
    await mail_room.start()
    await asyncio.to_thread(office.wait_for, "greeting")
    (row,) = outbox(tmp_path)
    assert row["state"] == "sending"
    assert row["message_id"].startswith("<")
    await mail_room.close()


async def test_the_next_mail_of_the_cadence_waits_for_its_day(
    mail_room: MailRoom, room: StoreRoom, office: MailServerUnderTest, clock: HandClock
) -> None:
    await add_leads(room)
    await rounds(mail_room, clock, 3)
    clock.advance(2 * DAY)
    await rounds(mail_room, clock, 2)
    assert len(office.received) == 1
    clock.advance(2 * DAY)
    await rounds(mail_room, clock, 2)
    assert len(office.received) == 2


async def test_no_more_mails_a_minute_than_allowed(
    mail_room: MailRoom, room: StoreRoom, office: MailServerUnderTest, clock: HandClock
) -> None:
    await add_leads(room, 3)
    assert await mail_room.round() == 1.0
    clock.advance(400)
    assert await mail_room.round() == pytest.approx(0.6)
    assert len(office.received) == 1
    clock.advance(600)
    await mail_room.round()
    assert len(office.received) == 2


async def test_with_nothing_due_the_room_waits_as_configured(mail_room: MailRoom) -> None:
    assert await mail_room.round() == 2.0


async def test_a_refusal_for_ever_is_never_tried_again(
    mail_room: MailRoom, room: StoreRoom, office: MailServerUnderTest, clock: HandClock, tmp_path: Path
) -> None:
    await add_leads(room)
    office.faults["RCPT"] = ["550 5.1.1 no such user"]
    await rounds(mail_room, clock, 2)
    clock.advance(DAY)
    await rounds(mail_room, clock, 2)
    assert states(tmp_path)[0] == "failed"
    assert office.stages.count("RCPT") == 1
    assert kinds(tmp_path) == ["mail.queued", "mail.failed"]


@pytest.mark.parametrize(("reply", "bad"), [("550 5.1.1 unknown", True), ("550 5.7.1 spam", False)])
async def test_only_a_word_about_the_mailbox_marks_the_address(
    mail_room: MailRoom, room: StoreRoom, office: MailServerUnderTest, clock: HandClock, reply: str, bad: bool
) -> None:
    (lead_id,) = await add_leads(room, phones=(NewPhone("+12125550147"),))
    office.faults["dot"] = [reply]
    await rounds(mail_room, clock, 1)
    lead = await room.run(lambda store: store.leads.get(lead_id))
    assert lead.email_bad is bad


async def test_a_refusal_for_now_is_tried_again_later_with_the_same_message_id(
    mail_room: MailRoom, room: StoreRoom, office: MailServerUnderTest, clock: HandClock, tmp_path: Path
) -> None:
    await add_leads(room)
    office.faults["dot"] = ["451 greylisted"]
    await rounds(mail_room, clock, 2)
    clock.advance(4 * MINUTE)
    await rounds(mail_room, clock, 2)
    assert office.stages.count("dot") == 1
    clock.advance(MINUTE)
    await rounds(mail_room, clock, 2)
    assert states(tmp_path) == ["sent"]
    first, second = office.received
    assert first.message["Message-ID"] == second.message["Message-ID"]


async def test_a_mail_refused_for_days_is_given_up(
    mail_room: MailRoom, room: StoreRoom, office: MailServerUnderTest, clock: HandClock, tmp_path: Path
) -> None:
    (lead_id,) = await add_leads(room)
    office.faults["RCPT"] = ["450 later"] * 50
    for _ in range(7):
        await rounds(mail_room, clock, 1)
        clock.advance(12 * HOUR)
    assert states(tmp_path) == ["ready"]
    for _ in range(5):
        await rounds(mail_room, clock, 3)
        clock.advance(12 * HOUR)
    assert states(tmp_path)[0] == "failed"
    assert outbox(tmp_path)[0]["tries"] == 10
    lead = await room.run(lambda store: store.leads.get(lead_id))
    assert not lead.email_bad, "a server that is never ready says nothing of the address"


async def test_a_server_that_is_down_costs_no_mail_and_is_shown(
    room: StoreRoom, clock: HandClock, tmp_path: Path
) -> None:
    await add_leads(room)
    with MailServerUnderTest() as gone:
        port = gone.port
    mail_room = MailRoom(room, mail_settings(port), Home(tmp_path), clock)
    with pytest.raises(SixringError, match="Connection refused"):
        await mail_room.round()
    assert states(tmp_path) == ["ready"]


async def test_a_mail_that_always_breaks_the_line_does_not_hold_up_the_others(
    mail_room: MailRoom, room: StoreRoom, office: MailServerUnderTest, clock: HandClock, tmp_path: Path
) -> None:
    await add_leads(room, 3)
    office.faults["RCPT"] = [CUT]
    await rounds(mail_room, clock, 6)
    assert Counter(states(tmp_path)) == {"sent": 2, "ready": 1}


@pytest.mark.parametrize("fault", [CUT, "nonsense"])
async def test_a_mail_that_may_have_arrived_is_marked_and_never_repeated(
    mail_room: MailRoom,
    room: StoreRoom,
    office: MailServerUnderTest,
    clock: HandClock,
    tmp_path: Path,
    fault: str,
) -> None:
    await add_leads(room)
    office.faults["dot"] = [fault]
    await rounds(mail_room, clock, 1)
    assert "waiting for the receipt" in mail_room.fault or "no receipt" in mail_room.fault
    clock.advance(DAY)
    await rounds(mail_room, clock, 3)
    assert states(tmp_path) == ["uncertain"]
    assert len(office.received) == 1
    assert kinds(tmp_path) == ["mail.queued", "mail.uncertain"]


async def test_a_mail_is_not_sent_to_one_who_was_suppressed_after_it_was_rendered(
    mail_room: MailRoom, room: StoreRoom, office: MailServerUnderTest, clock: HandClock, tmp_path: Path
) -> None:
    await add_leads(room, 3)
    await room.run(lambda store: store.outbox.stage(10, FIRM))
    assert states(tmp_path) == ["ready"] * 3
    await room.run(lambda store: store.dnc.add("lead1@example.org", "sam", "asked"))
    await rounds(mail_room, clock, 5)
    assert sorted(mail.recipient for mail in office.received) == ["lead0@example.org", "lead2@example.org"]
    assert Counter(states(tmp_path)) == {"sent": 2, "cancelled": 1}


@pytest.mark.parametrize("word", ["do_not_call", "won", "not_interested"])
async def test_a_lead_that_has_ended_gets_no_mail_that_was_waiting(
    mail_room: MailRoom,
    room: StoreRoom,
    office: MailServerUnderTest,
    clock: HandClock,
    tmp_path: Path,
    word: str,
) -> None:
    clock.advance(9 * HOUR)  # noon in New York
    await add_leads(room, phones=(NewPhone("+12125550147"),), cadence="inbound-six")
    clock.advance(11 * MINUTE)
    await room.run(lambda store: store.outbox.stage(10, FIRM))
    assert states(tmp_path) == ["ready"]
    await room.run(lambda store: talk(store, word))
    await rounds(mail_room, clock, 2)
    assert office.received == []
    assert states(tmp_path) == ["cancelled"]


async def test_without_a_postal_address_nothing_is_taken_and_the_mend_is_shown(
    room: StoreRoom, office: MailServerUnderTest, clock: HandClock, tmp_path: Path
) -> None:
    await add_leads(room)
    settings = msgspec.structs.replace(mail_settings(office.port), firm=Firm(name="Acme"))
    mail_room = MailRoom(room, settings, Home(tmp_path), clock)
    with pytest.raises(SixringError, match="postal_address"):
        await mail_room.round()
    assert office.stages == []
    assert "sending" not in states(tmp_path)


async def test_the_password_comes_from_the_secrets(
    room: StoreRoom, clock: HandClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIXRING_MAIL_PASSWORD", "s3cret")
    await add_leads(room)
    with MailServerUnderTest(login=("desk", "s3cret")) as office:
        mail_room = MailRoom(room, mail_settings(office.port, login="desk"), Home(tmp_path), clock)
        await mail_room.round()
    assert states(tmp_path) == ["sent"]
    assert "AUTH" in office.stages


async def test_a_hostile_name_reaches_no_header(
    mail_room: MailRoom, room: StoreRoom, office: MailServerUnderTest, clock: HandClock
) -> None:
    await add_leads(room, name="Eve\r\nBcc: evil@example.net\r\n\r\nbody", company="{{ 7 * 7 }}<script>")
    await rounds(mail_room, clock, 1)
    (mail,) = office.received
    assert mail.message["Bcc"] is None
    assert mail.recipient == "lead0@example.org"
    assert b"49" not in mail.content


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
