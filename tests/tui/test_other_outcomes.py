"""Outcomes without a digit: `w` lists them, and they follow the rules of the digits."""

from __future__ import annotations

import pytest
from support.fake_desk import NOW, SHIPPED
from support.scenes import MORE
from support.sitting import Sitting

from cadence.dispositions import Disposition, Outcome
from cadence.model import ShiftState as S
from config.clock import HOUR
from tui.ui import Mode

AGREED = Disposition("later", "Call me later", Outcome.CALLBACK, human=True)


@pytest.fixture
def several(sitting: Sitting) -> Sitting:
    """The shipped list, three more, and one that wants a time."""
    sitting.desk.set(dispositions=(*SHIPPED.offered, *MORE, AGREED))
    return sitting


def disposed(sitting: Sitting) -> list[tuple[object, ...]]:
    return [asked[1:] for asked in sitting.desk.asked if asked[0] == "dispose"]


@pytest.mark.parametrize("ended", [False, True])
def test_two_keys_record_an_outcome_that_has_no_digit(sitting: Sitting, ended: bool) -> None:
    sitting.talk()
    if ended:
        sitting.desk.end()
    sitting.type("w", "1")
    assert disposed(sitting) == [("language_barrier", None)]
    assert sitting.ui.mode is Mode.MAIN


@pytest.mark.parametrize("state", [S.READY, S.PREVIEW, S.NOT_READY])
def test_without_a_call_there_is_nothing_to_record(sitting: Sitting, state: S) -> None:
    sitting.desk.enter(state)
    sitting.type("w")
    assert sitting.ui.mode is Mode.MAIN
    assert sitting.ui.message == "No call to record: space dials."


def test_what_needs_a_conversation_waits_for_one_and_the_list_stays_open(several: Sitting) -> None:
    several.type(" ", "w", "1")
    assert several.ui.mode is Mode.OTHER
    assert several.ui.message == "Language barrier needs a conversation: nobody has answered."
    several.type("2")
    assert disposed(several) == [("fax", None)]


def test_what_is_asked_twice_is_asked_twice_in_the_list_too(several: Sitting) -> None:
    several.talk().type("w", "4")
    assert several.ui.message == "Press 4 again: threatened us, Ana Moreno."
    assert disposed(several) == []
    several.type("4")
    assert disposed(several) == [("threat", None)]


@pytest.mark.parametrize("between", [("z",), ("w", "w"), ("enter", "w"), ("1",)])
def test_any_other_key_takes_the_question_back(several: Sitting, between: tuple[str, ...]) -> None:
    several.type(" ", "w", "4", *between, "4")
    assert disposed(several) == []


def test_a_callback_without_a_digit_asks_for_its_time(several: Sitting) -> None:
    several.talk().type("w", "5")
    assert several.ui.mode is Mode.CALLBACK
    several.type("w")
    assert several.ui.mode is Mode.MAIN
    several.type("w", "5", "2")
    several.talk().type("w", "5", "t", *"tomorrow 14:30", "enter")
    assert disposed(several) == [("later", NOW + 2 * HOUR), ("later", NOW + 32 * HOUR)]


def test_a_call_recorded_meanwhile_closes_the_list(sitting: Sitting) -> None:
    sitting.type(" ", "w")
    sitting.desk.next_lead()
    assert sitting.ui.mode is Mode.MAIN
    assert "Another lead is on the card" in sitting.ui.message


def test_where_every_outcome_has_a_digit_the_key_says_so(sitting: Sitting) -> None:
    sitting.desk.set(dispositions=tuple(SHIPPED.by_key.values()))
    sitting.talk().type("w")
    assert sitting.ui.mode is Mode.MAIN
    assert sitting.ui.message == "Every outcome has its digit: 1 to 9 and 0."
