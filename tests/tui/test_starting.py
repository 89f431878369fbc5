"""Keys while the desk clocks in and its phone starts: it is no pause of the rep's."""

from __future__ import annotations

import pytest
from support.sitting import Sitting

from cadence.model import ShiftState as S
from cadence.rulebook import load
from config.clock import HandClock
from floor.actions import STARTING, STILL_STARTING
from floor.desk import Desk
from floor.desk_inputs import Pressed


@pytest.fixture
def opening(sitting: Sitting) -> Sitting:
    sitting.desk.enter(S.NOT_READY, reason=STARTING, card=None)
    return sitting


@pytest.mark.parametrize("key", [" ", "u", "p"])
def test_they_say_that_the_phone_is_starting_and_do_nothing(opening: Sitting, key: str) -> None:
    opening.type(key)
    assert opening.ui.message == STILL_STARTING
    assert opening.desk.asked == []


def test_the_word_of_it_goes_with_the_first_lead(opening: Sitting) -> None:
    opening.type(" ").desk.next_lead()
    assert opening.ui.message == ""


def test_a_pause_of_the_reps_own_is_ended_by_its_key_as_ever(opening: Sitting) -> None:
    opening.desk.enter(S.NOT_READY, reason="lunch")
    opening.type(" ")
    assert opening.ui.message == "You are not ready: p brings you back."
    opening.type("p")
    assert opening.desk.asked == [("resume",)]


def test_a_desk_that_was_not_resumed_yet_is_starting() -> None:
    desk = Desk(load(None).dispositions, HandClock(0))
    assert desk.handle(Pressed("dial")) == []
    assert desk.message == STILL_STARTING
