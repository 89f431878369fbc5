from __future__ import annotations

import pytest
from support.factories import called, claimed, new_lead

from cadence.happenings import Replied
from cadence.model import LeadStatus, Result
from config.clock import DAY, HOUR, HandClock
from store.arrivals import Arrival
from store.errors import NotFound
from store.records import NewPhone
from store.store import Store


def test_a_lead_is_kept_as_it_came(store: Store, clock: HandClock) -> None:
    kept = {
        "title": "CFO",
        "zone": "America/Los_Angeles",
        "value": 7,
        "owner": "ana",
        "consent": "form 7",
        "notes": "met at the fair",
        "postal_code": "94607",
        "campaign": "spring",
    }
    lead = store.leads.get(store.leads.add(new_lead(3, email="  Ann@Example.COM ", **kept)))
    assert {field: getattr(lead, field) for field in kept} == kept
    assert (lead.name, lead.email) == ("Lead 3", "ann@example.com")
    assert lead.arrived_at == clock.now()
    assert [(phone.e164, phone.kind) for phone in lead.phones] == [("+14152000003", "mobile")]


def test_an_open_lead_has_a_next_action_from_its_first_moment(store: Store, clock: HandClock) -> None:
    plan = store.leads.plan(store.leads.add(new_lead()))
    assert plan.status is LeadStatus.OPEN
    assert plan.next_at == clock.now()


def test_the_same_number_is_the_same_lead_and_asks_again(store: Store, clock: HandClock) -> None:
    first = store.leads.add(new_lead(0))
    called(store, clock, Result.NO_ANSWER)
    clock.advance(3 * DAY)
    arrival = store.leads.arrive(new_lead(0, email="other@example.com", source="fair"))
    assert arrival == Arrival(first, joined=True)
    assert store.leads.count() == 1
    assert claimed(store).lead.id == first, "a repeat inquiry ranks anew"
    assert [event.kind for event in store.log.of_lead(first)].count("lead.inquired") == 1


def test_the_same_address_is_the_same_lead_and_brings_its_new_number(store: Store) -> None:
    first = store.leads.add(new_lead(0))
    assert (
        store.leads.add(new_lead(0, phones=(NewPhone("+14152000055"),), email="LEAD0@firm0.example")) == first
    )
    assert [phone.e164 for phone in store.leads.get(first).phones] == ["+14152000000", "+14152000055"]


def test_a_repeat_fills_in_what_was_unknown_and_overwrites_nothing(store: Store) -> None:
    store.leads.add(new_lead(0, company="", title="CEO"))
    store.leads.add(new_lead(0, name="Someone Else", company="Acme", title="Intern"))
    lead = store.leads.get(1)
    assert (lead.name, lead.company, lead.title) == ("Lead 0", "Acme", "CEO")


def test_a_number_of_another_lead_stays_there(store: Store) -> None:
    store.leads.add(new_lead(0))
    store.leads.add(new_lead(1))
    store.leads.add(new_lead(2, phones=(NewPhone("+14152000002"),)))
    joined = store.leads.add(
        new_lead(9, email="", phones=(NewPhone("+14152000000"), NewPhone("+14152000001")))
    )
    assert joined == 1
    assert [phone.e164 for phone in store.leads.get(1).phones] == ["+14152000000"]
    assert [phone.e164 for phone in store.leads.get(2).phones] == ["+14152000001"]


def test_the_same_inquiry_twice_is_one(store: Store) -> None:
    first = store.leads.arrive(new_lead(0, ref="form 1"))
    head = store.log.head()
    assert store.leads.arrive(new_lead(0, ref="form 1")) == Arrival(first.lead_id, joined=True, known=True)
    assert store.log.head() == head


def test_an_ended_lead_that_asks_again_is_open_again(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    attempt = called(store, clock, Result.ANSWERED)
    store.attempts.dispose(attempt.id, "not_interested", "rep1")
    assert store.leads.plan(1).status is LeadStatus.REFUSED
    clock.advance(DAY)
    store.leads.add(new_lead())
    assert store.leads.plan(1).status is LeadStatus.OPEN
    assert claimed(store).lead.id == 1


@pytest.mark.parametrize(
    "name", ["Zo\x00e", "Zo\ud800e", "名前 ünï", "'; drop table lead; --", "%s %(x)s :name"]
)
def test_names_of_any_kind_are_stored(store: Store, name: str) -> None:
    kept = store.leads.get(store.leads.add(new_lead(0, name=name))).name
    assert kept == name.replace("\x00", "").replace("\ud800", "?")
    assert store.log.verify().clean


def test_what_else_befalls_a_lead_moves_its_plan_and_is_told(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    plan = store.leads.happen(1, Replied(clock.now()), "mail room", "answered mail 1")
    assert plan == store.leads.plan(1)
    assert plan.mail is None
    told = store.log.after(0)[-1]
    assert (told.kind, told.rep, told.body["why"]) == ("lead.planned", "mail room", "answered mail 1")


def test_notes_belong_to_the_lead_in_order(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    for text in ("likes tea", "call after 5"):
        store.leads.note(1, "ana", text)
        clock.advance(HOUR)
    assert [text for _, _, text in store.leads.notes(1)] == ["likes tea", "call after 5"]
    with pytest.raises(NotFound, match="no lead 99"):
        store.leads.note(99, "ana", "x")


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("lead 2", [3]),
        ("LEAD 2", [3]),
        ("firm1", [2]),
        ("lead1@firm1", [2]),
        ("Müll", [4]),
        ("2000002", [3]),
        ("+1 415 200-0001", [2]),
        ("lead nobody", []),
        ('"', []),
        ("", []),
        ("'; --", []),
    ],
)
def test_a_lead_is_found_by_what_a_rep_types(store: Store, typed: str, found: list[int]) -> None:
    for n in range(3):
        store.leads.add(new_lead(n))
    store.leads.add(new_lead(3, name="Jörg Müller", company="", email=""))
    assert [lead.id for lead in store.leads.find(typed)] == found


def test_a_lead_is_found_by_a_name_it_was_given_later(store: Store) -> None:
    store.leads.add(new_lead(0, name=""))
    assert store.leads.find("Okafor") == []
    store.leads.add(new_lead(0, name="Ada Okafor"))
    assert [lead.id for lead in store.leads.find("okafor")] == [1]


def test_finding_stops_at_its_limit(store: Store) -> None:
    with store.core.write():
        for n in range(12):
            store.leads.add(new_lead(n))
    assert len(store.leads.find("lead", 5)) == 5
    assert len(store.leads.find("415200", 5)) == 5
