"""Keys for a call that has ended under the rep's fingers never say how it ended."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.sitting import Sitting

from cadence.model import ShiftState as S
from tui.astray import ASTRAY_MS
from tui.ui import Mode

FOR_A_CALL = (
    ("x", "1"),
    ("x", "!", "2"),
    ("x", "!", "!", "2"),
    ("x", "d", *"204", "enter"),
    ("x", "d", *"+1 415 555 0144", "!", "enter"),
    ("#", *"1234567890*1"),
)
CUTS = [(keys, cut) for keys in FOR_A_CALL for cut in range(len(keys))]
SO_SOON = ASTRAY_MS - 1


@pytest.mark.parametrize(("keys", "cut"), CUTS, ids=lambda each: "".join(each) if each is tuple else None)
@pytest.mark.parametrize("pause", [0, 150, SO_SOON])
def test_keys_for_the_call_record_nothing_wherever_they_hang_up(
    sitting: Sitting, keys: tuple[str, ...], cut: int, pause: int
) -> None:
    sitting.talk()
    for index, each in enumerate(keys):
        if index == cut:
            sitting.desk.end()
        sitting.wait(pause).type(each)
    assert sitting.desk.recorded == []
    assert not any(asked[0] == "dispose" for asked in sitting.desk.asked)
    assert not any(asked[0] == "transfer" for asked in sitting.desk.asked)


@settings(deadline=None)
@given(st.sampled_from(CUTS), st.lists(st.integers(0, SO_SOON), min_size=20, max_size=20))
def test_no_pace_of_the_keys_makes_one_a_disposition(
    case: tuple[tuple[str, ...], int], pauses: list[int]
) -> None:
    keys, cut = case
    sitting = Sitting().talk()
    for index, (each, pause) in enumerate(zip(keys, pauses, strict=False)):
        if index == cut:
            sitting.desk.end()
        sitting.wait(pause).type(each)
    assert sitting.desk.recorded == []


def test_the_rep_is_told_and_the_sentence_stays(sitting: Sitting) -> None:
    sitting.talk().desk.end()
    for each in ("x", "!", "2"):
        sitting.type(each)
        assert sitting.ui.message == "The call is over: it was given to nobody. Now say how it ended."
    assert sitting.ui.mode is Mode.MAIN


def test_news_of_the_desk_between_the_keys_does_not_hide_the_sentence(sitting: Sitting) -> None:
    sitting.talk().type("x")
    sitting.desk.end()
    sitting.desk.set(message="Mail 1 to Bo Jones was sent.")
    sitting.type("2")
    assert "given to nobody" in sitting.ui.message


def test_a_digit_after_a_moment_says_how_it_ended(sitting: Sitting) -> None:
    sitting.talk().desk.end()
    sitting.type("x", "!", "2").wait(ASTRAY_MS).type("2")
    assert sitting.desk.recorded == [(1, "voicemail", None)]


def test_escape_ends_what_was_begun(sitting: Sitting) -> None:
    sitting.talk().desk.end()
    sitting.type("x", "escape", "2")
    assert sitting.desk.recorded == [(1, "voicemail", None)]


def test_a_digit_that_follows_no_key_of_the_call_is_taken_at_once(sitting: Sitting) -> None:
    sitting.talk().desk.end()
    sitting.type("1")
    assert sitting.desk.recorded == [(1, "no_answer", None)]


def test_hanging_up_with_the_keypad_on_makes_the_next_digit_a_disposition(sitting: Sitting) -> None:
    sitting.talk().type("#", "4", "h", "1")
    assert sitting.desk.recorded == [(1, "no_answer", None)]


def test_of_two_lines_hanging_up_one_leaves_the_keypad_on(sitting: Sitting) -> None:
    sitting.talk().type("x", "1")
    sitting.desk.second_answers()
    sitting.type("#", "h", "4")
    assert sitting.desk.asked[-1] == ("keypad", "4")


def test_another_calls_wrap_up_that_comes_back_takes_no_digit_meant_for_the_call_for_help(
    sitting: Sitting,
) -> None:
    sitting.talk().desk.end()
    before = sitting.desk.view
    sitting.desk.enter(S.TALKING, card=None)
    sitting.type("x")
    sitting.desk.enter(S.WRAP_UP, card=before.card, call=before.call)
    sitting.type("2")
    assert sitting.desk.recorded == []


def test_where_nothing_waits_to_be_recorded_nobody_is_asked_to(sitting: Sitting) -> None:
    sitting.talk().type("x")
    sitting.desk.next_lead()
    sitting.type("2", " ")
    assert sitting.ui.message == "The call is over: it was given to nobody."
    assert sitting.desk.view.state is S.PREVIEW, "nor does the space of a typed number dial"
