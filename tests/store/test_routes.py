"""Leads of a campaign that asks for something go to the reps who bring it, in their turn among the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from support.factories import claimed, new_lead

from cadence.campaigns import Abilities, Campaign, Campaigns
from cadence.rulebook import Rulebook
from config.clock import MINUTE, HandClock
from config.errors import UsageError
from store.errors import NotFound
from store.imports.report import ImportOptions
from store.imports.run import run
from store.records import Claim, Waiting
from store.store import Store

Opener = Callable[..., Store]
SPANISH = Abilities(languages=frozenset({"es"}))


@pytest.fixture
def book(book: Rulebook) -> Rulebook:
    asking = (
        Campaign("spain", languages=("es", "ca")),
        Campaign("loans", team="finance", skills=("mortgage", "senior")),
    )
    return replace(book, campaigns=Campaigns(asking))


def test_a_campaigns_lead_goes_to_a_rep_who_speaks_its_language(store: Store) -> None:
    store.reps.put("sam", SPANISH, "kim")
    store.leads.add(new_lead(campaign="spain"))
    assert isinstance(store.queue.claim("anna"), Waiting)
    assert store.queue.peek("anna") == []
    assert store.queue.due_for("anna") == (0, 0)
    assert store.queue.due_for("sam") == (1, 0)
    assert [row.lead_id for row in store.queue.peek("sam")] == [1]
    assert claimed(store, "sam").lead.id == 1


@pytest.mark.parametrize(
    ("brought", "gets"),
    [
        (Abilities("finance", frozenset({"mortgage", "senior", "x"})), True),
        (Abilities("finance", frozenset({"mortgage"})), False),
        (Abilities("sales", frozenset({"mortgage", "senior"})), False),
        (
            Abilities("finance", frozenset({"mortgage", "senior"}), campaigns=frozenset({"spain"})),
            False,
        ),
    ],
)
def test_team_and_every_skill_are_needed(store: Store, brought: Abilities, gets: bool) -> None:
    store.reps.put("sam", brought, "kim")
    store.leads.add(new_lead(campaign="loans"))
    assert isinstance(store.queue.claim("sam"), Claim) is gets


def test_a_campaign_that_asks_for_nothing_is_anybodys(store: Store) -> None:
    store.leads.add(new_lead(campaign="summer"))
    assert claimed(store, "anybody").lead.id == 1


def test_a_rep_held_to_campaigns_gets_no_other_lead(store: Store) -> None:
    store.reps.put("sam", replace(SPANISH, campaigns=frozenset({"spain"})), "kim")
    store.leads.add(new_lead(0))
    store.leads.add(new_lead(1, campaign="spain"))
    assert claimed(store, "sam").lead.id == 2


def test_routes_are_read_as_one_queue_in_its_order(store: Store, clock: HandClock) -> None:
    store.reps.put("sam", SPANISH, "kim")
    for n, campaign in enumerate(["", "spain", "", "spain"]):
        store.leads.add(new_lead(n, campaign=campaign))
        clock.advance(MINUTE)
    assert [row.lead_id for row in store.queue.peek("sam")] == [4, 3, 2, 1], (
        "newest first, whatever the route"
    )
    order = []
    for n in range(4):
        claim = claimed(store, "sam")
        order.append(claim.lead.id)
        store.queue.skip(claim, "other", clock.now() + (n + 30) * MINUTE)
    assert order == [4, 3, 2, 1]


def test_an_owner_is_asked_first_then_whoever_brings_what_is_asked(
    open_store: Opener, clock: HandClock
) -> None:
    store = open_store(owner_ms=10 * MINUTE)
    store.reps.put("sam", SPANISH, "kim")
    store.leads.add(new_lead(campaign="spain", owner="anna"))
    assert isinstance(store.queue.claim("sam"), Waiting)
    clock.advance(10 * MINUTE)
    assert isinstance(store.queue.claim("bo"), Waiting), "bo speaks no Spanish"
    claim = claimed(store, "sam")
    store.queue.release(claim, "test")
    assert claimed(store, "anna").lead.id == 1, "an owner keeps what is theirs"


def test_leads_are_routed_anew_when_the_campaigns_change(
    open_store: Opener, book: Rulebook, clock: HandClock
) -> None:
    store = open_store()
    store.leads.add(new_lead(campaign="spain"))
    store.core.book = replace(book, campaigns=Campaigns())
    assert isinstance(store.queue.claim("anna"), Waiting), "not before they are routed"
    assert store.reps.reroute("kim") == 1
    assert store.reps.reroute("kim") == 0
    assert claimed(store, "anna").lead.id == 1
    assert "queue.routed" in [event.kind for event in store.log.after(0)]


def test_a_rep_is_entered_changed_and_told(store: Store) -> None:
    store.reps.put("sam", SPANISH, "kim", name="Sam Reyes")
    store.reps.put("sam", Abilities("north"), "kim")
    sam = store.reps.get("sam")
    assert (sam.name, sam.abilities) == ("Sam Reyes", Abilities("north"))
    assert [rep.login for rep in store.reps.all()] == ["sam"]
    assert [event.body["team"] for event in store.log.after(0)] == ["", "north"]
    with pytest.raises(NotFound, match="no rep 'bo'"):
        store.reps.get("bo")
    with pytest.raises(UsageError, match="one word"):
        store.reps.put("sam", Abilities(skills=frozenset({"two words"})), "kim")


def test_imported_leads_have_their_route(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "leads.csv"
    file.write_text("name,phone,campaign\nAna,+14152000001,spain\nBo,+14152000002,summer\n", encoding="utf-8")
    run(store, file, ImportOptions())
    routes = store.core.engine.rows("select lead_id, route from queue order by lead_id")
    assert [row["route"] for row in routes] == ["spain", ""]
