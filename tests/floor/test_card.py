"""The card's history: the lead's own time, newest first, and never what comes next."""

from __future__ import annotations

from dataclasses import replace

from support.factories import called, claimed, new_lead

from cadence.model import Result
from config.clock import DAY, MINUTE, HandClock
from floor.card import card_view, first_phone, timeline
from store.store import Store


def test_history_is_in_the_leads_own_time_newest_first(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    called(store, clock, Result.NO_ANSWER)
    clock.advance(30 * MINUTE)
    card = card_view(store, claimed(store), store.core.book, clock.now())
    assert card.history == (
        "Tue 17 Nov 12:00  call 1: no answer after 3 s (rep1)",
        "Tue 17 Nov 12:00  arrived from web form",
    )


def test_the_timeline_ends_with_what_comes_next_and_why(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead(), cadence="calls-only")
    claim = claimed(store)
    assert timeline(store, claim.lead, claim.phone, clock.now()) == [
        "Tue 17 Nov 12:00  arrived from web form",
        "next: call 1 at Tue 17 Nov 12:00",
        "      calls-only asks for call 1 of 6 at once upon the inquiry of Tue 17 Nov 12:00",
        "      no mail is planned",
        "      rep1 has it until Tue 17 Nov 12:10",
    ]


def test_a_lead_that_nobody_has_in_hand_has_a_timeline_too(store: Store, clock: HandClock) -> None:
    lead = store.leads.get(store.leads.add(new_lead()))
    told = timeline(store, lead, first_phone(lead), clock.now())
    assert told[0] == "Tue 17 Nov 12:00  arrived from web form"
    assert told[1].startswith("next: call 1 at Tue 17 Nov 12:00")
    assert first_phone(replace(lead, phones=())).e164 == ""


def test_a_line_of_another_year_says_so(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    card = card_view(store, claimed(store), store.core.book, clock.now() + 60 * DAY)
    assert card.history == ("Tue 17 Nov 2026 12:00  arrived from web form",)


def test_the_last_contact_is_a_call_a_mail_or_a_call_of_theirs_and_never_the_arrival(
    store: Store, clock: HandClock
) -> None:
    lead_id = store.leads.add(new_lead())

    def last() -> str:
        claim = claimed(store)
        shown = card_view(store, claim, store.core.book, clock.now()).last
        store.queue.release(claim, "looked at")
        return shown

    assert last() == ""
    store.leads.note(lead_id, "rep1", "speaks Spanish")
    assert last() == ""
    called(store, clock, Result.NO_ANSWER)
    clock.advance(30 * MINUTE)
    store.leads.note(lead_id, "rep1", "speaks French")
    assert last() == "Tue 17 Nov 12:00  call 1: no answer after 3 s (rep1)"
    number = store.leads.get(lead_id).phones[0].e164
    store.inbound.missed(number, "", "abc@there", "rep1", clock.now(), "busy")
    assert last() == "Tue 17 Nov 12:30  they called, and nobody answered (busy) (rep1)"


def test_the_place_of_the_lead_is_told_for_the_time_there(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    claim = claimed(store)
    assert card_view(store, claim, store.core.book, clock.now()).zone == "America/Los_Angeles"
    nowhere = replace(
        claim, lead=replace(claim.lead, zone=""), phone=replace(claim.phone, e164="+8835100000000")
    )
    assert card_view(store, nowhere, store.core.book, clock.now()).zone == ""
