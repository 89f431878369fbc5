"""A number dialed by hand at the desk: with a lead, without one, and refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.bench import BOOK, NOW, Bench, attempt, card, claim

from cadence.model import Check, Decision, Result, ShiftState
from floor import desk_effects as out
from floor import desk_inputs as told
from telephony import protocol as phone

S = ShiftState
TYPED = "+1 415 555 0131"


@pytest.fixture
def bench() -> Bench:
    """A free desk for which nothing is due."""
    made = Bench()
    made.tell(told.NothingDue(None, "No lead has a call planned."))
    return made


def lone(*, allowed: bool = True) -> told.BegunByHand:
    checks = (Check("gap", "2 min", allowed, "" if allowed else "The last call was 2 min ago."),)
    made = replace(
        attempt(claim()), lead_id=None, call_kind=None, decision=Decision(allowed, NOW, "test", checks)
    )
    return told.BegunByHand(made, None, None)


def of_lead() -> told.BegunByHand:
    held = claim()
    return told.BegunByHand(attempt(held), held, card(held))


def place_of(effects: list[out.Effect]) -> out.Place:
    (place,) = [one for one in effects if isinstance(one, out.Place)]
    return place


def test_the_lead_in_preview_is_given_back_before_another_number_is_dialed(bench: Bench) -> None:
    held = bench.preview()
    effects = bench.tell(told.NumberTyped(TYPED))
    assert [type(one) for one in effects] == [out.Release, out.Enter, out.BeginByHand]
    assert effects[0] == out.Release(held, "another number is dialed")
    assert (bench.desk.state, bench.desk.card) == (S.DIALING, None)


@pytest.mark.parametrize("typed", ["204", "abc", "+1415", ""])
def test_what_is_no_number_leaves_the_lead_on_the_card(bench: Bench, typed: str) -> None:
    held = bench.preview()
    assert bench.tell(told.NumberTyped(typed)) == []
    assert (bench.desk.state, bench.desk.claim) == (S.PREVIEW, held)
    assert bench.desk.message == f"{typed!r} is no telephone number; type it like +1 415 555 0123"


def test_a_number_is_read_as_in_the_firms_country() -> None:
    british = Bench()
    british.desk.region = "GB"
    british.preview()
    assert out.BeginByHand("020 7946 0018", "") in british.tell(told.NumberTyped("020 7946 0018"))


def test_a_number_of_no_lead_is_called_and_closes_by_itself_when_nobody_answers(bench: Bench) -> None:
    bench.tell(told.NumberTyped(TYPED))
    place = place_of(bench.tell(lone()))
    assert place.e164 == "+14155550131"
    bench.ended(place.call, Result.NO_ANSWER)
    effects = bench.tell(told.Finished(7, BOOK.dispositions.by_code["no_answer"], None, settled=True))
    assert out.ClaimNext() in effects
    assert bench.desk.message == "+14155550131: No answer."
    assert bench.desk.last_attempt is None, "no plan moved: nothing to take back"


def test_a_conversation_with_no_lead_waits_for_its_key(bench: Bench) -> None:
    bench.tell(told.NumberTyped(TYPED))
    place = place_of(bench.tell(lone()))
    bench.heard(phone.Invited(at=NOW, mono=0, call=place.call))
    bench.heard(phone.Answered(at=NOW, mono=bench.clock.monotonic(), call=place.call))
    bench.clock.advance(5_000)
    bench.ended(place.call, Result.ANSWERED, talk_ms=5_000)
    bench.tell(told.Finished(7, None, None))
    assert bench.desk.state is S.WRAP_UP
    bench.tell(told.Disposed("callback", NOW + 1))
    assert bench.desk.message == "A callback needs a lead: this number is no lead's."
    (dispose,) = bench.tell(told.Disposed("do_not_call"))
    assert isinstance(dispose, out.Dispose)
    effects = bench.tell(told.Recorded(7, BOOK.dispositions.by_key["9"], None))
    assert out.ClaimNext() in effects


def test_a_leads_number_puts_the_lead_on_the_card(bench: Bench) -> None:
    bench.tell(told.NumberTyped(TYPED))
    place_of(bench.tell(of_lead()))
    assert bench.desk.card is not None
    assert bench.desk.claim is not None


def test_a_refusal_is_kept_check_by_check_and_the_desk_goes_on(bench: Bench) -> None:
    bench.tell(told.NumberTyped(TYPED))
    effects = bench.tell(lone(allowed=False))
    assert not [one for one in effects if isinstance(one, out.Place)]
    assert out.ClaimNext() in effects
    assert bench.desk.refusal is not None
    assert [check.name for check in bench.desk.refusal.checks] == ["gap"]
    bench.tell(told.NumberTyped(TYPED))
    assert bench.desk.refusal is None


def test_a_paused_rep_is_paused_again_after_the_call(bench: Bench) -> None:
    bench.tell(told.Paused("lunch"), told.NumberTyped(TYPED))
    assert bench.desk.state is S.DIALING
    bench.tell(lone(allowed=False))
    assert (bench.desk.state, bench.desk.reason) == (S.NOT_READY, "lunch")


def test_what_is_no_number_leaves_the_desk_as_it_was(bench: Bench) -> None:
    bench.tell(told.NumberTyped("dear sir"))
    effects = bench.tell(told.Refused(out.BeginByHand("dear sir", ""), "'dear sir' is no telephone number"))
    assert out.ClaimNext() in effects
    assert (bench.desk.message, bench.desk.alarm) == ("'dear sir' is no telephone number", False)


def test_a_lead_that_arrives_meanwhile_goes_back(bench: Bench) -> None:
    held = claim(2)
    bench.tell(told.NumberTyped(TYPED))
    assert bench.tell(told.Claimed(held, card(held))) == [out.Release(held, "the desk was no longer free")]


def test_a_hang_up_before_the_gate_has_answered_places_no_call(bench: Bench) -> None:
    bench.tell(told.NumberTyped(TYPED), told.Pressed("hang_up"))
    assert bench.desk.state is S.WRAP_UP, "the rep waits for no store"
    effects = bench.tell(lone())
    assert [type(one) for one in effects] == [out.Finish]


def test_without_a_phone_nothing_is_given_back(bench: Bench) -> None:
    bench.preview()
    bench.tell(told.PhoneState(False, "retrying in 12 s"))
    assert bench.tell(told.NumberTyped(TYPED)) == []
    assert bench.desk.claim is not None


@pytest.mark.parametrize("state", [S.DIALING, S.RINGING, S.TALKING, S.WRAP_UP])
def test_no_number_is_dialed_over_a_call(state: S) -> None:
    bench = Bench()
    bench.dialed()
    bench.desk.state = state
    assert bench.tell(told.NumberTyped(TYPED)) == []
