from __future__ import annotations

import hashlib

import pytest
from support.factories import called, claimed, new_lead, number
from support.tamper import blunt

from cadence.model import Result, ShiftState
from config.clock import MINUTE, HandClock
from store.chain import link
from store.errors import Refused
from store.records import CallEnd
from store.store import Store


def filled(store: Store, clock: HandClock) -> Store:
    """Three leads, a shift, an answered call given away, one taken back, one busy, one missed."""
    for n in range(3):
        store.leads.add(new_lead(n))
    shift = store.shifts.clock_in("rep1", "Rep One", "host", 1)
    store.shifts.state(shift.id, ShiftState.READY)
    first = store.attempts.begin(claimed(store), "rep1")
    clock.advance(MINUTE)
    end = CallEnd(Result.ANSWERED, clock.now(), 0, 30_000, packets=900, lost=4, jitter_ms=6, quality="fair")
    store.attempts.finish(first.id, end, "rep1")
    store.attempts.dispose(first.id, "interested", "rep1")
    store.attempts.undo(first.id, "rep1")
    store.attempts.dispose(first.id, "voicemail", "rep1")
    store.attempts.transferred(first.id, "203", done=False, attended=True, at=clock.now(), reason="486")
    store.attempts.transferred(first.id, "203", done=True, attended=False, at=clock.now())
    called(store, clock, Result.BUSY)
    store.recordings.objected(first.id, "rep1", clock.now())
    store.inbound.missed(number(2), "", "sip-in", "rep1", clock.now(), "busy")
    store.shifts.clock_out(shift.id)
    return store


def test_numbers_have_no_gaps_even_where_a_transaction_was_rolled_back(store: Store) -> None:
    store.leads.add(new_lead(0))
    with pytest.raises(ZeroDivisionError), store.core.write():  # noqa: PT012
        store.leads.add(new_lead(1))
        raise ZeroDivisionError
    store.leads.add(new_lead(2))
    assert [event.seq for event in store.log.after(0)] == [1, 2]
    assert store.log.head()[0] == 2
    assert store.log.verify().clean


def test_the_tail_gives_what_came_after_a_number_in_order(store: Store) -> None:
    for n in range(5):
        store.leads.add(new_lead(n))
    assert [event.lead_id for event in store.log.after(2, limit=2)] == [3, 4]
    assert store.log.after(5) == []


def test_the_hash_is_sha256_over_the_previous_hash_and_netstrings() -> None:
    text = b"1:7,4:1000,4:note,3:ana,1:3,0:,2:{},"
    found = link(b"\x01" * 32, 7, 1000, "note", "ana", 3, None, "{}")
    assert found == hashlib.sha256(b"\x01" * 32 + text).digest()


def test_fields_cannot_be_shifted_into_one_another() -> None:
    assert link(b"", 1, 1, "ab", "c", None, None, "{}") != link(b"", 1, 1, "a", "bc", None, None, "{}")


@pytest.mark.parametrize("sql", ["update event set rep = 'eve'", "delete from event", "delete from attempt"])
def test_the_database_refuses_to_change_what_was_told(store: Store, clock: HandClock, sql: str) -> None:
    filled(store, clock)
    with pytest.raises(Refused):
        store.core.engine.run(sql)


def test_an_event_cannot_be_replaced_or_squeezed_in(store: Store) -> None:
    store.leads.add(new_lead())
    with pytest.raises(Refused):
        store.core.engine.run(
            "insert into event(seq, at, kind, rep, body, hash) select 1, 1, 'x', 'eve', '{}', hash from event"
        )


@pytest.mark.parametrize(
    "column",
    ["talk_ms = 1", "result = 'failed'", "answered_at = 5", "rep = 'eve'", "e164 = '+1'", "decision = '{}'"],
)
def test_the_database_refuses_to_change_an_attempt_that_ended(
    store: Store, clock: HandClock, column: str
) -> None:
    filled(store, clock)
    with pytest.raises(Refused):
        store.core.engine.run(f"update attempt set {column} where id = 1")


def test_the_database_refuses_another_disposition_without_a_reversal(store: Store, clock: HandClock) -> None:
    filled(store, clock)
    with pytest.raises(Refused, match="reversal"):
        store.core.engine.run("update attempt set disposition = 'won' where id = 1")


def test_an_untouched_store_verifies(store: Store, clock: HandClock) -> None:
    verdict = filled(store, clock).log.verify()
    assert verdict.clean, verdict.why
    assert verdict.rows == store.log.head()[0]


TAMPERED = {
    "an event's body": ("update event set body = '{}' where seq = 2", 2),
    "an event's time": ("update event set at = at + 1 where seq = 3", 3),
    "an event is gone": ("delete from event where seq = 2", 2),
    "the last event is gone": ("delete from event where seq = (select max(seq) from event)", None),
    "talk time of an attempt": ("update attempt set talk_ms = talk_ms + 60000 where id = 1", None),
    "the rep of an attempt": ("update attempt set rep = 'eve' where id = 2", None),
    "the gate's decision": ("update attempt set decision = '{}' where id = 1", None),
    "an attempt is gone": ("delete from attempt where id = 2", None),
    "a disposition": ("update attempt set disposition = 'won' where id = 1", None),
    "a rep's state": ("update shift_state set state = 'talking' where n = 1", None),
    "a clock-in": ("update shift set in_at = in_at - 3600000", None),
    "a clock-out": ("update shift set out_at = out_at + 3600000", None),
    "whose shift it was": ("update shift set rep = 'eve'", None),
    "that it recorded itself": ("update attempt set automatic = 0 where id = 2", None),
    "who called whom": ("update attempt set direction = 'in' where id = 1", None),
    "the sound": ("update attempt set quality = 'good' where id = 1", None),
    "packets": ("update attempt set packets = packets - 1 where id = 1", None),
    "whom a call was given to": ("update attempt set transferred_to = '204' where id = 1", None),
    "a transfer nobody told of": ("update attempt set transferred_to = '204' where id = 2", None),
    "that they objected": ("update attempt set objected_at = null where id = 1", None),
    "when they objected": ("update attempt set objected_at = objected_at + 1 where id = 1", None),
    "an objection nobody told of": ("update attempt set objected_at = 5 where id = 2", None),
    "a missed call": ("update missed_call set number = '+14155550199'", None),
    "when it was missed": ("update missed_call set at = at + 1", None),
    "a missed call is gone": ("delete from missed_call", None),
    "a missed call nobody told of": (
        "insert into missed_call(sip_call_id, number, rep, at, why) values ('x', '', 'eve', 1, '')",
        None,
    ),
    "the head": ("update chain set hash = (select hash from event where seq = 1)", None),
}


@pytest.mark.parametrize(("sql", "first"), TAMPERED.values(), ids=TAMPERED.keys())
def test_verify_finds_what_was_changed_behind_its_back(
    store: Store, clock: HandClock, location: str, sql: str, first: int | None
) -> None:
    filled(store, clock)
    blunt(location, sql)
    verdict = store.log.verify()
    assert not verdict.clean
    assert verdict.why
    assert first in (None, verdict.first_broken)


def test_verify_names_the_event_that_closed_the_attempt_that_was_changed(
    store: Store, clock: HandClock, location: str
) -> None:
    filled(store, clock)
    closing = next(
        event.seq for event in store.log.after(0) if event.kind == "attempt.ended" and event.attempt_id == 2
    )
    blunt(location, "update attempt set ended_at = ended_at + 1 where id = 2")
    verdict = store.log.verify()
    assert (verdict.first_broken, verdict.clean) == (closing, False)
    assert "attempt 2" in verdict.why
    assert "ended_at" in verdict.why


def test_an_attempt_that_the_log_never_closed_is_found(store: Store, clock: HandClock, location: str) -> None:
    filled(store, clock)
    blunt(
        location,
        """insert into attempt(token, e164, rep, allowed, rules_version, decision, opened_at, ended_at,
            result)
            values (1, '+14155550199', 'eve', 1, 'x', '{}', 1, 2, 'answered')""",
    )
    verdict = store.log.verify()
    assert not verdict.clean
    assert "not in the log" in verdict.why
