"""A server that refuses a mail, breaks its line, or is away: no mail is lost, none goes twice."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from support.mailserver import CUT, MailServerUnderTest
from support.mailstore import (
    add_leads,
    kinds,
    mail_settings,
    outbox,
    rounds,
    states,
)

from config.clock import DAY, HOUR, MINUTE, HandClock
from config.errors import SixringError
from config.home import Home
from floor.mailroom import MailRoom
from floor.store_room import StoreRoom
from store.records import NewPhone


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
