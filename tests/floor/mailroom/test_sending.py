"""What goes out of the mail room, when, and to whom it does not."""

from __future__ import annotations

import asyncio
import os
import socket
from collections import Counter
from pathlib import Path

import msgspec
import pytest
from support.mailserver import HANG, MailServerUnderTest
from support.mailstore import (
    FIRM,
    add_leads,
    kinds,
    mail_settings,
    outbox,
    rounds,
    states,
)

from cadence.model import Result
from config.clock import DAY, HOUR, MINUTE, HandClock
from config.errors import SixringError
from config.home import Home
from config.settings import Firm
from floor import mailroom
from floor.mailroom import MailRoom
from floor.store_room import StoreRoom
from store.records import CallEnd, Claim, NewPhone
from store.store import Store


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
    await add_leads(room, name="Eve{{7*7}}\r\nBcc: evil@example.net\r\n\r\nbody")
    await rounds(mail_room, clock, 1)
    (mail,) = office.received
    assert mail.message["Bcc"] is None
    assert mail.recipient == "lead0@example.org"
    assert mail.message.get_content().startswith("Hello Eve{{7*7}},"), "a template in a name is a name"
