from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from support.factories import called, claimed, new_lead

from cadence.model import CallKind, LeadStatus, Phone, Result
from config.clock import HOUR, MINUTE, HandClock
from config.errors import UsageError
from store.errors import LeaseLost, NotFound, Settled
from store.records import CallEnd, Finished, NewPhone, Waiting
from store.store import Store

Opener = Callable[..., Store]


def kinds(store: Store) -> list[str]:
    return [event.kind for event in store.log.after(0)]


def test_an_attempt_keeps_its_instants_its_decision_and_what_it_was_opened_with(
    store: Store, clock: HandClock
) -> None:
    store.leads.add(new_lead(campaign="spring"))
    began = clock.now()
    attempt = called(store, clock, Result.ANSWERED, talk_ms=30_000)
    assert (attempt.invited_at, attempt.ringing_at, attempt.answered_at, attempt.ended_at) == (
        began + 100,
        began + 600,
        began + 3_600,
        began + 33_600,
    )
    assert (attempt.talk_ms, attempt.ring_ms, attempt.result) == (30_000, 3_000, Result.ANSWERED)
    assert attempt.decision.allowed
    assert [check.passed for check in attempt.decision.checks] == [True] * len(attempt.decision.checks)
    row = store.core.engine.rows("select campaign, cadence, step, call_kind, sip_call_id from attempt")[0]
    assert row == {
        "campaign": "spring",
        "cadence": "inbound-six",
        "step": 1,
        "call_kind": "step",
        "sip_call_id": "sip-1",
    }
    assert store.leads.plan(1).calls_done == 0, "an answered call waits for the rep's word"


def test_beginning_twice_under_one_claim_is_one_attempt(store: Store) -> None:
    store.leads.add(new_lead())
    claim = claimed(store)
    first = store.attempts.begin(claim, "rep1", caller_id="+14155550100")
    assert store.attempts.begin(claim, "rep1", caller_id="+14155550100") == first
    assert kinds(store).count("attempt.opened") == 1


def test_a_claim_that_was_dialed_cannot_be_dialed_again(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    claim = claimed(store)
    attempt = store.attempts.begin(claim, "rep1")
    store.attempts.instant(attempt.id, "invited", clock.now(), "sip")
    with pytest.raises(Settled, match="dialed already"):
        store.attempts.begin(claim, "rep1")


def test_a_lead_in_a_call_is_nobody_elses_however_long_it_takes(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    store.attempts.begin(claimed(store), "rep1")
    clock.advance(2 * HOUR)
    assert isinstance(store.queue.claim("rep2"), Waiting)


def test_the_gate_refuses_within_its_gap_and_the_refusal_is_an_attempt(
    store: Store, clock: HandClock
) -> None:
    store.leads.add(new_lead())
    first = claimed(store)
    store.queue.release(first, "test")
    called(store, clock, Result.BUSY)
    store.core.engine.run("update queue set due_at = :now", now=clock.now())
    forced = replace(first, token=77)
    store.core.engine.run("update queue set rep = 'rep1', token = 77")
    attempt = store.attempts.begin(forced, "rep1")
    assert (attempt.decision.allowed, attempt.result) == (False, Result.BLOCKED)
    assert attempt.ended_at == attempt.opened_at
    assert attempt.decision.why
    assert "attempt.blocked" in kinds(store)
    call = store.leads.plan(1).call
    assert call is not None
    assert call.due_at >= attempt.decision.next_at  # type: ignore[operator]
    with pytest.raises(LeaseLost):
        store.queue.renew(forced)
    assert store.attempts.begin(forced, "rep1") == attempt
    assert store.core.engine.rows("select attempts from lead") == [{"attempts": 1}]
    assert store.log.verify().clean


def test_a_number_the_lead_does_not_have_is_not_dialed(store: Store) -> None:
    store.leads.add(new_lead())
    with pytest.raises(NotFound, match="no number"):
        store.attempts.begin(claimed(store), "rep1", phone=Phone(5, "+14155559999"))
    assert store.attempts.since(0) == []


def test_another_number_of_the_lead_may_be_dialed(store: Store) -> None:
    store.leads.add(new_lead(phones=(NewPhone("+14152000000"), NewPhone("+14152000001"))))
    claim = claimed(store)
    assert store.attempts.begin(claim, "rep1", phone=claim.lead.phones[1]).e164 == "+14152000001"


def test_the_first_word_on_an_instant_stands(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    attempt = store.attempts.begin(claimed(store), "rep1")
    for moment in (5, 9):
        store.attempts.instant(attempt.id, "ringing", clock.now() + moment)
    assert store.attempts.get(attempt.id).ringing_at == clock.now() + 5


def test_an_answer_that_was_never_heard_is_dated_by_the_talk_time(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    attempt = store.attempts.begin(claimed(store), "rep1")
    store.attempts.finish(
        attempt.id, CallEnd(Result.ANSWERED, clock.now() + 9_000, 1_000, 5_000, 200), "rep1"
    )
    assert store.attempts.get(attempt.id).answered_at == clock.now() + 4_000


@pytest.mark.parametrize(
    ("result", "code"),
    [
        (Result.BUSY, "busy"),
        (Result.NO_ANSWER, "no_answer"),
        (Result.DECLINED, "no_answer"),
        (Result.INVALID, "bad_number"),
    ],
)
def test_a_result_that_speaks_for_itself_records_itself(
    store: Store, clock: HandClock, result: Result, code: str
) -> None:
    store.leads.add(new_lead())
    attempt = called(store, clock, result)
    assert attempt.disposition == code
    again = store.attempts.finish(attempt.id, CallEnd(Result.FAILED, clock.now()), "rep1")
    assert again.disposition is not None
    assert again.disposition.code == code
    assert store.attempts.get(attempt.id).result is result, "the first end stands"
    assert kinds(store).count("attempt.ended") == 1
    if result is not Result.INVALID:
        assert isinstance(store.queue.claim("rep1"), Waiting), "the lead is planned and not due at once"


def test_an_answered_call_waits_for_the_reps_word(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    attempt = called(store, clock, Result.ANSWERED)
    assert attempt.disposition == ""
    assert [one.id for one in store.attempts.waiting("rep1")] == [attempt.id]
    store.attempts.dispose(attempt.id, "interested", "rep1")
    assert store.attempts.waiting("rep1") == []


def test_a_result_waits_where_the_rep_has_chosen_already(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    attempt = called(store, clock, Result.NO_ANSWER, automatic=False)
    assert attempt.disposition == ""
    store.attempts.dispose(attempt.id, "voicemail", "rep1")
    assert store.leads.plan(1).voicemails == 1


def test_a_network_failure_says_nothing_of_the_lead_and_plans_it_again(
    store: Store, clock: HandClock
) -> None:
    store.leads.add(new_lead())
    attempt = called(store, clock, Result.FAILED)
    assert attempt.disposition == ""
    call = store.leads.plan(1).call
    assert call is not None
    assert (call.kind, call.step) == (CallKind.RETRY, 1)
    assert store.attempts.waiting("rep1") == []


def test_recording_a_disposition_twice_changes_nothing(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    attempt = called(store, clock, Result.ANSWERED)
    plan = store.attempts.dispose(attempt.id, "interested", "rep1")
    seq = store.log.head()
    assert store.attempts.dispose(attempt.id, "interested", "rep1") == plan
    assert store.log.head() == seq


def test_a_different_disposition_needs_the_first_taken_back(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    attempt = called(store, clock, Result.ANSWERED)
    store.attempts.dispose(attempt.id, "interested", "rep1")
    with pytest.raises(Settled, match="undo"):
        store.attempts.dispose(attempt.id, "won", "rep1")


def test_a_disposition_needs_an_ended_call_a_known_name_and_for_a_callback_its_time(
    store: Store, clock: HandClock
) -> None:
    store.leads.add(new_lead())
    attempt = store.attempts.begin(claimed(store), "rep1")
    with pytest.raises(Settled, match="not ended"):
        store.attempts.dispose(attempt.id, "won", "rep1")
    store.attempts.finish(attempt.id, CallEnd(Result.ANSWERED, clock.now()), "rep1")
    with pytest.raises(UsageError, match="there are: no_answer"):
        store.attempts.dispose(attempt.id, "sold", "rep1")
    with pytest.raises(UsageError, match="time"):
        store.attempts.dispose(attempt.id, "callback", "rep1")


def test_a_won_lead_leaves_the_queue(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    attempt = called(store, clock, Result.ANSWERED)
    assert store.attempts.dispose(attempt.id, "won", "rep1").status is LeadStatus.WON
    assert store.queue.claim("rep1") == Waiting(None, "No lead has a call planned.")


def test_a_bad_number_is_not_tried_again_and_the_next_one_is(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead(phones=(NewPhone("+14152000000"), NewPhone("+14152000001"))))
    called(store, clock, Result.INVALID)
    assert [phone.bad for phone in store.leads.get(1).phones] == [True, False]
    clock.advance(HOUR)
    assert claimed(store).phone.e164 == "+14152000001"


def test_a_callback_is_the_reps_own_is_kept_and_is_on_record(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    attempt = called(store, clock, Result.ANSWERED)
    due = clock.now() + 20 * MINUTE
    store.attempts.dispose(attempt.id, "callback", "rep1", callback_at=due)
    clock.advance(20 * MINUTE)
    assert isinstance(store.queue.claim("rep2"), Waiting), "promised by rep1"
    assert claimed(store, "rep1").reason.startswith("callback agreed")
    called(store, clock, Result.NO_ANSWER, "rep1")
    rows = store.core.engine.rows("select rep, due_at, settled, kept_by from callback")
    assert rows == [{"rep": "rep1", "due_at": due, "settled": "kept", "kept_by": 2}]


def test_a_promise_that_its_rep_cannot_keep_falls_to_the_team(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    attempt = called(store, clock, Result.ANSWERED)
    store.attempts.dispose(attempt.id, "callback", "rep1", callback_at=clock.now() + 20 * MINUTE)
    clock.advance(60 * MINUTE)
    assert claimed(store, "rep2").lead.id == 1


def test_a_promise_to_a_lead_that_is_won_meanwhile_is_cancelled(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    attempt = called(store, clock, Result.ANSWERED)
    store.attempts.dispose(attempt.id, "callback", "rep1", callback_at=clock.now() + HOUR)
    store.dnc.add("+14152000000", "boss", "asked")
    assert store.core.engine.rows("select settled from callback") == [{"settled": "cancelled"}]


def test_do_not_call_is_on_the_list_with_the_keystroke(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    attempt = called(store, clock, Result.ANSWERED)
    assert store.attempts.dispose(attempt.id, "do_not_call", "rep1").status is LeadStatus.OPTED_OUT
    entry = store.dnc.check("+14152000000")
    assert entry is not None
    assert (entry.added_by, entry.why) == ("rep1", f"said in attempt {attempt.id}")


@pytest.mark.parametrize(
    "code", ["interested", "won", "not_interested", "do_not_call", "bad_number", "voicemail"]
)
def test_undoing_restores_the_plan_the_number_and_the_claim(
    store: Store, clock: HandClock, code: str
) -> None:
    store.leads.add(new_lead())
    attempt = called(store, clock, Result.ANSWERED)
    lead, plan = store.leads.get(1), store.leads.plan(1)
    store.attempts.dispose(attempt.id, code, "rep1")
    claim = store.attempts.undo(attempt.id, "rep1")
    assert (claim.lead, claim.plan) == (lead, plan)
    assert store.dnc.check("+14152000000") is None
    assert store.attempts.get(attempt.id).disposition == ""
    assert store.queue.renew(claim)
    store.attempts.dispose(attempt.id, "gatekeeper", "rep1")
    assert [
        event.body["disposition"] for event in store.log.after(0) if event.kind.startswith("attempt.disp")
    ] == [
        code,
        "gatekeeper",
    ]
    assert store.log.verify().clean


def test_undoing_gives_back_the_lead_that_the_rep_holds_meanwhile(store: Store, clock: HandClock) -> None:
    for n in range(2):
        store.leads.add(new_lead(n))
    attempt = called(store, clock, Result.BUSY)
    other = claimed(store)
    assert store.attempts.undo(attempt.id, "rep1").lead.id == attempt.lead_id
    assert claimed(store, "rep2").lead.id == other.lead.id


def test_once_the_lead_has_moved_on_nothing_is_undone(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    attempt = called(store, clock, Result.BUSY)
    store.leads.inquire(1, new_lead())
    with pytest.raises(Settled, match=r"moved on since \(lead.inquired\)"):
        store.attempts.undo(attempt.id, "rep1")


def test_while_another_rep_has_the_lead_nothing_is_undone(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    attempt = called(store, clock, Result.BUSY)
    clock.advance(HOUR)
    claimed(store, "rep2")
    with pytest.raises(Settled, match="rep2 has the lead"):
        store.attempts.undo(attempt.id, "rep1")


def test_nothing_is_undone_twice(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    attempt = called(store, clock, Result.BUSY)
    store.attempts.undo(attempt.id, "rep1")
    with pytest.raises(Settled, match="no disposition"):
        store.attempts.undo(attempt.id, "rep1")


def test_a_lead_given_back_in_wrap_up_is_planned_by_its_result(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    claim = claimed(store)
    attempt = store.attempts.begin(claim, "rep1")
    store.attempts.finish(attempt.id, CallEnd(Result.ANSWERED, clock.now(), 0, 100, 200), "rep1")
    store.queue.release(claim, "left")
    plan = store.leads.plan(1)
    assert plan.next_at is not None
    assert plan.next_at > clock.now()
    assert store.attempts.waiting("rep1") == []


def test_a_finish_without_a_known_attempt_is_said(store: Store) -> None:
    with pytest.raises(NotFound, match="no attempt 5"):
        store.attempts.finish(5, CallEnd(Result.BUSY, 1), "rep1")


def test_an_answered_finish_leaves_both_open(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    attempt = store.attempts.begin(claimed(store), "rep1")
    end = CallEnd(Result.ANSWERED, clock.now() + 10, 0, 10, 200)
    assert store.attempts.finish(attempt.id, end, "rep1") == Finished(None, None)
    assert store.attempts.finish(attempt.id, end, "rep1") == Finished(None, None)


def test_what_the_gate_would_be_told_can_be_asked(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    called(store, clock, Result.BUSY)
    store.dnc.add("+14152000000", "boss", "asked")
    facts = store.attempts.facts("+14152000000", None, clock.now())
    assert (facts.by_hand, len(facts.attempts_at)) == (True, 1)
    assert "asked (boss)" in facts.suppressed
    assert store.attempts.facts("+14152000000", 1, clock.now()).lead == store.leads.get(1)


@pytest.mark.parametrize("secure", [True, False])
def test_the_event_of_an_answer_keeps_that_the_sound_was_encrypted(
    store: Store, clock: HandClock, secure: bool
) -> None:
    store.leads.add(new_lead())
    attempt = store.attempts.begin(claimed(store), "rep1")
    store.attempts.instant(attempt.id, "answered", clock.now(), secure=secure)
    (told,) = [event for event in store.log.after(0, 100) if event.kind == "attempt.answered"]
    assert told.body.get("secure", False) is secure
