"""Leads change hands: one, or all of a rep; what is agreed goes with them, and the log says who said so."""

from __future__ import annotations

import pytest
from support.calls_in import rings_in_vain, sound, spoken
from support.factories import called, claimed, new_lead

from cadence.model import Lane, LeadStatus, Result
from config.clock import DAY, HOUR, HandClock
from config.errors import UsageError
from store.errors import NotFound, Settled
from store.records import CallEnd, Claim, Waiting
from store.store import Store


def test_a_lead_changes_hands_and_the_log_says_by_whose_word_and_why(store: Store) -> None:
    store.leads.add(new_lead(0, owner="ana"))
    store.leads.assign([1], "bo", "kim", "ana is ill", "kim-laptop")
    assert store.leads.get(1).owner == "bo"
    assert isinstance(store.queue.claim("ana"), Waiting)
    assert claimed(store, "bo").lead.id == 1
    told = next(event for event in store.log.after(0) if event.kind == "lead.assigned")
    assert (told.rep, told.lead_id) == ("kim", 1)
    assert told.body == {"owner": "bo", "was": "ana", "why": "ana is ill", "login": "kim-laptop"}
    assert "is bo's from now on: ana is ill (kim)" in [line.text for line in store.leads.history(1)]
    sound(store)


def test_whoever_has_it_in_hand_keeps_it(store: Store) -> None:
    store.leads.add(new_lead(0, owner="ana"))
    claim = claimed(store, "ana")
    store.leads.assign([1], "bo", "kim")
    assert store.attempts.begin(claim, "ana").decision.allowed


def test_a_rep_who_leaves_takes_nothing_along_and_nothing_of_the_others(
    store: Store, clock: HandClock
) -> None:
    for n, owner in enumerate(["ben", "ben", "ann", "", "ann"]):
        store.leads.add(new_lead(n, owner=owner))
    agreed = clock.now() + DAY
    for n, rep in ((1, "ann"), (3, "ben"), (4, "ben")):  # lead 2 is ben's, its callback ann's, and so on
        attempt, _ = store.attempts.begin_by_hand(store.leads.get(n + 1).phones[0].e164, rep)
        store.attempts.finish(attempt.id, CallEnd(Result.ANSWERED, clock.now(), 0, 60_000), rep)
        store.attempts.dispose(attempt.id, "callback", rep, callback_at=agreed)
    rings_in_vain(store, 4)  # the callback of ben stands behind a call that is to be returned
    assert store.leads.assign_all("ben", "bo", "kim", "ben has left") == 4
    owners = [store.leads.get(n).owner for n in range(1, 6)]
    assert owners == ["bo", "bo", "ann", "", "ann"]
    plans = [store.leads.plan(n) for n in range(1, 6)]
    promised = [(plan.promise or plan.call).owner for plan in plans]  # type: ignore[union-attr]
    assert promised == ["", "ann", "", "bo", "bo"]
    assert plans[4].call is not None
    assert plans[4].call.lane is Lane.RETURNED
    kept = store.core.engine.rows("select rep from callback where settled_at is null order by lead_id")
    assert [row["rep"] for row in kept] == ["ann", "ben", "ben"], "who agreed it stays on record"
    assert store.leads.assign_all("ben", "bo", "kim") == 0
    sound(store)


def test_all_of_a_rep_goes_to_the_team_in_slices_also_what_has_ended(store: Store, clock: HandClock) -> None:
    with store.core.write():
        for n in range(230):
            store.leads.add(new_lead(n, owner="ben"))
    attempt = called(store, clock, Result.ANSWERED, "ben")
    assert attempt.lead_id is not None
    store.attempts.dispose(attempt.id, "won", "ben")
    assert store.leads.assign_all("ben", "", "kim") == 230
    assert store.core.engine.rows("select distinct owner from lead") == [{"owner": ""}]
    assert store.core.engine.rows("select distinct owner from queue") == [{"owner": None}]
    assert store.leads.get(attempt.lead_id).status is LeadStatus.WON
    assert isinstance(store.queue.claim("ann"), Claim)
    sound(store)


def test_what_was_recorded_before_it_changed_hands_stands(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    attempt = spoken(store, clock, "callback", callback_at=clock.now() + HOUR)
    store.leads.assign([1], "bo", "kim")
    with pytest.raises(Settled, match=r"moved on since \(lead.assigned\)"):
        store.attempts.undo(attempt.id, "rep1")


def test_nothing_is_given_to_whoever_has_it_or_of_a_lead_that_is_not_there(store: Store) -> None:
    with pytest.raises(UsageError, match="ben has them already"):
        store.leads.assign_all("ben", "ben", "kim")
    store.leads.add(new_lead())
    with pytest.raises(NotFound, match="no lead 9"):
        store.leads.assign([1, 9], "bo", "kim")
    assert store.leads.get(1).owner == "", "all of them or none"
