from __future__ import annotations

from collections.abc import Callable

import pytest
from support.factories import NOON, called, claimed, new_lead
from support.workers import said, start

from cadence.model import Lane, Result
from config.clock import HOUR, MINUTE, HandClock
from store.errors import LeaseLost, NotFound
from store.ranks import OWNER_KEEPS_MS
from store.records import Claim, NewPhone, Waiting
from store.store import Store

Opener = Callable[..., Store]


def test_a_claim_says_who_why_and_until_when(store: Store, clock: HandClock) -> None:
    lead_id = store.leads.add(new_lead())
    clock.advance(40_000)
    claim = claimed(store)
    assert (claim.lead.id, claim.phone.e164, claim.lane) == (lead_id, "+14152000000", Lane.FRESH)
    assert claim.reason == "web form 40 s ago, never called"
    assert claim.attempts == 0
    assert claim.expires_at == clock.now() + 10 * MINUTE


def test_with_no_lead_there_is_nothing_to_wait_for(store: Store) -> None:
    assert store.queue.claim("rep1") == Waiting(None, "No lead has a call planned.")


def test_two_reps_get_two_leads_and_the_third_waits_for_the_first_lease(
    store: Store, clock: HandClock
) -> None:
    for n in range(2):
        store.leads.add(new_lead(n))
    assert {claimed(store, rep).lead.id for rep in ("rep1", "rep2")} == {1, 2}
    assert store.queue.claim("rep3") == Waiting(clock.now() + 10 * MINUTE, "No lead may be called right now.")


def test_a_rep_who_asks_again_gets_the_same_lead_with_a_new_lease(store: Store, clock: HandClock) -> None:
    for n in range(2):
        store.leads.add(new_lead(n))
    first = claimed(store)
    clock.advance(MINUTE)
    again = claimed(store)
    assert (again.lead.id, again.token) == (first.lead.id, first.token)
    assert again.expires_at == first.expires_at + MINUTE


def test_a_lease_that_ran_out_gives_the_lead_to_another_and_is_told(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    first = claimed(store, "rep1")
    clock.advance(10 * MINUTE)
    assert claimed(store, "rep2").lead.id == first.lead.id
    with pytest.raises(LeaseLost, match="no longer yours"):
        store.queue.renew(first)
    with pytest.raises(LeaseLost):
        store.attempts.begin(first, "rep1")
    expired = [event for event in store.log.after(0) if event.kind == "lead.expired"]
    assert [event.body for event in expired] == [{"held_by": "rep1"}]


def test_renewing_keeps_the_lead(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    claim = claimed(store)
    for _ in range(3):
        clock.advance(9 * MINUTE)
        assert store.queue.renew(claim) == clock.now() + 10 * MINUTE
    assert isinstance(store.queue.claim("rep2"), Waiting)


def test_a_released_lead_is_due_as_before_and_the_release_is_told(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    claim = claimed(store, "rep1")
    store.queue.release(claim, "lunch")
    store.queue.release(claim, "lunch")
    assert claimed(store, "rep2").lead.id == claim.lead.id
    told = [event for event in store.log.after(0) if event.kind == "lead.released"]
    assert [(event.rep, event.body) for event in told] == [("rep1", {"why": "lunch"})]


def test_a_skip_puts_the_lead_off_and_its_reason_is_told(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    claim = claimed(store)
    store.queue.skip(claim, "in a meeting", clock.now() + HOUR)
    waiting = store.queue.claim("rep1")
    assert isinstance(waiting, Waiting)
    assert waiting.next_at == clock.now() + HOUR
    (told,) = [event for event in store.log.after(0) if event.kind == "lead.skipped"]
    assert (told.rep, told.body["reason"]) == ("rep1", "in a meeting")
    with pytest.raises(LeaseLost):
        store.queue.skip(claim, "again", clock.now() + HOUR)


def test_a_new_lead_goes_before_everything_and_newest_first(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead(0))
    clock.advance(30 * MINUTE)
    store.leads.add(new_lead(1))
    clock.advance(20_000)
    store.leads.add(new_lead(2))
    assert [claimed(store, f"rep{n}").lead.name for n in range(3)] == ["Lead 2", "Lead 1", "Lead 0"]


def test_of_equal_leads_the_more_valuable_goes_first(store: Store) -> None:
    for n, value in enumerate([5, 50, 0]):
        store.leads.add(new_lead(n, value=value))
    assert [claimed(store, f"rep{n}").lead.value for n in range(3)] == [50, 5, 0]


def test_an_owners_lead_is_theirs_first_and_falls_to_the_team_when_it_lies(
    store: Store, clock: HandClock
) -> None:
    store.leads.add(new_lead(0, owner="ana"))
    assert isinstance(store.queue.claim("bo"), Waiting)
    clock.advance(OWNER_KEEPS_MS)
    assert claimed(store, "bo").lead.owner == "ana"


def test_an_owner_gets_their_own_before_the_teams(store: Store) -> None:
    store.leads.add(new_lead(0))
    store.leads.add(new_lead(1, owner="ana"))
    assert claimed(store, "ana").lead.id == 2


def test_a_lead_that_sleeps_is_put_off_without_an_attempt_and_the_next_is_given(
    store: Store, clock: HandClock
) -> None:
    clock.step(-8 * HOUR)  # 04:00 in California, 07:00 in New York, 12:00 in London
    london = new_lead(1, country="GB", region="", phones=(NewPhone("+442079460123"),))
    store.leads.add(new_lead(0))
    store.leads.add(london)
    store.core.engine.run("update queue set due_at = :now, call_at = :now", now=clock.now() - MINUTE)
    assert claimed(store).lead.country == "GB"
    assert store.leads.plan(1).calls_done == 0
    assert store.core.engine.rows("select count(*) as n from attempt") == [{"n": 0}]
    put_off = store.core.engine.rows("select due_at, rep from queue where lead_id = 1")[0]
    assert (put_off["due_at"] > clock.now(), put_off["rep"]) == (True, None)


def test_more_sleepers_than_one_transaction_takes_hide_nobody(store: Store, clock: HandClock) -> None:
    clock.step(-8 * HOUR)
    with store.core.write():
        for n in range(230):
            store.leads.add(new_lead(n, value=9))
    store.leads.add(new_lead(999, country="GB", region="", phones=(NewPhone("+442079460123"),)))
    store.core.engine.run("update queue set due_at = :now, call_at = :now", now=clock.now() - MINUTE)
    assert claimed(store).lead.country == "GB"


def test_the_queue_to_look_at_is_the_queue_to_claim_from(store: Store, clock: HandClock) -> None:
    for n in range(6):
        store.leads.add(new_lead(n, value=n % 3))
        clock.advance(2 * MINUTE)
    seen = [row.lead_id for row in store.queue.peek("rep0", 10)]
    assert store.queue.peek("rep0", 2, 2) == store.queue.peek("rep0", 10)[2:4]
    assert [claimed(store, f"rep{n}").lead.id for n in range(6)] == seen


def test_the_queue_shows_who_holds_a_lead_and_what_comes_later(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead(0))
    store.leads.add(new_lead(1))
    called(store, clock, Result.NO_ANSWER, "rep1")
    claimed(store, "rep2")
    rows = store.queue.peek("rep3")
    assert len(rows) == 2
    assert {row.held_by for row in rows} == {"", "rep2"}
    counts = store.queue.counts()
    assert (counts.due, counts.held, counts.later) == (0, 1, 1)


def test_what_is_due_is_counted_for_the_rep_who_asks_and_up_to_a_cap(store: Store, clock: HandClock) -> None:
    for n in range(4):
        store.leads.add(new_lead(n))
    store.leads.add(new_lead(4, owner="rep2"))
    assert store.queue.due_for("rep1") == (4, 0)
    assert store.queue.due_for("rep2") == (5, 0)
    assert store.queue.due_for("rep1", cap=3) == (3, 0)
    claimed(store, "rep1")
    assert store.queue.due_for("rep1") == (3, 0)


def test_the_whole_floors_queue_shows_what_is_promised_by_anyone(store: Store, clock: HandClock) -> None:
    for n in range(3):
        store.leads.add(new_lead(n, owner="rep2" if n == 1 else ""))
        clock.advance(1_000)
    assert [row.lead_id for row in store.queue.overview()] == [3, 2, 1]
    assert [row.owner for row in store.queue.overview(1, 1)] == ["rep2"]
    clock.advance(10 * MINUTE)
    store.leads.add(new_lead(3))
    assert [row.lead_id for row in store.queue.overview()] == [4, 1, 2, 3]


def test_a_lead_whose_next_action_is_a_mail_is_not_in_anybodys_queue(store: Store) -> None:
    store.leads.add(new_lead(0, phones=()))
    assert store.core.engine.rows("select lane from queue") == [{"lane": int(Lane.NO_CALL)}]
    assert store.queue.peek("rep1") == []
    assert store.queue.counts().mail_only == 1


def test_a_lead_that_nobody_may_call_or_write_to_is_put_before_a_person(store: Store) -> None:
    store.leads.add(new_lead(0, phones=(), email=""))
    claim = claimed(store)
    assert claim.plan.call is not None
    assert (claim.plan.call.kind.value, claim.phone.e164) == ("review", "")
    with pytest.raises(NotFound):
        store.attempts.begin(claim, "rep1")


def test_who_has_clocked_out_gets_no_lead(store: Store) -> None:
    store.leads.add(new_lead())
    shift = store.shifts.clock_in("rep1", "", "host", 1)
    store.shifts.clock_out(shift.id)
    with pytest.raises(NotFound, match="clock in again"):
        store.queue.claim("rep1", shift.id)


def test_clocking_out_gives_the_lead_back(store: Store) -> None:
    store.leads.add(new_lead())
    shift = store.shifts.clock_in("rep1", "", "host", 1)
    store.queue.claim("rep1", shift.id)
    store.shifts.clock_out(shift.id)
    assert claimed(store, "rep2").lead.id == 1


def test_a_claimed_lead_keeps_its_holder_while_its_plan_moves(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    claim = claimed(store)
    clock.advance(MINUTE)
    store.queue.renew(claim)
    store.leads.inquire(1, new_lead())
    assert store.queue.renew(claim)


def test_processes_on_one_store_never_get_the_same_lead(store: Store, location: str) -> None:
    with store.core.write():
        for n in range(240):
            store.leads.add(new_lead(n))
    workers = [start("claiming", location, f"rep{n}", 60) for n in range(4)]
    claims = [claim for worker in workers for claim in said(worker)]
    assert len(claims) == 240
    assert len({claim["lead"] for claim in claims}) == 240
    assert len({claim["token"] for claim in claims}) == 240
    assert store.log.verify().clean


def test_noon_is_a_time_at_which_the_leads_of_these_tests_may_be_called(
    store: Store, clock: HandClock
) -> None:
    assert clock.now() == NOON
    store.leads.add(new_lead())
    assert isinstance(store.queue.claim("rep1"), Claim)
