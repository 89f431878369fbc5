from __future__ import annotations

from collections.abc import Callable

import pytest
from support.factories import FIRM, called, new_lead

from cadence.model import Result
from cadence.templates import LetterError
from config.clock import DAY, HOUR, MINUTE, HandClock
from store.errors import NotFound, Settled
from store.outbox import SENDING_MS
from store.records import OutMail
from store.store import Store

Opener = Callable[..., Store]


def staged(store: Store, clock: HandClock, leads: int = 1) -> OutMail:
    for n in range(leads):
        store.leads.add(new_lead(n))
    clock.advance(HOUR)
    assert store.outbox.stage(10, FIRM) == leads
    mail = store.outbox.take()
    assert mail is not None
    return mail


def test_a_due_mail_becomes_one_rendered_row_and_the_plan_moves_on(store: Store, clock: HandClock) -> None:
    mail = staged(store, clock)
    assert (mail.address, mail.step, mail.tries) == ("lead0@firm0.example", 1, 0)
    assert FIRM["postal_address"] in mail.text
    assert mail.message_id.startswith("<")
    assert store.leads.plan(1).mails_done == 1
    assert store.outbox.stage(10, FIRM) == 0


def test_no_mail_is_due_before_its_time(store: Store) -> None:
    store.leads.add(new_lead())
    assert store.outbox.stage(10, FIRM) == 0


def test_without_a_postal_address_nothing_is_staged(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    clock.advance(HOUR)
    with pytest.raises(LetterError):
        store.outbox.stage(10, {**FIRM, "postal_address": ""})
    assert store.leads.plan(1).mails_done == 0
    assert store.outbox.list("ready") == []


def test_a_mail_is_taken_once(store: Store, clock: HandClock, open_store: Opener) -> None:
    staged(store, clock)
    assert store.outbox.take() is None
    assert open_store().outbox.take() is None


def test_a_sent_mail_is_told_once(store: Store, clock: HandClock) -> None:
    mail = staged(store, clock)
    store.outbox.sent(mail.id, "250 2.0.0 Ok")
    store.outbox.sent(mail.id, "250 2.0.0 Ok")
    assert [event.kind for event in store.log.after(0)].count("mail.sent") == 1
    with pytest.raises(Settled, match="is sent"):
        store.outbox.failed(mail.id, "late", permanent=True)


def test_a_mail_that_failed_for_now_is_tried_again_at_its_time(store: Store, clock: HandClock) -> None:
    mail = staged(store, clock)
    store.outbox.failed(mail.id, "451 later", permanent=False, retry_at=clock.now() + MINUTE)
    assert store.outbox.take() is None
    clock.advance(MINUTE)
    again = store.outbox.take()
    assert again is not None
    assert (again.id, again.tries, again.message_id) == (mail.id, 1, mail.message_id)


def test_a_mail_that_bounced_marks_the_address_and_plans_on_without_it(
    store: Store, clock: HandClock
) -> None:
    mail = staged(store, clock)
    store.outbox.failed(mail.id, "550 no such user", permanent=True)
    assert store.leads.get(1).email_bad
    plan = store.leads.plan(1)
    assert (plan.mail, plan.call is not None) == (None, True)
    assert [row.reply for row in store.outbox.list("failed")] == ["550 no such user"]


def test_a_mail_left_by_a_dead_process_is_uncertain_and_never_sent_by_itself(
    store: Store, clock: HandClock
) -> None:
    mail = staged(store, clock)
    store.core.engine.run("update outbox set pid = 999999999")
    assert store.outbox.uncertain_left() == [mail.id]
    assert store.outbox.uncertain_left() == []
    clock.advance(DAY)
    store.outbox.stage(10, FIRM)
    taken = store.outbox.take()
    assert taken is None or taken.id != mail.id
    assert [row.id for row in store.outbox.list("uncertain")] == [mail.id]


def test_a_mail_that_is_being_sent_right_now_is_left_alone(store: Store, clock: HandClock) -> None:
    staged(store, clock)
    assert store.outbox.uncertain_left() == []
    store.core.engine.run("update outbox set host = 'elsewhere'")
    clock.advance(SENDING_MS)
    assert store.outbox.uncertain_left() == []
    clock.advance(1)
    assert len(store.outbox.uncertain_left()) == 1


def test_a_line_that_broke_after_the_last_dot_is_uncertain(store: Store, clock: HandClock) -> None:
    mail = staged(store, clock)
    store.outbox.uncertain(mail.id, "no reply after the data")
    assert store.outbox.take() is None
    assert store.log.after(0)[-1].kind == "mail.uncertain"


def test_no_mail_goes_to_a_lead_that_ended_meanwhile(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    clock.advance(HOUR)
    store.outbox.stage(10, FIRM)
    attempt = called(store, clock, Result.ANSWERED)
    store.attempts.dispose(attempt.id, "not_interested", "rep1")
    assert store.outbox.take() is None
    assert len(store.outbox.list("cancelled")) == 1


def test_the_letter_is_signed_by_who_called(store: Store, clock: HandClock) -> None:
    store.shifts.clock_in("rep1", "Robin Rep", "host", 1)
    store.leads.add(new_lead())
    called(store, clock, Result.NO_ANSWER)
    clock.advance(HOUR)
    store.outbox.stage(10, FIRM)
    mail = store.outbox.take()
    assert mail is not None
    assert "Robin" in mail.text


def test_mails_leave_in_the_order_they_came_due(store: Store, clock: HandClock) -> None:
    first = staged(store, clock, leads=3)
    taken = [first.lead_id]
    while mail := store.outbox.take():
        taken.append(mail.lead_id)
    assert taken == [1, 2, 3]


def test_an_unknown_mail_is_said(store: Store) -> None:
    with pytest.raises(NotFound, match="no mail 7"):
        store.outbox.sent(7, "ok")


def test_staging_does_not_take_a_lead_out_of_a_reps_hands(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    claim = store.queue.claim("rep1")
    clock.advance(9 * MINUTE)
    store.queue.renew(claim)  # type: ignore[arg-type]
    clock.advance(9 * MINUTE)
    assert store.outbox.stage(10, FIRM) == 1
    assert store.queue.renew(claim)  # type: ignore[arg-type]
