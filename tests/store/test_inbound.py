"""Calls that come in: answered they are an attempt of their lead, missed they are the first in the queue."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from support.factories import NOON, called, claimed, new_lead, number
from support.workers import kill_after, said, start

from cadence.model import CallKind, Lane, LeadStatus, Result
from cadence.rulebook import Rulebook
from config.clock import DAY, HOUR, MINUTE, SECOND, HandClock
from config.errors import UsageError
from store.audit import audit
from store.errors import LeaseLost, Settled
from store.records import Attempt, CallEnd, Claim, Missed, NewPhone, Waiting
from store.store import Store

Opener = Callable[..., Store]


def rings_and_is_answered(
    store: Store, n: int = 0, rep: str = "rep1", sip: str = "sip-in", name: str = ""
) -> tuple[Attempt, Claim | None]:
    return store.inbound.answer(number(n), name, sip, rep, None, store.core.now())


def rings_in_vain(
    store: Store, n: int = 0, rep: str = "rep1", sip: str = "sip-in", name: str = "", ago: int = 0
) -> Missed:
    return store.inbound.missed(number(n), name, sip, rep, store.core.now() - ago, "busy")


def spoken(store: Store, clock: HandClock, code: str, n: int = 0, callback_at: int | None = None) -> Attempt:
    """They call, rep1 answers, they talk for a minute, and the rep says what it was."""
    attempt, _ = rings_and_is_answered(store, n, sip=f"sip-{clock.now()}")
    clock.advance(MINUTE)
    store.attempts.finish(attempt.id, CallEnd(Result.ANSWERED, clock.now(), 4_000, MINUTE, 200), "rep1")
    store.attempts.dispose(attempt.id, code, "rep1", callback_at=callback_at)
    return store.attempts.get(attempt.id)


def kinds(store: Store) -> list[str]:
    return [event.kind for event in store.log.after(0, 10_000)]


def sound(store: Store) -> None:
    verdict = store.log.verify()
    assert verdict.clean, verdict.why
    assert audit(store).clean


# ---- ringing


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


# ---- answered


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


def test_a_conversation_they_began_uses_up_the_calls_of_the_day_and_no_other(
    store: Store, clock: HandClock
) -> None:
    store.leads.add(new_lead())
    spoken(store, clock, "interested")
    plan = store.leads.plan(1)
    assert plan.call is not None
    assert (plan.calls_done, plan.call.step, plan.call.lane) == (3, 4, Lane.LONG)
    clock.advance(10 * DAY)
    spoken(store, clock, "interested")
    assert store.leads.plan(1).calls_done == 3, "the fourth call is still to be made"
    sound(store)


def test_the_conversation_ends_the_lead_or_agrees_a_time_like_any_other(
    store: Store, clock: HandClock
) -> None:
    store.leads.add(new_lead(0))
    store.leads.add(new_lead(1))
    spoken(store, clock, "won", 0)
    at = clock.now() + DAY
    spoken(store, clock, "callback", 1, callback_at=at)
    assert store.leads.plan(1).status is LeadStatus.WON
    call = store.leads.plan(2).call
    assert call is not None
    assert (call.kind, call.due_at, call.owner) == (CallKind.CALLBACK, at, "rep1")
    sound(store)


@pytest.mark.parametrize(
    ("code", "moved_ms"), [("no_answer", 0), ("gatekeeper", 70_000), ("language_barrier", 70_000)]
)
def test_a_call_of_theirs_that_settled_nothing_moves_the_next_one_half_an_hour_from_it_at_most(
    store: Store, clock: HandClock, code: str, moved_ms: int
) -> None:
    store.leads.add(new_lead())
    called(store, clock, Result.NO_ANSWER)
    before = store.leads.plan(1)
    clock.advance(MINUTE)
    attempt, _ = rings_and_is_answered(store)
    clock.advance(10_000)
    done = store.attempts.finish(attempt.id, CallEnd(Result.ANSWERED, clock.now(), 0, 10_000), "rep1")
    assert not done.settled, "an answered call is never disposed of by itself"
    store.attempts.dispose(attempt.id, code, "rep1")
    after = store.leads.plan(1)
    assert before.call is not None
    later = replace(before.call, due_at=before.call.due_at + moved_ms)
    assert (after.call, after.mail, after.calls_done) == (later, before.mail, before.calls_done)


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


def test_a_listed_stranger_may_be_spoken_with_and_is_not_filed(store: Store) -> None:
    store.dnc.add(number(7), "boss", "asked")
    attempt, claim = rings_and_is_answered(store, 7)
    assert (attempt.lead_id, claim, store.leads.count()) == (None, None, 0)


@pytest.mark.parametrize(
    ("code", "status"), [("interested", LeadStatus.OPEN), ("gatekeeper", LeadStatus.WON)]
)
def test_a_lead_that_had_ended_calls_and_is_opened_by_what_the_rep_says_of_it(
    store: Store, clock: HandClock, code: str, status: LeadStatus
) -> None:
    store.leads.add(new_lead())
    won = called(store, clock, Result.ANSWERED)
    store.attempts.dispose(won.id, "won", "rep1")
    clock.advance(100 * DAY)
    attempt = spoken(store, clock, code)
    assert store.leads.plan(1).status is status
    opened = status is LeadStatus.OPEN
    assert (store.leads.get(1).arrived_at == attempt.answered_at) is opened
    assert len(store.core.engine.rows("select id from inquiry")) == 1 + opened
    sound(store)


def test_a_time_agreed_with_a_lead_that_had_ended_is_kept(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    spoken(store, clock, "not_interested")
    clock.advance(DAY)
    spoken(store, clock, "callback", callback_at=(at := clock.now() + DAY))
    call = store.leads.plan(1).call
    assert call is not None
    assert (call.kind, call.due_at) == (CallKind.CALLBACK, at)
    sound(store)


def test_what_was_said_of_a_call_of_theirs_can_be_taken_back(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    before = store.leads.plan(1)
    attempt = spoken(store, clock, "won")
    claim = store.attempts.undo(attempt.id, "rep1")
    assert (claim.lead.id, store.leads.plan(1)) == (1, before)
    store.attempts.dispose(attempt.id, "interested", "rep1")
    sound(store)


def test_a_call_of_theirs_that_our_death_cut_off_is_called_back_at_once(
    store: Store, clock: HandClock
) -> None:
    store.leads.add(new_lead())
    shift = store.shifts.clock_in("rep1", "One", "here", 1)
    store.inbound.answer(number(0), "", "sip-in", "rep1", shift.id, clock.now())
    clock.advance(HOUR)
    (dead,) = store.attempts.recover(alive=lambda _: False)
    assert (store.attempts.get(dead).result, store.attempts.get(dead).direction) == (Result.INTERRUPTED, "in")
    claim = claimed(store, "rep2")
    assert (claim.lane, claim.reason) == (Lane.SOON, "they called, and the call broke off: call them")
    sound(store)


def test_calls_of_theirs_use_up_neither_the_cap_nor_the_gap(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    for _ in range(6):
        spoken(store, clock, "gatekeeper")
        clock.advance(SECOND)
    dialed, _ = store.attempts.begin_by_hand(number(0), "rep1", None, "")
    assert dialed.decision.allowed


def test_the_card_shows_the_number_they_called_from(store: Store) -> None:
    store.leads.add(new_lead(phones=(NewPhone(number(0)), NewPhone(number(1)))))
    _, claim = rings_and_is_answered(store, 1)
    assert claim is not None
    assert claim.phone.e164 == number(1)


# ---- missed


def test_a_missed_caller_is_the_first_in_the_queue_with_the_reason(store: Store, clock: HandClock) -> None:
    for n in range(3):
        store.leads.add(new_lead(n))
    called(store, clock, Result.NO_ANSWER)  # one of them is waiting for its second call
    missed = rings_in_vain(store, 0, ago=3 * MINUTE)
    assert missed == Missed(1, "Lead 0", number(0), first=True)
    clock.advance(SECOND)
    store.leads.add(new_lead(9))  # a new lead, seconds old
    assert [(row.lead_id, row.lane) for row in store.queue.peek("rep1", 1)] == [(1, Lane.RETURNED)]
    claim = claimed(store)
    assert (claim.lead.id, claim.reason) == (1, "called you 3 min ago, nobody answered")
    assert store.attempts.begin(claim, "rep1").decision.allowed, "no gap stands before a returned call"
    event = next(event for event in store.log.after(0, 99) if event.kind == "call.missed")
    assert event.body["outcome"] == "returned"
    sound(store)


def test_it_is_anybodys_whoever_owns_the_lead(store: Store) -> None:
    store.leads.add(new_lead(0))
    store.leads.add(new_lead(1, owner="ben"))
    rings_in_vain(store, 1)
    assert store.queue.due_for("rep1") == (2, 0)
    assert claimed(store).lead.id == 2
    assert isinstance(store.queue.claim("ben"), Claim)


def test_at_night_it_waits_for_the_first_lawful_minute(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    spoken(store, clock, "interested")
    clock.advance(10 * HOUR)  # 22:00 in California
    rings_in_vain(store)
    assert isinstance(store.queue.claim("rep1"), Waiting)
    call = store.leads.plan(1).call
    assert call is not None
    clock.advance(call.due_at - clock.now())
    assert claimed(store).reason == "called you 9 h ago, nobody answered"


def test_an_unknown_caller_who_was_missed_is_a_new_lead_and_first(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead(0))
    missed = rings_in_vain(store, 7, name="Ann Lee")
    assert missed == Missed(2, "Ann Lee", number(7), first=True)
    assert claimed(store).lead.id == 2
    assert store.core.engine.rows("select call_at from inquiry where lead_id = 2") == [{"call_at": NOON}]
    sound(store)


@pytest.mark.parametrize("told", ["", "203"])
def test_a_missed_call_that_cannot_be_returned_is_an_event_only(store: Store, told: str) -> None:
    missed = store.inbound.missed(told, "", "sip-in", "rep1", NOON, "not ready")
    assert missed == Missed(None, "", told, first=False)
    assert kinds(store) == ["call.missed"]
    sound(store)


def test_told_twice_and_by_two_desks_it_is_one_missed_call(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    first = rings_in_vain(store)
    head = store.log.head()
    assert rings_in_vain(store) == rings_in_vain(store, rep="rep2") == first
    assert store.log.head() == head


def test_a_desk_that_passes_on_what_another_answered_changes_nothing(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    rings_and_is_answered(store, sip="one")
    head = store.log.head()
    assert not rings_in_vain(store, rep="rep2", sip="one").first
    assert store.log.head() == head
    other_leg = rings_in_vain(store, rep="rep2", sip="the same caller, the exchange's second leg")
    assert not other_leg.first
    assert kinds(store)[-1] == "call.missed"
    assert store.leads.plan(1).called_us_at == 0
    sound(store)


def test_who_answers_what_another_desk_missed_first_has_returned_the_call(
    store: Store, clock: HandClock
) -> None:
    store.leads.add(new_lead())
    rings_in_vain(store, rep="rep2", sip="one")
    attempt, claim = rings_and_is_answered(store, sip="one")
    assert claim is not None
    clock.advance(MINUTE)
    store.attempts.finish(attempt.id, CallEnd(Result.ANSWERED, clock.now(), 0, MINUTE), "rep1")
    store.attempts.dispose(attempt.id, "gatekeeper", "rep1")
    call = store.leads.plan(1).call
    assert call is not None
    assert call.lane is not Lane.RETURNED


def test_a_lead_that_calls_again_before_the_rep_has_said_what_the_last_call_was_is_returned(
    store: Store, clock: HandClock
) -> None:
    store.leads.add(new_lead())
    attempt = called(store, clock, Result.ANSWERED)
    clock.advance(2_000)
    assert rings_in_vain(store).first
    plan = store.attempts.dispose(attempt.id, "interested", "rep1")
    assert plan is not None
    assert plan.call is not None
    assert (plan.call.lane, plan.calls_done) == (Lane.RETURNED, 3)
    sound(store)


def test_a_missed_call_leaves_the_lead_with_the_rep_who_has_the_card(store: Store) -> None:
    store.leads.add(new_lead())
    looking = claimed(store, "rep2")
    assert rings_in_vain(store).first
    assert isinstance(store.queue.claim("rep1"), Waiting)
    assert store.attempts.begin(looking, "rep2").decision.allowed, "that dial returns the call"


def test_they_are_called_back_on_the_number_they_called_from(store: Store) -> None:
    store.leads.add(new_lead(phones=(NewPhone(number(0)), NewPhone(number(1)))))
    rings_in_vain(store, 1)
    assert claimed(store).phone.e164 == number(1)


@pytest.mark.parametrize("end", ["won", "not_interested"])
def test_a_lead_that_had_ended_asks_again_by_calling(store: Store, clock: HandClock, end: str) -> None:
    store.leads.add(new_lead())
    attempt = called(store, clock, Result.ANSWERED)
    store.attempts.dispose(attempt.id, end, "rep1")
    clock.advance(200 * DAY)
    assert rings_in_vain(store).first
    assert store.leads.plan(1).status is LeadStatus.OPEN
    assert store.leads.get(1).arrived_at == clock.now()
    assert claimed(store).lane is Lane.RETURNED
    sound(store)


def test_who_wanted_no_contact_and_calls_goes_to_a_person(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    attempt = called(store, clock, Result.ANSWERED)
    store.attempts.dispose(attempt.id, "do_not_call", "rep1")
    clock.advance(DAY)
    missed = rings_in_vain(store)
    assert not missed.first
    claim = claimed(store)
    assert claim.plan.call is not None
    assert (claim.plan.call.kind, claim.phone.e164) == (CallKind.REVIEW, "")
    assert claim.reason.startswith("called us, nobody answered: ")
    sound(store)


def test_a_listed_number_of_an_open_lead_is_put_before_a_person(store: Store) -> None:
    store.dnc.add(number(1), "boss", "asked")
    store.leads.add(new_lead(phones=(NewPhone(number(0)), NewPhone(number(1)))))
    assert not rings_in_vain(store, 1).first
    call = store.leads.plan(1).call
    assert call is not None
    assert call.kind is CallKind.REVIEW
    sound(store)


def test_a_listed_stranger_who_was_missed_is_an_event_only(store: Store) -> None:
    store.dnc.add(number(7), "boss", "asked")
    assert rings_in_vain(store, 7) == Missed(None, "", number(7), first=False)
    assert store.leads.count() == 0


def test_an_agreed_time_stands_behind_the_returned_call(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    spoken(store, clock, "callback", callback_at=(at := clock.now() + DAY))
    clock.advance(2 * HOUR)
    rings_in_vain(store)
    assert store.core.engine.rows("select settled from callback") == [{"settled": ""}]
    for _ in range(3):  # the returned call, and the two tries after it
        attempt = called(store, clock, Result.NO_ANSWER)
        assert attempt.call_kind is CallKind.RETURNED
        clock.advance(30 * MINUTE)
    call = store.leads.plan(1).call
    assert call is not None
    assert (call.lane, call.due_at, call.owner) == (Lane.CALLBACK, at, "rep1")
    assert store.core.engine.rows("select settled from callback") == [{"settled": ""}]
    sound(store)


# ---- many hands


def at_once(open_store: Opener, *jobs: Callable[[Store], object]) -> list[object]:
    """Each job on a store of its own, all at one moment; what they gave, or the error they raised."""
    together = Barrier(len(jobs))

    def run(job: Callable[[Store], object]) -> object:
        with open_store() as store:
            together.wait()
            try:
                return job(store)
            except Settled as error:
                return error

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


@pytest.fixture
def apart(location: str, book: Rulebook, clock: HandClock) -> Opener:
    """Opens a store in the thread that asks, which alone may use it."""
    return lambda: Store.open(location, book, clock)


def test_two_desks_that_answer_one_call_are_one_attempt(store: Store, apart: Opener) -> None:
    jobs = [lambda s, rep=rep: rings_and_is_answered(s, 7, rep) for rep in ("rep1", "rep2", "rep3")]
    found = at_once(apart, *jobs)
    assert sum(isinstance(one, Settled) for one in found) == 2
    assert len(store.attempts.since(0)) == store.leads.count() == 1
    sound(store)


def test_six_desks_that_miss_one_call_and_one_that_misses_another_make_one_lead(
    store: Store, apart: Opener
) -> None:
    jobs = [lambda s, rep=n: rings_in_vain(s, 7, f"rep{rep}") for n in range(6)]
    found = at_once(apart, *jobs, lambda s: rings_in_vain(s, 7, "rep9", sip="another leg"))
    assert len({one.lead_id for one in found if isinstance(one, Missed)}) == store.leads.count() == 1
    assert kinds(store).count("call.missed") == 2
    sound(store)


def test_a_call_answered_missed_and_typed_in_by_a_web_form_at_one_moment_is_one_lead(
    store: Store, apart: Opener
) -> None:
    at_once(
        apart,
        lambda s: rings_and_is_answered(s, 7, "rep1"),
        lambda s: rings_in_vain(s, 7, "rep2"),
        lambda s: s.leads.add(new_lead(7)),
        lambda s: s.leads.add(new_lead(7, email="")),
    )
    assert len(store.attempts.since(0)) == 1
    assert store.core.engine.rows("select count(*) as n from phone where e164 = :n", n=number(7)) == [
        {"n": 1}
    ]
    (attempt,) = store.attempts.since(0)
    assert attempt.lead_id == store.inbound.ring(number(7)).lead_id
    sound(store)


def test_a_claim_or_a_dial_at_the_moment_of_the_answer_leaves_one_rep_with_the_lead(
    store: Store, apart: Opener
) -> None:
    store.leads.add(new_lead())
    looking = claimed(store, "rep2")

    def dials(one: Store) -> object:
        try:
            return one.attempts.begin(looking, "rep2")
        except LeaseLost:
            return None

    answered, dialed, _ = at_once(
        apart, lambda s: rings_and_is_answered(s), dials, lambda s: s.queue.claim("rep3")
    )
    assert isinstance(answered, tuple)
    in_hand = [answered[1] is not None, dialed is not None]
    assert in_hand.count(True) == 1, "either the answer has the lead, or the dial"
    sound(store)


def test_processes_that_answer_miss_and_dial_the_same_leads_lose_and_double_nothing(
    store: Store, location: str
) -> None:
    for n in range(0, 24, 3):  # a third of the callers are leads already
        store.leads.add(new_lead(n))
    workers = [start("answering", location, f"rep{n}", 24) for n in range(3)]
    workers.append(start("calling", location, "dialer", 8))
    facts = [fact for worker in workers for fact in said(worker)]
    came_in = [row for row in store.attempts.since(0) if row.direction == "in"]
    assert sorted(row.sip_call_id for row in came_in) == sorted(f"sip-in-{n}" for n in range(24))
    owners = store.core.engine.rows("select e164, count(*) as n from phone group by e164")
    assert {row["n"] for row in owners} == {1}
    assert store.leads.count() == 24
    told = {fact["n"] for fact in facts if fact["fact"] == "answered" and "n" in fact}
    assert told == set(range(24))
    misses = store.core.engine.rows("select sip_call_id, count(*) as n from missed_call group by sip_call_id")
    assert all(row["n"] == 1 for row in misses)
    sound(store)


def test_a_desk_that_is_killed_leaves_whole_facts_and_no_caller_behind(store: Store, location: str) -> None:
    facts = kill_after(start("answering", location, "rep1", 200), 12)
    store.attempts.recover(alive=lambda _: False)
    assert store.attempts.waiting("rep1") == []
    kept = {row.id: row for row in store.attempts.since(0)}
    for fact in facts:
        if fact["fact"] == "disposed":
            assert kept[fact["attempt"]].disposition == "interested"
        elif fact["fact"] == "answered":
            assert kept[fact["attempt"]].lead_id == fact["lead"]
    assert all(row.ended_at is not None for row in kept.values())
    sound(store)
