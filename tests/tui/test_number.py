"""A number dialed by hand: typed, brought back, refused check by check, and never out of a paste."""

from __future__ import annotations

import pytest
from support.sitting import NAMES, Sitting

from cadence.model import ShiftState as S
from tui.ui import Mode

IN_CALL = (S.DIALING, S.RINGING, S.TALKING)


@pytest.mark.parametrize("state", [S.PREVIEW, S.READY, S.NOT_READY])
def test_d_dials_the_number_that_is_typed(sitting: Sitting, state: S) -> None:
    sitting.desk.enter(state)
    sitting.type(*"d+1 415 555 0123", "enter")
    assert sitting.desk.asked[-1] == ("dial_number", "+1 415 555 0123")
    assert sitting.ui.mode is Mode.MAIN


@pytest.mark.parametrize("state", IN_CALL)
def test_no_number_is_typed_while_a_call_is_open(sitting: Sitting, state: S) -> None:
    sitting.desk.enter(state)
    sitting.type("d")
    assert sitting.ui.mode is Mode.MAIN
    assert sitting.ui.message


def test_in_wrap_up_a_number_is_typed_for_it_may_be_one_for_help(sitting: Sitting) -> None:
    sitting.desk.enter(S.WRAP_UP)
    sitting.type(*"d911", "enter")
    assert sitting.desk.asked == [("dial_number", "911")]


def test_the_up_arrow_brings_the_last_number_and_escape_dials_nothing(sitting: Sitting) -> None:
    sitting.desk.set(last_number="+14155550123")
    sitting.type("d", "up", "backspace", "9", "escape")
    assert sitting.desk.asked == []
    sitting.type("d", "up", "enter")
    assert sitting.desk.asked == [("dial_number", "+14155550123")]


def test_an_empty_line_dials_nothing(sitting: Sitting) -> None:
    sitting.type("d", "enter")
    assert (sitting.desk.asked, sitting.ui.mode) == ([], Mode.MAIN)


def test_a_number_that_is_not_dialed_says_check_by_check_why_and_the_next_key_goes_on(
    sitting: Sitting,
) -> None:
    sitting.type(*"d+14155559990", "enter")
    assert sitting.ui.mode is Mode.REFUSAL
    sitting.type("j")
    assert sitting.ui.cursor == 1
    sitting.type("n")
    assert sitting.ui.mode is Mode.NOTE
    sitting.type("escape")
    assert sitting.ui.mode is Mode.MAIN, "it opens once"


def test_a_call_of_no_lead_has_nobody_to_call_back_and_no_notes(sitting: Sitting) -> None:
    sitting.type(*"d4155550123", "enter")
    sitting.desk.ring()
    sitting.desk.answer()
    for pressed in ("6", "n", "t"):
        sitting.type(pressed)
        assert (sitting.ui.mode, bool(sitting.ui.message)) == (Mode.MAIN, True)


@pytest.mark.parametrize("state", [S.PREVIEW, S.READY, S.NOT_READY])
def test_a_paste_without_brackets_never_dials_what_it_holds(sitting: Sitting, state: S) -> None:
    sitting.desk.enter(state)
    text = "dear sir, call d911\n"
    for place, char in enumerate(text):
        sitting.session.key(
            "enter" if char == "\n" else NAMES.get(char, char), char.strip(), len(text) - place
        )
    assert sitting.desk.asked == []
