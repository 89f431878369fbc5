from __future__ import annotations

import pytest
from support.factories import FIRM, claimed, new_lead, number

from cadence.happenings import Scope
from cadence.model import LeadStatus
from config.clock import DAY, HandClock
from store.errors import LeaseLost
from store.records import Claim, NewPhone, Waiting
from store.store import Store


def test_a_listed_number_ends_its_lead_at_once(store: Store) -> None:
    store.leads.add(new_lead())
    assert store.dnc.add(number(0), "boss", "asked on the phone") == [1]
    assert store.leads.plan(1).status is LeadStatus.OPTED_OUT
    assert store.queue.claim("rep1") == Waiting(None, "No lead has a call planned.")


def test_a_lead_in_another_reps_preview_is_taken_out_of_their_hands(store: Store) -> None:
    store.leads.add(new_lead())
    claim = claimed(store, "rep2")
    store.dnc.add(number(0), "boss", "asked")
    with pytest.raises(LeaseLost):
        store.attempts.begin(claim, "rep2")
    assert store.attempts.since(0) == []


def test_a_listed_domain_ends_every_lead_of_it(store: Store) -> None:
    for n, email in enumerate(["a@acme.example", "b@sales.acme.example", "c@notacme.example"]):
        store.leads.add(new_lead(n, email=email))
    assert store.dnc.add("Acme.Example", "boss", "their lawyer wrote") == [1, 2]
    assert [store.leads.plan(n).status.value for n in (1, 2, 3)] == ["opted_out", "opted_out", "open"]


def test_a_listed_address_ends_the_mails_and_not_the_calls(store: Store) -> None:
    store.leads.add(new_lead())
    store.dnc.add("lead0@firm0.example", "mail room", "unsubscribed")
    plan = store.leads.plan(1)
    assert (plan.status, plan.mail) == (LeadStatus.OPEN, None)
    assert store.leads.get(1).email_bad
    assert isinstance(store.queue.claim("rep1"), Claim)


def test_a_number_may_be_listed_for_calls_alone(store: Store) -> None:
    store.leads.add(new_lead())
    store.dnc.add(number(0), "registry", "national list", scope=Scope.CALLS)
    plan = store.leads.plan(1)
    assert (plan.status, plan.call) == (LeadStatus.OPEN, None)
    assert plan.mail is not None


def test_a_lead_that_arrives_with_a_listed_number_is_never_called_on_it(store: Store) -> None:
    store.dnc.add(number(0), "boss", "asked years ago")
    store.leads.add(new_lead(0, phones=(NewPhone(number(0)), NewPhone(number(1)))))
    assert [phone.bad for phone in store.leads.get(1).phones] == [True, False]
    assert claimed(store).phone.e164 == number(1)


def test_a_new_inquiry_does_not_take_a_number_off_the_list(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    store.dnc.add(number(0), "boss", "asked")
    clock.advance(DAY)
    store.leads.add(new_lead())
    assert store.leads.plan(1).status is LeadStatus.OPEN
    claim = claimed(store)
    assert claim.plan.call is not None
    assert (claim.plan.call.kind.value, claim.phone.e164) == ("review", "")


def test_adding_twice_changes_nothing(store: Store) -> None:
    store.leads.add(new_lead())
    store.dnc.add(number(0), "boss", "asked")
    head = store.log.head()
    assert store.dnc.add(number(0), "eve", "asked again") == []
    assert store.log.head() == head


def test_removing_is_on_record_beside_the_adding(store: Store, clock: HandClock) -> None:
    store.dnc.add(number(0), "boss", "asked")
    clock.advance(DAY)
    assert store.dnc.remove(number(0), "boss", "wrong number was noted")
    assert not store.dnc.remove(number(0), "boss", "again")
    assert store.dnc.check(number(0)) is None
    (entry,) = store.dnc.record(number(0))
    assert (entry.added_by, entry.removed_why) == ("boss", "wrong number was noted")
    assert entry.removed_at == entry.added_at + DAY
    store.dnc.add(number(0), "boss", "asked after all")
    assert len(store.dnc.record(number(0))) == 2


def test_a_number_off_the_list_may_be_called_again(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    store.dnc.add(number(0), "registry", "national list", scope=Scope.CALLS)
    store.dnc.remove(number(0), "registry", "gone from the list")
    assert not store.leads.get(1).phones[0].bad
    assert store.leads.plan(1).call is not None


def test_a_number_found_wrong_stays_so_whatever_the_list_says(store: Store) -> None:
    store.leads.add(new_lead(0, phones=(NewPhone(number(0)), NewPhone(number(1)))))
    store.core.engine.run("update phone set bad = 1 where e164 = :n", n=number(0))
    store.dnc.add(number(0), "registry", "national list", scope=Scope.MAILS)
    store.dnc.remove(number(0), "registry", "gone")
    assert [phone.bad for phone in store.leads.get(1).phones] == [True, False]


def test_a_value_is_checked_by_itself_and_by_its_domain(store: Store) -> None:
    store.dnc.add("acme.example", "boss", "all of them")
    found = store.dnc.check("Ann@Sales.Acme.example")
    assert found is not None
    assert (found.value, found.kind) == ("acme.example", "domain")
    assert store.dnc.check("ann@other.example") is None


def test_the_list_is_read_in_pages(store: Store) -> None:
    for n in range(5):
        store.dnc.add(number(n), "boss", "x")
    page = store.dnc.entries(limit=3)
    assert [entry.value for entry in page] == [number(0), number(1), number(2)]
    assert [entry.value for entry in store.dnc.entries(after=page[-1].value)] == [number(3), number(4)]


def test_a_mail_that_waits_in_the_outbox_is_not_sent_to_a_listed_address(
    store: Store, clock: HandClock
) -> None:
    store.leads.add(new_lead())
    clock.advance(DAY)
    assert store.outbox.stage(10, FIRM) == 1
    store.dnc.add("lead0@firm0.example", "boss", "asked")
    assert store.outbox.take() is None
    assert [row.state for row in store.outbox.list("cancelled")] == ["cancelled"]
