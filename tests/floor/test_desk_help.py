"""A call for help at the desk: it goes out at once, and what it interrupts comes back."""

from __future__ import annotations

import pytest
from support.bench import BOOK, NOW, Bench, attempt, card, claim, ended_attempt

from cadence.model import Result, ShiftState
from floor import desk_effects as out
from floor import desk_inputs as told
from telephony import protocol as phone

S = ShiftState
HELP = told.NumberTyped("911")
DISK_FULL = "The disk is full."


@pytest.fixture
def bench() -> Bench:
    """A free desk for which nothing is due."""
    made = Bench()
    made.tell(told.NothingDue(None, "No lead has a call planned."))
    return made


def called(effects: list[out.Effect]) -> str:
    """Help is called, before anything else is done; the call's word on the wire."""
    place, kept = effects[:2]
    assert isinstance(place, out.Place)
    assert isinstance(kept, out.KeepHelp)
    assert (place.e164, kept.number, kept.ended) == ("911", "911", None)
    return place.call


def over(bench: Bench, call: str, result: Result, **more: object) -> list[out.Effect]:
    event = phone.Ended(at=NOW, mono=0, call=call, result=result, **more)  # type: ignore[arg-type]
    return bench.heard(event)


def test_help_is_called_before_anything_is_written(bench: Bench) -> None:
    held = bench.preview()
    effects = bench.tell(HELP)
    called(effects)
    assert [type(one) for one in effects] == [out.Place, out.KeepHelp, out.Release, out.Enter]
    assert effects[2] == out.Release(held, "another number is dialed")
    assert (bench.desk.state, bench.desk.tally.attempts) == (S.DIALING, 1)


def test_each_telling_of_the_call_has_all_that_is_known(bench: Bench) -> None:
    call = called(bench.tell(HELP))
    bench.heard(phone.Invited(at=NOW + 1, mono=0, call=call, sip_call_id="sip"))
    bench.heard(phone.Ringing(at=NOW + 2, mono=0, call=call))
    bench.heard(phone.Answered(at=NOW + 3, mono=0, call=call, secure=True))
    effects = over(bench, call, Result.ANSWERED, talk_ms=7)
    (last,) = [one for one in effects if isinstance(one, out.KeepHelp)]
    assert (last.invited_at, last.sip_call_id, last.ringing_at) == (NOW + 1, "sip", NOW + 2)
    assert (last.answered_at, last.secure) == (NOW + 3, True)
    assert last.ended is not None
    assert last.ended.talk_ms == 7
    assert bench.of(out.Instant) == bench.of(out.Finish) == []


def test_after_it_the_desk_goes_on_whatever_the_store_does(bench: Bench) -> None:
    effects = over(bench, called(bench.tell(HELP)), Result.ANSWERED)
    assert out.ClaimNext() in effects
    assert bench.desk.state is S.READY


@pytest.mark.parametrize(
    "line",
    [
        told.PhoneState(False, "no answer", 12_000),
        told.PhoneState(False, "refused: 403 Forbidden; check user and password"),
        told.PhoneState(False, "the phone process died; it is being restarted"),
        told.PhoneState(False, "no microphone"),
    ],
)
def test_help_is_called_whatever_the_line_says(bench: Bench, line: told.PhoneState) -> None:
    bench.tell(line)
    called(bench.tell(HELP))
    assert bench.desk.message.startswith("911 is tried all the same; have your own phone at hand. The line: ")
    assert bench.desk.alarm


def test_no_store_holds_help_back_and_it_holds_back_every_other_number() -> None:
    bench = Bench()
    bench.preview()
    bench.tell(told.StoreState("the database is locked"))
    waits = "No call goes out that cannot be written: The database is locked."
    assert bench.tell(told.Pressed("dial")) == []
    assert bench.desk.message == f"{waits} The lead stays with you."
    assert bench.tell(told.NumberTyped("+1 415 555 0131")) == []
    assert bench.desk.message == waits
    called(bench.tell(HELP))


def test_help_is_called_from_a_desk_that_is_not_ready(bench: Bench) -> None:
    bench.tell(told.PhoneState(False, "no answer"), told.Paused("lunch"))
    over(bench, called(bench.tell(HELP)), Result.BUSY)
    assert (bench.desk.state, bench.desk.reason) == (S.NOT_READY, "lunch")


def test_who_rings_is_passed_on_for_a_call_for_help_and_not_for_another_number(bench: Bench) -> None:
    bench.heard(phone.Incoming(at=NOW, mono=0, call="in-1", number="+12125550147", sip_call_id="a"))
    assert bench.tell(told.NumberTyped("+1 415 555 0131")) == []
    assert bench.desk.message == "Somebody rings: a answers, i passes the call on."
    effects = bench.tell(HELP)
    called(effects)
    assert out.PassOn("in-1", False) in effects


def test_help_that_was_not_reached_is_the_reps_own_phones_to_call(bench: Bench) -> None:
    why = "The phone process is starting again; dial once more in a moment."
    over(bench, called(bench.tell(HELP)), Result.FAILED, reason=why)
    assert bench.desk.message == f"911 was not reached: use your own phone. {why}"
    assert bench.desk.alarm


def test_no_key_records_a_call_for_help(bench: Bench) -> None:
    call = called(bench.tell(HELP))
    bench.heard(phone.Answered(at=NOW, mono=0, call=call))
    assert bench.tell(told.Disposed("interested")) == []
    assert bench.desk.message == "A call for help is not recorded by a key: h ends it."


# ------------------------------------------------ what it interrupts


def wrapping_up() -> Bench:
    made = Bench()
    made.ended(made.answered(), Result.ANSWERED, talk_ms=5_000)
    made.tell(told.Finished(7, None, None))
    assert made.desk.state is S.WRAP_UP
    return made


def helped(bench: Bench) -> list[out.Effect]:
    """Help is called and the call is over."""
    return over(bench, called(bench.tell(HELP)), Result.ANSWERED)


def test_a_call_to_record_waits_for_the_one_for_help_and_then_for_its_key() -> None:
    bench = wrapping_up()
    before = bench.desk.claim
    effects = bench.tell(HELP)
    assert [type(one) for one in effects] == [out.Place, out.KeepHelp, out.Enter], (
        "its lead is not given back"
    )
    effects = over(bench, called(effects), Result.ANSWERED)
    assert (bench.desk.state, bench.desk.claim) == (S.WRAP_UP, before)
    assert out.ClaimNext() not in effects
    (dispose,) = bench.tell(told.Disposed("interested"))
    assert isinstance(dispose, out.Dispose)
    assert dispose.attempt_id == 7


def test_another_number_waits_until_the_call_is_recorded() -> None:
    bench = wrapping_up()
    assert bench.tell(told.NumberTyped("+1 415 555 0131")) == []
    assert bench.desk.message == "Record this call first: keys 1 to 9 and 0."


def test_a_call_whose_result_is_written_during_the_one_for_help_wants_its_key_after_it() -> None:
    bench = Bench()
    bench.ended(bench.answered(), Result.ANSWERED, talk_ms=5_000)
    call = called(bench.tell(HELP))
    assert bench.tell(told.Finished(7, None, None)) == []
    over(bench, call, Result.ANSWERED)
    assert bench.desk.state is S.WRAP_UP
    (dispose,) = bench.tell(told.Disposed("interested"))
    assert isinstance(dispose, out.Dispose)


def test_a_call_that_settles_itself_during_the_one_for_help_does_not_come_back() -> None:
    bench = Bench()
    bench.ended(bench.dialed(), Result.BUSY)
    call = called(bench.tell(HELP))
    bench.tell(told.Finished(7, BOOK.dispositions.by_code["busy"], claim().plan, settled=True))
    assert out.ClaimNext() in over(bench, call, Result.ANSWERED)


def test_a_key_pressed_before_help_was_called_counts_and_may_be_undone() -> None:
    bench = wrapping_up()
    bench.tell(told.Disposed("interested"))
    call = called(bench.tell(HELP))
    bench.tell(told.Recorded(7, BOOK.dispositions.by_code["interested"], claim().plan))
    assert bench.desk.state is S.DIALING
    assert out.ClaimNext() in over(bench, call, Result.ANSWERED)
    assert (bench.desk.tally.contacts, bench.desk.last_attempt) == (1, 7)


def test_a_key_that_could_not_be_written_meanwhile_is_asked_for_again() -> None:
    bench = wrapping_up()
    (dispose,) = bench.tell(told.Disposed("interested"))
    assert isinstance(dispose, out.Dispose)
    call = called(bench.tell(HELP))
    bench.tell(told.Refused(dispose, DISK_FULL))
    over(bench, call, Result.ANSWERED)
    assert bench.desk.state is S.WRAP_UP
    assert bench.tell(told.Disposed("interested")) == [dispose]


@pytest.mark.parametrize("allowed", [True, False])
def test_a_dial_given_up_while_the_store_was_silent_is_closed_behind_the_one_for_help(allowed: bool) -> None:
    bench = Bench()
    held = bench.preview()
    bench.tell(told.Pressed("dial"), told.Pressed("hang_up"))
    call = called(bench.tell(HELP))
    effects = bench.tell(told.Begun(attempt(held, allowed=allowed)))
    assert [type(one) for one in effects] == ([out.Finish] if allowed else [])
    if allowed:
        bench.tell(told.Finished(7, None, None, settled=True))
    assert out.ClaimNext() in over(bench, call, Result.ANSWERED)


def test_a_dial_that_the_store_never_took_gives_its_lead_back() -> None:
    bench = Bench()
    held = bench.preview()
    (*_, begin) = bench.tell(told.Pressed("dial"))
    assert isinstance(begin, out.Begin)
    bench.tell(told.Pressed("hang_up"))
    call = called(bench.tell(HELP))
    assert bench.tell(told.Refused(begin, DISK_FULL)) == [out.Release(held, "help was called")]
    assert out.ClaimNext() in over(bench, call, Result.ANSWERED)


def test_a_call_that_is_coming_back_waits_behind_the_one_for_help() -> None:
    bench = wrapping_up()
    bench.tell(told.Disposed("interested"))
    bench.tell(told.Recorded(7, BOOK.dispositions.by_code["interested"], claim().plan))
    bench.tell(told.Pressed("undo"))
    call = called(bench.tell(HELP))
    held = claim()
    assert bench.tell(told.Undone(ended_attempt(held, Result.ANSWERED), held, card(held))) == []
    assert bench.desk.state is S.DIALING
    over(bench, call, Result.BUSY)
    assert (bench.desk.state, bench.desk.claim) == (S.WRAP_UP, held)


# ---------------------------------------------------- beside a conversation


def test_help_is_called_on_the_second_line_without_asking_anybody() -> None:
    bench = Bench()
    lead = bench.answered()
    hold, place, kept = bench.tell(told.TransferTo("911"))
    assert hold == out.Hold(lead, True)
    assert isinstance(place, out.PlaceBeside)
    assert isinstance(kept, out.KeepHelp)
    assert (place.target, place.beside) == ("911", lead)
    effects = over(bench, place.call, Result.BUSY, reason="Busy.")
    assert out.Hold(lead, False) in effects
    assert bench.desk.message == "911 was not reached: use your own phone. Busy."


def test_a_call_for_help_may_be_given_away_once_it_is_written(bench: Bench) -> None:
    call = called(bench.tell(HELP))
    bench.heard(phone.Answered(at=NOW, mono=0, call=call))
    bench.tell(told.TransferTo("204"))
    assert bench.desk.message == "The call is being written: one moment."
    bench.tell(told.HelpKept(call, 9))
    (begin,) = bench.tell(told.TransferTo("204"))
    assert isinstance(begin, out.BeginBeside)
    assert begin.beside == 9


def test_a_call_that_is_not_written_yet_is_joined_with_nobody(bench: Bench) -> None:
    call = called(bench.tell(HELP))
    bench.heard(phone.Answered(at=NOW, mono=0, call=call))
    place = bench.tell(told.TransferTo("112"))[1]
    assert isinstance(place, out.PlaceBeside)
    bench.heard(phone.Answered(at=NOW, mono=0, call=place.call))
    assert bench.tell(told.Pressed("transfer")) == []
    assert bench.desk.message == "The call is being written: one moment."
    bench.tell(told.HelpKept(call, 9))
    assert bench.tell(told.Pressed("transfer")) == [out.Transfer(call, to=place.call)]
