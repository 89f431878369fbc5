"""A lead's history as a person reads it, what comes next, and why."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.factories import FIRM, called, claimed, new_lead, number

from cadence.model import Result
from config.clock import HOUR, MINUTE, HandClock, iso
from store.errors import NotFound
from store.imports.report import ImportOptions
from store.imports.run import run
from store.records import CallEnd, NewPhone
from store.store import Store


def told(store: Store, lead_id: int = 1) -> list[str]:
    return [line.text for line in store.leads.history(lead_id)]


def test_a_call_is_one_line_with_what_the_phone_found_and_what_the_rep_said(
    store: Store, clock: HandClock
) -> None:
    store.leads.add(new_lead())
    dialed_at = clock.now()
    called(store, clock, Result.NO_ANSWER)
    clock.advance(30 * MINUTE)
    attempt = called(store, clock, Result.ANSWERED, talk_ms=192_000)
    store.attempts.dispose(attempt.id, "interested", "rep1")
    first, second = (line for line in store.leads.history(1) if line.kind == "call")
    assert (first.at, first.text) == (dialed_at, "call 1: no answer after 3 s (rep1)")
    assert second.text == "call 2: talked 3 min 12 s, interested (rep1)"


def test_what_was_taken_back_stays_in_the_line(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    attempt = called(store, clock, Result.ANSWERED, talk_ms=30_000)
    store.attempts.dispose(attempt.id, "won", "rep1")
    store.attempts.undo(attempt.id, "rep1")
    agreed = clock.now() + HOUR
    store.attempts.dispose(attempt.id, "callback", "rep1", callback_at=agreed)
    calls = [line.text for line in store.leads.history(1, when=lambda at: f"<{at}>") if line.kind == "call"]
    assert calls == [f"call 1: talked 30 s, won (taken back), callback agreed for <{agreed}> (rep1)"]
    assert not [text for text in told(store) if text.startswith("callback is on")], "said once is enough"


def test_a_call_that_is_up_or_was_refused_or_cut_off_says_so(store: Store, clock: HandClock) -> None:
    for n in range(3):
        store.leads.add(new_lead(n))
    refused, up, cut = (claimed(store, f"rep{n}") for n in range(3))
    clock.advance(9 * HOUR)  # the evening is over
    store.attempts.begin(refused, "rep0")
    clock.advance(-9 * HOUR)
    attempt = store.attempts.begin(up, "rep1")
    store.attempts.instant(attempt.id, "answered", clock.now())
    store.attempts.begin(cut, "rep2")
    store.attempts.recover("rep2")
    assert told(store, refused.lead.id)[-1].startswith("call 1: not dialed, It is Tue 21:00 there")
    assert told(store, up.lead.id)[-1] == "call 1: talking (rep1)"
    assert told(store, cut.lead.id)[-1].startswith("call 1: interrupted: the session ended")


def test_a_lead_with_several_numbers_tells_which_was_dialed(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead(phones=(NewPhone(number(1)), NewPhone(number(2)))))
    called(store, clock, Result.BUSY)
    assert told(store)[-1] == f"call 1 to {number(1)}: busy (rep1)"


def test_a_mail_is_one_line_with_its_latest_state(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    clock.advance(11 * MINUTE)
    store.outbox.stage(1, FIRM)
    mail = "mail 1 (first-reply) to lead0@firm0.example"
    assert told(store)[-1] == f"{mail}: waits to be sent"
    taken = store.outbox.take()
    assert taken is not None
    store.outbox.failed(taken.id, "550 no such user", permanent=True)
    assert f"{mail}: failed, 550 no such user" in told(store)


def test_notes_and_repeated_inquiries_stand_in_their_order(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead(campaign="autumn"))
    clock.advance(HOUR)
    store.leads.note(1, "ana", "wants a quote")
    clock.advance(HOUR)
    store.leads.inquire(1, new_lead(source="fair"))
    assert told(store) == [
        "arrived from web form, campaign autumn",
        "ana noted: wants a quote",
        "asked again through fair",
    ]


def test_a_lead_of_a_file_shows_its_arrival(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_text("name,phone,source,date\nAnn,+14152000001,fair,2026-11-16T18:00:00Z\n")
    run(store, path, ImportOptions())
    (line,) = store.leads.history(1)
    assert (iso(line.at), line.text) == ("2026-11-16T18:00:00.000Z", "arrived from fair (file leads.csv)")


def test_what_comes_next_names_the_step_its_time_and_the_rule(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    arrived = clock.now()
    coming = store.leads.coming(1, when=lambda at: f"+{(at - arrived) // MINUTE}")
    assert coming.next == "call 1 at +0; mail 1 (first-reply) at +10"
    assert coming.why == ("inbound-six asks for call 1 of 6 at once upon the inquiry of +0",)
    called(store, clock, Result.BUSY)
    coming = store.leads.coming(1)
    assert "; call 1 again at " in coming.next, "the mail is due before it"
    assert coming.why == ("the last try reached nobody: try 2 of call 1",)


def test_who_holds_a_lead_and_when_it_may_be_called_is_said(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    claim = claimed(store, "ana")
    assert f"ana has it until {iso(claim.expires_at)}" in store.leads.coming(1).why
    clock.advance(9 * HOUR)
    assert "not in calling hours before 2026-11-18T16:00:00.000Z" in store.leads.coming(1).why


def test_an_ended_lead_says_that_nothing_comes(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    attempt = called(store, clock, Result.ANSWERED)
    store.attempts.dispose(attempt.id, "won", "rep1")
    assert store.leads.coming(1).next == "nothing, the lead is won"
    for ask in (store.leads.history, store.leads.coming):
        with pytest.raises(NotFound):
            ask(99)


def test_calls_of_theirs_are_told_as_theirs(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    store.inbound.missed(number(0), "", "one", "rep1", clock.now(), "the rep was not ready")
    clock.advance(MINUTE)
    attempt, _ = store.inbound.answer(number(0), "", "two", "rep1", None, clock.now())
    end = CallEnd(Result.ANSWERED, clock.now() + MINUTE, 0, MINUTE, packets=9, quality="poor")
    store.attempts.finish(attempt.id, end, "rep1")
    store.attempts.dispose(attempt.id, "interested", "rep1")
    assert told(store)[1:] == [
        "they called, and nobody answered (the rep was not ready) (rep1)",
        "they called: talked 1 min 0 s, the sound was poor, interested (rep1)",
    ]


def test_a_call_to_be_returned_is_what_comes_next_with_the_promise_behind_it(
    store: Store, clock: HandClock
) -> None:
    store.leads.add(new_lead())
    attempt = called(store, clock, Result.ANSWERED)
    store.attempts.dispose(attempt.id, "callback", "rep1", callback_at=(at := clock.now() + 2 * HOUR))
    store.inbound.missed(number(0), "", "one", "rep1", (now := clock.now()), "busy")
    coming = store.leads.coming(1)
    assert coming.next.startswith(f"their call is returned at {iso(now)}")
    assert coming.why[0] == (
        f"they called at {iso(now)}, and nobody answered; the callback agreed for {iso(at)} stands"
    )
