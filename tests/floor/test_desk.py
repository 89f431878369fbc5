"""The desk: what each key and each event of the phone does, and what nothing must ever do."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.bench import BOOK, NOW, Bench, attempt, card, claim, ended_attempt

from cadence.model import (
    Plan,
    Result,
    ShiftState,
)  # fmt: skip
from floor import desk_effects as out
from floor import desk_inputs as told
from floor.actions import IN_CALL
from telephony import protocol as phone

S = ShiftState


@pytest.fixture
def bench() -> Bench:
    return Bench()


def next_plan() -> Plan:
    return replace(claim().plan, reason="call 2 of 6 at 10:40")


def test_a_desk_that_starts_asks_for_a_lead(bench: Bench) -> None:
    assert bench.desk.state is S.READY
    assert bench.of(out.ClaimNext)


def test_space_opens_the_attempt_before_it_dials(bench: Bench) -> None:
    held = bench.preview()
    effects = bench.tell(told.Pressed("dial"))
    assert [type(one) for one in effects] == [out.Enter, out.Begin]
    assert bench.of(out.Place) == []
    (place,) = bench.tell(told.Begun(attempt(held)))
    assert isinstance(place, out.Place)
    assert place.e164 == held.phone.e164


def test_a_second_space_never_dials_again(bench: Bench) -> None:
    held = bench.preview()
    bench.tell(*[told.Pressed("dial")] * 5, told.Begun(attempt(held)), *[told.Pressed("dial")] * 5)
    assert len(bench.of(out.Begin)) == len(bench.of(out.Place)) == 1


def test_a_call_the_gate_refuses_is_not_placed_and_the_next_lead_comes(bench: Bench) -> None:
    held = bench.preview()
    effects = bench.tell(told.Pressed("dial"), told.Begun(attempt(held, allowed=False)))
    assert bench.of(out.Place) == []
    assert isinstance(effects[-1], out.ClaimNext)
    assert "may not be called" in bench.desk.message


def test_no_dial_while_the_phone_is_down_and_the_lead_stays(bench: Bench) -> None:
    bench.preview()
    bench.tell(told.PhoneState(False, "not registered: no answer"), told.Pressed("dial"))
    assert bench.desk.state is S.PREVIEW
    assert bench.of(out.Begin) == []
    assert "not registered" in bench.desk.message


def test_every_instant_is_written_as_it_arrives(bench: Bench) -> None:
    call = bench.answered()
    bench.ended(call, Result.ANSWERED, talk_ms=5000)
    assert [one.name for one in bench.of(out.Instant)] == ["invited", "ringing", "answered"]
    assert len(bench.of(out.Finish)) == 1


def test_a_busy_call_records_itself_and_the_next_lead_is_asked_for(bench: Bench) -> None:
    call = bench.dialed()
    bench.ended(call, Result.BUSY)
    effects = bench.tell(told.Finished(7, BOOK.dispositions.by_code["busy"], next_plan(), settled=True))
    assert isinstance(effects[-1], out.ClaimNext)
    assert bench.desk.message.startswith("Lead 1: Busy.")


def test_an_answered_call_waits_for_its_key(bench: Bench) -> None:
    call = bench.answered()
    bench.ended(call, Result.ANSWERED)
    bench.tell(told.Finished(7, None, None))
    assert bench.desk.state is S.WRAP_UP
    assert bench.of(out.Dispose) == []
    bench.tell(told.Disposed("interested"))
    (dispose,) = bench.of(out.Dispose)
    assert dispose.choice.disposition.code == "interested"


def test_a_digit_in_the_call_hangs_up_and_records(bench: Bench) -> None:
    call = bench.answered()
    assert bench.tell(told.Disposed("not_interested")) == [out.HangUp(call)]
    bench.ended(call, Result.ANSWERED)
    assert bench.of(out.Finish)[0].automatic is False
    (dispose,) = bench.tell(told.Finished(7, None, None))
    assert isinstance(dispose, out.Dispose)


def test_a_doubled_digit_records_once(bench: Bench) -> None:
    call = bench.answered()
    bench.tell(told.Disposed("not_interested"))
    bench.ended(call, Result.ANSWERED)
    bench.tell(told.Finished(7, None, None), told.Disposed("not_interested"), told.Disposed("won"))
    assert len(bench.of(out.Dispose)) == 1


def test_what_needs_a_conversation_cannot_be_said_of_a_ringing_phone(bench: Bench) -> None:
    call = bench.dialed()
    bench.heard(phone.Invited(at=NOW, mono=0, call=call))
    bench.tell(told.Disposed("won"))
    assert bench.of(out.HangUp) == []
    assert "conversation" in bench.desk.message


def test_a_digit_right_behind_the_space_bar_records_no_call_that_was_never_made(bench: Bench) -> None:
    held = bench.preview()
    bench.tell(
        told.Pressed("dial"),
        told.Disposed("bad_number"),
        told.Begun(attempt(held)),
        told.Disposed("no_answer"),
    )
    assert bench.of(out.HangUp) == []
    assert len(bench.of(out.Place)) == 1
    assert "not gone out" in bench.desk.message


def test_what_is_taken_back_no_longer_counts(bench: Bench) -> None:
    call = bench.answered()
    bench.ended(call, Result.ANSWERED)
    won = BOOK.dispositions.by_key["8"]
    bench.tell(told.Finished(7, None, None), told.Disposed("won"), told.Recorded(7, won, next_plan()))
    assert (bench.desk.tally.contacts, bench.desk.tally.won) == (1, 1)
    first = claim()
    bench.tell(told.Pressed("undo"), told.Undone(ended_attempt(first, Result.ANSWERED), first, card(first)))
    assert (bench.desk.tally.contacts, bench.desk.tally.won) == (0, 0)


def test_a_call_that_is_back_shows_its_own_times_and_why_it_is_back(bench: Bench) -> None:
    bench.ended(bench.answered(), Result.ANSWERED)
    bench.tell(told.Finished(7, None, None), told.Disposed("won"))
    bench.tell(told.Recorded(7, BOOK.dispositions.by_key["8"], next_plan()))
    held = claim()
    before = replace(ended_attempt(held, Result.ANSWERED), ringing_at=NOW - 3_000, ring_ms=3_000)
    bench.tell(told.Pressed("undo"), told.Undone(before, held, card(held), "your call was cut off."))
    call = bench.desk.call
    assert call is not None
    assert call.ringing_mono is not None
    assert call.answered_mono is not None
    assert call.ended_mono is not None
    assert (call.answered_mono - call.ringing_mono, call.ended_mono - call.answered_mono) == (3_000, 5_000)
    assert call.result_text == "Your call was cut off."


def test_a_disposition_that_came_too_late_lets_the_rep_go_on(bench: Bench) -> None:
    call = bench.answered()
    bench.ended(call, Result.ANSWERED)
    bench.tell(told.Finished(7, None, None), told.Disposed("interested"))
    dispose = bench.of(out.Dispose)[0]
    effects = bench.tell(told.Refused(dispose, "The lead has moved on.", over=True))
    assert isinstance(effects[-1], out.ClaimNext)


def test_a_callback_wants_a_time(bench: Bench) -> None:
    bench.answered()
    bench.tell(told.Disposed("callback"))
    assert bench.desk.message == "A callback needs a time."
    bench.tell(told.Disposed("callback", NOW + 1))
    assert bench.of(out.HangUp)


def test_hanging_up_before_the_store_has_answered_places_no_call(bench: Bench) -> None:
    held = bench.preview()
    bench.tell(told.Pressed("dial"), told.Pressed("hang_up"), told.Begun(attempt(held)))
    assert bench.of(out.Place) == []
    assert bench.of(out.Finish)[0].ended.result == Result.FAILED


def test_a_pause_in_a_call_waits_for_the_disposition(bench: Bench) -> None:
    call = bench.answered()
    bench.tell(told.Paused("lunch"))
    assert bench.desk.state is S.TALKING
    bench.tell(told.Disposed("interested"))
    bench.ended(call, Result.ANSWERED)
    bench.tell(told.Finished(7, None, None), told.Recorded(7, BOOK.dispositions.by_key["0"], next_plan()))
    assert (bench.desk.state, bench.desk.reason) == (S.NOT_READY, "lunch")


def test_a_pause_in_preview_gives_the_lead_back(bench: Bench) -> None:
    held = bench.preview()
    bench.tell(told.Paused("break"))
    assert [one.claim for one in bench.of(out.Release)] == [held]


def test_a_lead_that_arrives_after_the_pause_is_given_back(bench: Bench) -> None:
    bench.tell(told.Paused("break"))
    held = claim()
    assert bench.tell(told.Claimed(held, card(held))) == [out.Release(held, "the desk was no longer free")]


@pytest.mark.parametrize(("over", "asked"), [(False, 2), (True, 1)])
def test_an_undo_that_the_store_could_not_write_may_be_pressed_again(
    bench: Bench, over: bool, asked: int
) -> None:
    call = bench.answered()
    bench.ended(call, Result.ANSWERED)
    bench.tell(
        told.Finished(7, None, None), told.Disposed("not_interested"),
        told.Recorded(7, BOOK.dispositions.by_key["7"], next_plan()), told.NothingDue(None, "nothing is due"),
        told.Pressed("undo"), told.Refused(out.Undo(7), "The disk is full.", over=over), told.Pressed("undo"),
    )  # fmt: skip
    assert len(bench.of(out.Undo)) == asked


def test_an_undo_that_could_not_be_written_leaves_no_empty_card(bench: Bench) -> None:
    bench.ended(bench.answered(), Result.ANSWERED)
    bench.tell(
        told.Finished(7, None, None), told.Disposed("not_interested"),
        told.Recorded(7, BOOK.dispositions.by_key["7"], next_plan()),
        told.Claimed(claim(2), card(claim(2))), told.Pressed("undo"),
    )  # fmt: skip
    assert out.ClaimNext() in bench.tell(told.Refused(out.Undo(7), "The disk is full."))
    assert bench.desk.state is ShiftState.READY


def test_undo_brings_the_call_back_for_another_key(bench: Bench) -> None:
    call = bench.answered()
    bench.ended(call, Result.ANSWERED)
    bench.tell(
        told.Finished(7, None, None), told.Disposed("not_interested"),
        told.Recorded(7, BOOK.dispositions.by_key["7"], next_plan()),
    )  # fmt: skip
    second = claim(2)
    bench.tell(told.Claimed(second, card(second)), told.Pressed("undo"))
    assert [one.claim for one in bench.of(out.Release)] == [second]
    assert bench.of(out.Undo) == [out.Undo(7)]
    first = claim()
    bench.tell(
        told.Undone(ended_attempt(first, Result.ANSWERED), first, card(first)), told.Disposed("interested")
    )
    assert bench.of(out.Dispose)[-1].choice.disposition.code == "interested"


def test_a_refused_disposition_can_be_pressed_again(bench: Bench) -> None:
    call = bench.answered()
    bench.ended(call, Result.ANSWERED)
    bench.tell(told.Finished(7, None, None), told.Disposed("interested"))
    bench.tell(told.Refused(bench.of(out.Dispose)[0], "The disk is full."))
    assert bench.desk.alarm
    bench.tell(told.Disposed("interested"))
    assert len(bench.of(out.Dispose)) == 2


def test_a_dial_that_could_not_be_written_leaves_the_lead_on_the_card(bench: Bench) -> None:
    held = bench.preview()
    begin = out.Begin(held, "")
    bench.tell(told.Pressed("dial"), told.Refused(begin, "The database is locked."))
    assert bench.desk.state is S.PREVIEW
    bench.tell(told.Pressed("dial"))
    assert len(bench.of(out.Begin)) == 2


def test_events_of_another_call_change_nothing(bench: Bench) -> None:
    bench.dialed()
    bench.ended("someone-elses", Result.BUSY)
    assert bench.desk.state is S.DIALING
    assert bench.of(out.Finish) == []


_KEYS = st.one_of(
    st.sampled_from(["dial", "hang_up", "mute", "undo"]).map(told.Pressed),
    st.sampled_from("1234567890x").map(told.Disposed),
    st.just(told.Disposed("callback", NOW + 60_000)),
    st.just(told.Paused("break")),
    st.just(told.Resumed()),
    st.just(told.Skipped("other", "Other")),
    st.just(told.Keypad("5")),
    st.just(told.Noted("note")),
    st.just(told.LookAgain()),
)


class World:
    """A faithful store and phone: answers every effect, in order, when the test lets it."""

    def __init__(self, bench: Bench, results: list[Result]) -> None:
        self.bench, self.results = bench, results
        self.pending: list[out.Effect] = []
        self.next_id = 0
        self.open: set[int] = set()
        self.closed: dict[int, Result] = {}
        self.disposed: set[int] = set()
        self.live: dict[str, bool] = {}

    def feed(self, given_: told.Input) -> None:
        self.pending += self.bench.tell(given_)

    def step(self) -> None:
        if not self.pending:
            return
        match self.pending.pop(0):
            case out.ClaimNext():
                self.next_id += 1
                held = claim(self.next_id)
                self.feed(told.Claimed(held, card(held)))
            case out.Begin(held):
                self.next_id += 1
                self.open.add(self.next_id)
                self.feed(told.Begun(attempt(held, number=self.next_id)))
            case out.Place(call):
                assert not any(self.live.values()), "two calls at once"
                self.live[call] = True
                self.feed(told.PhoneSaid(phone.Invited(at=NOW, mono=0, call=call)))
                if self.results and self.results[0] is Result.ANSWERED:
                    self.feed(told.PhoneSaid(phone.Answered(at=NOW, mono=0, call=call)))
                else:
                    self.end(call)
            case out.HangUp(call):
                self.end(call)
            case out.Finish(number, ended, automatic):
                assert number in self.open, "finished twice, or never begun"
                self.open.discard(number)
                self.closed[number] = Result(ended.result)
                disposition = BOOK.dispositions.automatic(Result(ended.result)) if automatic else None
                waits = ended.result == Result.ANSWERED or not automatic
                if not waits:
                    self.disposed.add(number)
                self.feed(told.Finished(number, disposition, None if waits else next_plan(), not waits))
            case out.Dispose(number, choice):
                assert number in self.closed, "disposed before its result was on disk"
                assert number not in self.disposed, "disposed twice"
                self.disposed.add(number)
                self.feed(told.Recorded(number, choice.disposition, next_plan()))
            case out.Undo(number):
                self.disposed.discard(number)
                held = claim(number)
                self.feed(told.Undone(ended_attempt(held, self.closed[number], number), held, card(held)))
            case _:
                pass

    def end(self, call: str) -> None:
        if self.live.get(call):
            self.live[call] = False
            result = self.results.pop(0) if self.results else Result.NO_ANSWER
            event = phone.Ended(at=NOW, mono=self.bench.clock.monotonic(), call=call, result=result)
            self.feed(told.PhoneSaid(event))


@settings(max_examples=300, deadline=None)
@given(
    keys=st.lists(st.one_of(_KEYS, st.none()), max_size=60),
    results=st.lists(st.sampled_from(list(Result)), max_size=12),
)
def test_whatever_is_typed_no_attempt_is_lost_doubled_or_left_open(
    keys: list[told.Input | None], results: list[Result]
) -> None:
    """None lets the world answer one effect; everything else is typed at once."""
    bench = Bench()
    world = World(bench, results)
    world.pending += bench.effects
    for key in keys:
        if key is None:
            bench.clock.advance(700)
            world.step()
        else:
            world.feed(key)
    while world.pending or any(world.live.values()):
        if not world.pending:
            for call in list(world.live):
                world.end(call)
        world.step()
    assert not world.open, "an attempt was begun and never finished"
    waiting = set(world.closed) - world.disposed
    assert len(waiting) <= 1
    if waiting:
        assert bench.desk.state is S.WRAP_UP
    assert bench.desk.state not in IN_CALL


def test_who_hung_up_is_said_to_the_rep_herself_and_stored_as_ever(bench: Bench) -> None:
    call, why = bench.answered(), "The rep hung up."
    event = phone.Ended(at=NOW, mono=0, call=call, result=Result.ANSWERED, reason=why, ended_by="rep")
    (finish,) = [one for one in bench.heard(event) if isinstance(one, out.Finish)]
    assert finish.ended.reason == why
    assert bench.desk.call is not None
    assert bench.desk.call.result_text == "You hung up."
