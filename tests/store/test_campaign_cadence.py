"""A campaign chooses the cadence of its new leads; who brings them may name another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from support.factories import claimed, new_lead

from cadence.campaigns import Campaign, Campaigns
from cadence.rulebook import Rulebook
from store.imports.report import ImportOptions
from store.imports.run import run
from store.store import Store

Opener = Callable[..., Store]


@pytest.fixture
def book(book: Rulebook) -> Rulebook:
    return replace(book, campaigns=Campaigns((Campaign("fair", cadence="b2b-six"),)))


def test_its_leads_begin_in_its_cadence_and_others_in_the_floors_own(open_store: Opener) -> None:
    store = open_store(cadence="calls-only")
    begun = [store.leads.add(new_lead(n, campaign=name)) for n, name in enumerate(("fair", "web", ""))]
    assert [store.leads.plan(lead).cadence for lead in begun] == ["b2b-six", "calls-only", "calls-only"]


def test_a_cadence_that_was_named_wins(store: Store) -> None:
    lead = store.leads.add(new_lead(campaign="fair"), "email-only")
    assert store.leads.plan(lead).cadence == "email-only"


@pytest.mark.parametrize(
    ("said", "begun"), [(None, ["b2b-six", "calls-only"]), ("email-only", ["email-only", "email-only"])]
)
def test_a_file_of_several_campaigns_begins_each_row_in_its_own(
    open_store: Opener, tmp_path: Path, said: str | None, begun: list[str]
) -> None:
    store = open_store(cadence="calls-only")
    file = tmp_path / "leads.csv"
    file.write_text(
        "name,phone,email,campaign\nAnn,4155550123,a@x.example,fair\nBob,4155550124,b@x.example,web\n"
    )
    assert run(store, file, ImportOptions(cadence=said)).new == 2
    assert [store.leads.plan(lead).cadence for lead in (1, 2)] == begun


def test_a_campaign_that_only_chooses_a_cadence_asks_nothing_of_a_rep(store: Store) -> None:
    store.leads.add(new_lead(campaign="fair"))
    assert store.core.book.campaigns.route_of("fair") == ""
    assert claimed(store, "anna").lead.campaign == "fair"
