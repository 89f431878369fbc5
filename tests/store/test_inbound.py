"""A call that comes in: whose the number is, and the attempt that an answer opens."""

from __future__ import annotations

import hashlib

import pytest
from support.calls_in import kinds, rings_and_is_answered, sound
from support.factories import claimed, new_lead, number

from cadence.model import LeadStatus, Result
from config.clock import HOUR, SECOND, HandClock
from config.errors import UsageError
from store.errors import LeaseLost, Settled
from store.records import CallEnd, NewPhone, Waiting
from store.store import Store


def test_a_caller_is_known_by_the_number_however_it_is_written(store: Store) -> None:
    store.leads.add(new_lead(owner="ben"))
    for written in (number(0), "4152000000", "(415) 200-0000", "14152000000"):
        found = store.inbound.ring(written)
        assert (found.number, found.lead_id, found.name, found.company) == (number(0), 1, "Lead 0", "Firm 0")
        assert (found.status, found.owner, found.held_by) == (LeadStatus.OPEN, "ben", "")
    assert store.log.head()[0] == 1, "a ring writes nothing"


def test_a_caller_says_who_has_the_lead_in_hand_and_that_the_number_is_listed(store: Store) -> None:
    store.leads.add(new_lead())
    claimed(store, "rep2")
    assert store.inbound.ring(number(0)).held_by == "rep2"
    store.dnc.add(number(0), "boss", "asked")
    found = store.inbound.ring(number(0))
    assert (found.held_by, found.status) == ("", LeadStatus.OPTED_OUT)
    assert "asked (boss)" in found.suppressed


@pytest.mark.parametrize(("told", "heard"), [("", ""), ("203", "203"), (number(5), number(5))])
def test_a_number_of_nobody_is_told_as_it_is(store: Store, told: str, heard: str) -> None:
    found = store.inbound.ring(told)
    assert (found.number, found.lead_id, found.status) == (heard, None, None)


def test_an_answered_call_is_an_attempt_of_its_lead_in_the_reps_hands_and_no_dial(
    store: Store, clock: HandClock
) -> None:
    store.leads.add(new_lead(campaign="spring"))
    attempt, claim = rings_and_is_answered(store)
    assert claim is not None
    assert (claim.lead.id, claim.phone, claim.attempts) == (1, claim.lead.phones[0], 0)
    assert (attempt.direction, attempt.lead_id, attempt.call_kind) == ("in", 1, None)
    assert (attempt.answered_at, attempt.invited_at, attempt.sip_call_id) == (clock.now(), None, "sip-in")
    assert attempt.decision.allowed
    assert [check.name for check in attempt.decision.checks] == ["inbound"]
    assert isinstance(store.queue.claim("rep2"), Waiting), "a lead in a call is nobody else's"
    assert store.core.engine.rows("select attempts from lead") == [{"attempts": 0}]
    assert kinds(store)[-2:] == ["attempt.opened", "attempt.answered"]
    assert store.log.after(0)[-2].body["direction"] == "in"


def test_an_answered_call_waits_for_its_rep_whatever_the_telephone_says(
    store: Store, clock: HandClock
) -> None:
    store.leads.add(new_lead())
    for result in (Result.BUSY, Result.NO_ANSWER, Result.INTERRUPTED):
        attempt, _ = rings_and_is_answered(store, sip=str(result))
        assert not store.attempts.finish(attempt.id, CallEnd(result, clock.now() + 1), "rep1").settled
        assert [one.id for one in store.attempts.waiting("rep1")] == [attempt.id]
        store.attempts.dispose(attempt.id, "gatekeeper", "rep1")


def test_told_twice_it_is_one_attempt_and_another_rep_is_told_who_has_it(
    store: Store, clock: HandClock
) -> None:
    store.leads.add(new_lead())
    first = rings_and_is_answered(store)
    clock.advance(SECOND)
    again, claim = rings_and_is_answered(store)
    assert (again, claim.token if claim else 0) == (first[0], first[0].token)
    with pytest.raises(Settled, match="rep1 has answered this call"):
        rings_and_is_answered(store, rep="rep2")
    assert kinds(store).count("attempt.opened") == 1


def test_a_rep_who_only_looks_at_the_card_loses_the_lead_to_the_one_who_answers(store: Store) -> None:
    store.leads.add(new_lead())
    looking = claimed(store, "rep2")
    attempt, claim = rings_and_is_answered(store)
    assert claim is not None
    assert (attempt.lead_id, attempt.rep) == (1, "rep1")
    with pytest.raises(LeaseLost):
        store.attempts.begin(looking, "rep2")
    released = [event for event in store.log.after(0) if event.kind == "lead.released"]
    assert [(event.rep, event.body["why"]) for event in released] == [
        ("rep2", "they called, and rep1 answered")
    ]


def test_a_rep_gives_back_the_card_on_the_desk_for_the_call(store: Store) -> None:
    store.leads.add(new_lead(0))
    store.leads.add(new_lead(1))
    on_desk = claimed(store)
    rings_and_is_answered(store, 1 if on_desk.lead.id == 1 else 0)
    assert claimed(store, "rep2").lead.id == on_desk.lead.id


def test_a_lead_in_another_reps_call_stays_there_and_the_answer_is_an_attempt_of_no_lead(
    store: Store, clock: HandClock
) -> None:
    store.leads.add(new_lead())
    begun = store.attempts.begin(claimed(store, "rep2"), "rep2")
    attempt, claim = rings_and_is_answered(store)
    assert (attempt.lead_id, attempt.e164, claim) == (None, number(0), None)
    store.attempts.finish(begun.id, CallEnd(Result.BUSY, clock.now() + 1), "rep2")
    assert store.attempts.get(begun.id).disposition == "busy", "the other rep's call went on undisturbed"
    sound(store)


def test_a_lead_on_whose_machine_a_message_plays_is_free_to_be_answered(
    store: Store, clock: HandClock
) -> None:
    store.leads.add(new_lead())
    message = store.attempts.begin(claimed(store, "rep2"), "rep2")
    store.attempts.instant(message.id, "answered", clock.now())
    store.attempts.let_go(message.id)
    attempt, claim = rings_and_is_answered(store)
    assert (attempt.lead_id, claim is not None) == (1, True)
    store.attempts.finish(
        message.id, CallEnd(Result.ANSWERED, clock.now() + 1, 0, 1), "rep2", automatic=False
    )
    store.attempts.dispose(message.id, "voicemail", "rep2")
    assert isinstance(store.queue.claim("rep3"), Waiting), "it is still in rep1's call"


def test_a_call_left_open_by_a_dead_desk_does_not_keep_its_lead_from_the_answer(
    store: Store, clock: HandClock
) -> None:
    store.leads.add(new_lead())
    shift = store.shifts.clock_in("rep2", "Two", "elsewhere", 1)
    dead = store.attempts.begin(store.queue.claim("rep2", shift.id), "rep2", shift.id)  # type: ignore[arg-type]
    clock.advance(HOUR)
    attempt, claim = rings_and_is_answered(store)
    assert (attempt.lead_id, claim is not None) == (1, True)
    assert store.attempts.get(dead.id).result is Result.INTERRUPTED


def test_an_unknown_caller_becomes_a_lead_named_as_they_call_themselves(
    store: Store, clock: HandClock
) -> None:
    attempt, claim = rings_and_is_answered(store, 7, name="Ann\x1b[31m Lee\r\nX: y")
    assert claim is not None
    assert claim.lead.name == "Ann·[31m Lee X: y"
    assert (claim.lead.source, claim.lead.arrived_at) == ("inbound call", clock.now())
    assert [phone.e164 for phone in claim.lead.phones] == [number(7)]
    assert store.core.engine.rows("select call_at, ref from inquiry") == [
        {"call_at": None, "ref": "call sip-in"}
    ], "nobody had to call them: they are no measure of speed"
    store.attempts.finish(attempt.id, CallEnd(Result.ANSWERED, clock.now() + 1, 0, 1), "rep1")
    store.attempts.dispose(attempt.id, "interested", "rep1")
    sound(store)


def test_a_caller_without_a_name_is_called_by_the_number(store: Store) -> None:
    _, claim = rings_and_is_answered(store, 7)
    assert claim is not None
    assert claim.lead.name == "+1 415-200-0007"


@pytest.mark.parametrize("told", ["", "203"])
def test_who_cannot_be_called_back_is_an_attempt_of_no_lead(
    store: Store, clock: HandClock, told: str
) -> None:
    attempt, claim = store.inbound.answer(told, "", "sip-in", "rep1", None, clock.now())
    assert (attempt.lead_id, attempt.e164, claim) == (None, told, None)
    clock.advance(SECOND)
    store.attempts.finish(attempt.id, CallEnd(Result.ANSWERED, clock.now(), 0, 1_000), "rep1")
    assert [one.id for one in store.attempts.waiting("rep1")] == [attempt.id]
    with pytest.raises(UsageError, match="withheld"):
        store.attempts.dispose(attempt.id, "do_not_call", "rep1")
    assert store.attempts.dispose(attempt.id, "interested", "rep1") is None
    assert store.leads.count() == 0
    sound(store)


@pytest.mark.parametrize("length", [255, 256, 3_400])
def test_a_call_id_of_any_length_is_one_call(store: Store, clock: HandClock, length: int) -> None:
    """It is a stranger's text, and PostgreSQL has no index for a long one: the call would stay unwritten."""
    store.leads.add(new_lead())
    shift = store.shifts.clock_in("rep1", "One", "here", 1)
    told = "".join(hashlib.sha256(b"%d" % n).hexdigest() for n in range(60))  # nothing that packs well
    ours, other = told[:length], told[: length - 1] + "!"
    for _ in range(2):
        store.inbound.rings(number(0), "", ours, "rep1", shift.id, clock.now())
    attempt, _ = store.inbound.answer(number(0), "", ours, "rep1", shift.id, clock.now())
    assert store.inbound.answer(number(0), "", ours, "rep1", shift.id, clock.now())[0] == attempt
    assert (len(attempt.sip_call_id), attempt.sip_call_id[:190]) == (min(length, 255), ours[:190])
    assert store.inbound.missed(number(0), "", ours, "rep2", clock.now(), "busy").first is False
    assert kinds(store).count("call.missed") == 0
    store.inbound.rings(number(7), "", other, "rep1", shift.id, clock.now())
    store.inbound.taken_elsewhere(other)
    store.shifts.clock_out(shift.id)
    assert store.inbound.recover() == []
    assert store.inbound.missed(number(7), "", other + "2", "rep1", clock.now(), "busy").first
    sound(store)


def test_a_listed_stranger_may_be_spoken_with_and_is_not_filed(store: Store) -> None:
    store.dnc.add(number(7), "boss", "asked")
    attempt, claim = rings_and_is_answered(store, 7)
    assert (attempt.lead_id, claim, store.leads.count()) == (None, None, 0)


def test_the_card_shows_the_number_they_called_from(store: Store) -> None:
    store.leads.add(new_lead(phones=(NewPhone(number(0)), NewPhone(number(1)))))
    _, claim = rings_and_is_answered(store, 1)
    assert claim is not None
    assert claim.phone.e164 == number(1)
