"""A call that comes in, on the desk alone: what is shown, what each key does, and what comes of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec import structs
from support.bench import BOOK, NOW, Bench, attempt, card, claim

from cadence.model import LeadStatus, Result, ShiftState
from floor import desk_effects as out
from floor import desk_inputs as told
from store.records import Caller
from telephony import protocol as phone

S = ShiftState
RINGS = phone.Incoming(
    at=NOW, mono=0, call="in-1", number="+14155550177", name="Robin", sip_call_id="abc@there"
)  # fmt: skip


@pytest.fixture
def bench() -> Bench:
    return Bench()


def ended(**more: object) -> phone.Ended:
    return phone.Ended(at=NOW + 9, mono=0, call="in-1", result=Result.NO_ANSWER, **more)  # type: ignore[arg-type]


def taken(bench: Bench) -> None:
    """The call is answered, and the store has not said a word yet."""
    bench.heard(RINGS)
    bench.tell(told.Pressed("answer"))
    bench.heard(phone.Answered(at=NOW + 5, mono=bench.clock.monotonic(), call="in-1"))
    bench.clock.advance(5_000)


def test_what_they_call_themselves_is_shown_until_the_store_knows_better(bench: Bench) -> None:
    assert bench.heard(RINGS) == [out.AskCaller("in-1", RINGS.number, "Robin", RINGS.sip_call_id, NOW)]
    assert bench.desk.incoming is not None
    assert (bench.desk.incoming.name, bench.desk.incoming.known) == ("Robin", False)
    bench.tell(told.CallerKnown("in-1", Caller(RINGS.number, 3, "Robin Vale", "Vale Oil")))
    assert (bench.desk.incoming.name, bench.desk.incoming.known) == ("Robin Vale", True)


@pytest.mark.parametrize(
    ("caller", "note"),
    [
        (Caller("", suppressed="asked by letter."), "on the do-not-call list: asked by letter"),
        (Caller("", 3, status=LeadStatus.WON, owner="anna"), "won already"),
        (Caller("", 3, status=LeadStatus.OPEN, owner="bo"), "bo's lead"),
        (Caller("", 3, status=LeadStatus.OPEN, owner="bo", held_by="cy"), "cy has them in hand"),
        (Caller("", 3, status=LeadStatus.OPEN, held_by="anna"), ""),
    ],
)
def test_the_rep_sees_what_to_mind_before_answering(bench: Bench, caller: Caller, note: str) -> None:
    bench.desk.rep = "anna"
    bench.heard(RINGS)
    bench.tell(told.CallerKnown("in-1", caller))
    assert bench.desk.incoming is not None
    assert bench.desk.incoming.note == note


def test_word_of_an_earlier_caller_changes_nothing(bench: Bench) -> None:
    bench.heard(RINGS)
    bench.tell(told.CallerKnown("in-0", Caller("", 3, "Somebody Else")))
    assert bench.desk.incoming is not None
    assert bench.desk.incoming.name == "Robin"


def test_the_lead_in_preview_goes_back_before_the_call_is_taken(bench: Bench) -> None:
    held = bench.preview()
    bench.heard(RINGS)
    effects = bench.tell(told.Pressed("answer"))
    assert [type(one) for one in effects] == [out.Release, out.Answer, out.Enter]
    assert effects[0] == out.Release(held, "a call that came in was taken")
    assert bench.desk.incoming is None


def test_the_attempt_is_opened_when_they_hear_each_other_and_not_before(bench: Bench) -> None:
    bench.heard(RINGS)
    bench.tell(told.Pressed("answer"))
    assert bench.of(out.BeginInbound) == []
    bench.heard(phone.Answered(at=NOW + 5, mono=0, call="in-1"))
    assert bench.of(out.BeginInbound) == [
        out.BeginInbound(RINGS.number, RINGS.name, RINGS.sip_call_id, NOW + 5)
    ]
    assert bench.desk.state is S.TALKING


def test_a_call_that_ends_before_the_store_has_opened_its_attempt_is_written_after(bench: Bench) -> None:
    taken(bench)
    bench.tell(told.Disposed("interested"))
    over = phone.Ended(at=NOW, mono=bench.clock.monotonic(), call="in-1", result=Result.ANSWERED)
    assert [type(one) for one in bench.heard(over)] == [out.Enter]
    held = claim(3)
    (finish,) = bench.tell(told.BegunInbound(attempt(held), held, card(held)))
    assert finish == out.Finish(7, over, automatic=False)
    (dispose,) = bench.tell(told.Finished(7, None, None))
    assert isinstance(dispose, out.Dispose)
    assert dispose.choice.disposition is BOOK.dispositions.by_key["0"]


def test_a_conversation_that_the_store_will_not_keep_goes_on_and_the_desk_after_it(bench: Bench) -> None:
    taken(bench)
    (begin,) = bench.of(out.BeginInbound)
    bench.tell(told.Refused(begin, "bo has answered this call", over=True))
    assert bench.desk.state is S.TALKING
    bench.tell(told.Disposed("interested"))
    assert "could not be written" in bench.desk.message
    bench.tell(told.Pressed("hang_up"))
    bench.ended("in-1", Result.ANSWERED)
    assert bench.desk.state is S.READY
    assert bench.of(out.Finish) == []


def test_a_conversation_that_is_refused_after_its_end_counts_once(bench: Bench) -> None:
    taken(bench)
    (begin,) = bench.of(out.BeginInbound)
    bench.ended("in-1", Result.ANSWERED, talk_ms=5_000)
    bench.tell(told.Refused(begin, "bo has answered this call", over=True))
    assert bench.desk.state is S.READY
    assert bench.desk.tally.talk_ms == 5_000


@pytest.mark.parametrize("given", [told.Pressed("object"), told.TransferTo("204")])
def test_of_a_call_that_will_never_be_written_no_key_promises_a_moment(
    bench: Bench, given: told.Input
) -> None:
    taken(bench)
    (begin,) = bench.of(out.BeginInbound)
    bench.tell(given)
    assert bench.desk.message == "The call is being written: one moment."
    bench.tell(told.Refused(begin, "bo has answered this call", over=True), given)
    assert "could not be written" in bench.desk.message


def test_who_is_gone_when_the_rep_takes_the_call_is_missed(bench: Bench) -> None:
    bench.heard(RINGS)
    bench.tell(told.Pressed("answer"))
    effects = bench.heard(ended())
    assert effects[0] == out.KeepMissed(RINGS.number, "Robin", RINGS.sip_call_id, NOW + 9, "not answered")
    assert bench.desk.state is S.READY


def test_one_answered_elsewhere_is_not_missed(bench: Bench) -> None:
    bench.heard(RINGS)
    assert bench.heard(ended(elsewhere=True)) == [out.TakenElsewhere(RINGS.sip_call_id)]
    assert bench.desk.incoming is None


def test_a_second_caller_is_passed_on_while_the_first_one_rings(bench: Bench) -> None:
    bench.heard(RINGS)
    other = structs.replace(RINGS, call="in-2", sip_call_id="def@there")
    effects = bench.heard(other)
    assert effects == [
        out.PassOn("in-2", False),
        out.AskCaller("in-2", RINGS.number, "Robin", "def@there", RINGS.at),
        out.KeepMissed(RINGS.number, "Robin", "def@there", NOW, "busy"),
    ]
    assert bench.desk.caller == RINGS


@pytest.mark.parametrize("key", ["dial", "undo"])
def test_who_rings_is_not_left_standing_by_a_key_pressed_too_fast(bench: Bench, key: str) -> None:
    bench.preview()
    bench.desk.last_attempt = 4
    bench.heard(RINGS)
    assert bench.tell(told.Pressed(key)) == []
    assert bench.desk.incoming is not None
    assert bench.tell(told.NumberTyped("+14155550100")) == []


def test_a_rep_who_pauses_passes_the_caller_on(bench: Bench) -> None:
    bench.heard(RINGS)
    effects = bench.tell(told.Paused("lunch"))
    assert out.PassOn("in-1", True) in effects
    assert [one.why for one in bench.of(out.KeepMissed)] == ["not ready"]


def test_a_lead_that_arrives_while_somebody_rings_is_previewed_and_they_ring_on(bench: Bench) -> None:
    bench.heard(RINGS)
    bench.preview()
    assert bench.desk.state is S.PREVIEW
    assert bench.desk.incoming is not None


@pytest.mark.parametrize(
    ("kept", "words"),
    [
        (
            told.MissedKept("Kim Lee", "+1", "busy", first=True),
            "Kim Lee called while you were busy: first in the queue.",
        ),
        (
            told.MissedKept("", "+14155550177", "not answered", first=True),
            "+14155550177 called: first in the queue.",
        ),
        (told.MissedKept("Kim Lee", "+1", "busy"), "Kim Lee called while you were busy."),
        (
            told.MissedKept("", "", "not ready"),
            "Somebody called while you were not ready and showed no number.",
        ),
    ],
)
def test_the_rep_hears_of_a_missed_caller(bench: Bench, kept: told.MissedKept, words: str) -> None:
    bench.tell(kept)
    assert bench.desk.message == words


def test_an_attempt_that_came_in_counts_no_dial(bench: Bench) -> None:
    taken(bench)
    held = claim(3)
    bench.tell(told.BegunInbound(replace(attempt(held), direction="in"), held, card(held)))
    assert bench.desk.tally.attempts == 0
