"""What a rep reads of a hold the other side has its own mind about; and keys that used to say nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.bench import NOW, Bench, card, claim
from support.desk_world.world import World

from cadence.recording import Mode, Recordable
from floor import desk_effects as out
from floor import desk_inputs as told
from telephony import protocol as phone

TALKING = ("step_all", "dial", "step_all", "connect", "notice_heard")
ASKING = (*TALKING, "ask a colleague", "step_all", "connect")


def after(*names: str) -> World:
    world = World()
    for name in names:
        world.do(name)
    return world


def test_a_refused_hold_is_one_all_the_same_and_the_rep_reads_it() -> None:
    desk = after(*TALKING, "disobliging", "hold").desk
    assert desk.message == "On hold by our silence alone: their phone refused (488 No)."
    assert desk.call is not None
    assert desk.call.held


def test_who_does_not_come_back_is_on_hold_on_the_screen_until_they_do() -> None:
    world = after(*TALKING, "hold", "disobliging", "hold")
    desk = world.desk
    assert desk.call is not None
    assert desk.message == "Still on hold, asked again in 2 s: their phone refused (488 No)."
    world.do("asks_again")
    assert desk.message == "Still on hold: o asks again, h hangs up. Their phone refused (488 No)."
    assert desk.alarm
    assert desk.call.held
    for name in ("obliging", "hold"):
        world.do(name)
    assert desk.message == "They hear you again."
    assert not desk.call.held


def test_who_comes_back_when_asked_again_by_the_phone_is_said_to_be_back() -> None:
    world = after(*TALKING, "hold", "disobliging", "hold", "obliging", "asks_again")
    assert world.desk.message == "They hear you again."
    world = after(*ASKING, "disobliging", "line", "obliging", "asks_again")
    assert world.desk.message == "They are back."


def test_with_two_lines_one_who_has_not_come_back_can_be_asked_by_the_same_key() -> None:
    world = after(*ASKING, "disobliging", "line")
    desk = world.desk
    assert desk.line is not None
    assert not desk.on_second
    world.do("asks_again")
    world.do("obliging")
    world.do("hold")
    assert out.Hold(desk.line.call, False) in world.bench.effects[-2:]
    world.do("hold")
    assert desk.message == "With two lines, one is on hold already: l changes them."


def test_a_tone_for_somebody_on_hold_is_not_sent_and_says_so() -> None:
    world = after(*TALKING, "hold", "tone")
    assert world.desk.message == "Tone 5 was not sent: they are on hold."
    assert not world.bench.of(out.Tone)
    for name in ("hold", "tone"):
        world.do(name)
    assert len(world.bench.of(out.Tone)) == 1


def test_a_hold_in_the_middle_of_the_notice_says_that_it_plays_anew() -> None:
    world = after(*TALKING[:-1], "hold")
    assert world.desk.message == "On hold in the middle of your notice: it plays anew when they are back."
    for name in ("hold", "notice_heard", "hold"):
        world.do(name)
    assert world.desk.message == "On hold: o takes them back."


def test_a_notice_that_failed_is_still_to_be_said_after_a_pause_of_the_recording() -> None:
    world = after(*TALKING[:-1], "notice_fails", "record", "record")
    assert world.desk.call is not None
    assert (world.desk.call.recording, world.desk.call.tell) == ("on", True)


@pytest.mark.parametrize("key", ["record", "voicemail"])
def test_a_key_that_needs_the_attempt_says_that_it_is_being_written(key: str) -> None:
    bench = Bench()
    bench.heard(phone.Incoming(at=NOW, mono=0, call="in-1", number="+14155550131", sip_call_id="x"))
    bench.tell(told.Pressed("answer"))
    bench.heard(phone.Answered(at=NOW, mono=0, call="in-1"))
    assert bench.tell(told.Pressed(key)) == []
    assert bench.desk.message == "The call is being written: one moment."


def test_the_recording_key_says_why_nothing_is_recorded() -> None:
    bench = Bench()
    held = claim()
    off = Recordable(Mode.OFF, False, "Recording is off: the firm's setting.", "2026-01-01")
    bench.answered()
    for shown, words in (
        (replace(card(held), recording=off), "Recording is off: the firm's setting."),
        (None, "Only calls to leads are recorded."),
    ):
        bench.desk.card = shown
        assert bench.tell(told.Pressed("record")) == []
        assert bench.desk.message == words
