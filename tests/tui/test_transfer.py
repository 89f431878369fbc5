"""Giving a call away: to whom, after a word or at once; two lines side by side."""

from __future__ import annotations

import pytest
from support.frames import frame
from support.sitting import Sitting

from cadence.model import ShiftState as S
from tui.ui import Mode


def given(sitting: Sitting) -> list[tuple[object, ...]]:
    return [asked for asked in sitting.desk.asked if asked[0] == "transfer"]


def test_two_keys_ask_a_colleague_first(sitting: Sitting) -> None:
    sitting.talk().type("x", "1")
    assert given(sitting) == [("transfer", "204", False)]
    assert sitting.ui.mode is Mode.MAIN


def test_an_exclamation_mark_gives_the_call_at_once_and_again_after_a_word(sitting: Sitting) -> None:
    sitting.talk().type("x", "!", "2")
    assert given(sitting) == [("transfer", "+14155550122", True)]


def test_the_mark_is_taken_back_by_pressing_it_again_and_is_never_kept(sitting: Sitting) -> None:
    sitting.talk().type("x", "!", "!", "1")
    assert given(sitting) == [("transfer", "204", False)]
    sitting.desk.set(second=None, on_second=False)
    sitting.type("x", "!", "escape", "x", "1")
    assert given(sitting)[-1] == ("transfer", "204", False)


@pytest.mark.parametrize("blind", [False, True])
def test_a_number_is_typed_where_it_is_no_colleagues(sitting: Sitting, blind: bool) -> None:
    sitting.talk().type("x", "d", *"+1 415", *("!" if blind else ""), *" 555 0144", "enter")
    assert given(sitting) == [("transfer", "+1 415 555 0144", blind)]


def test_without_colleagues_the_number_is_typed_at_once(sitting: Sitting) -> None:
    sitting.desk.team = ()
    sitting.talk().type("x", *"204", "enter")
    assert given(sitting) == [("transfer", "204", False)]


def test_escape_goes_back_to_the_colleagues_and_then_to_the_call(sitting: Sitting) -> None:
    sitting.talk().type("x", "d", "5", "escape")
    assert sitting.ui.mode is Mode.TRANSFER
    assert sitting.ui.choices
    sitting.type("escape")
    assert sitting.ui.mode is Mode.MAIN
    assert given(sitting) == []


def test_x_again_joins_the_two_and_l_changes_lines(sitting: Sitting) -> None:
    sitting.talk().type("x", "1")
    sitting.type("x")
    assert "not answered yet" in sitting.desk.view.message
    sitting.desk.second_answers()
    sitting.type("l", "x")
    assert sitting.desk.asked[-2:] == [("press", "line"), ("press", "transfer")]
    assert not sitting.desk.view.on_second
    assert sitting.desk.view.call
    assert sitting.desk.view.call.passing_to == "Support (204)"


def test_l_without_a_second_line_says_how_to_get_one(sitting: Sitting) -> None:
    sitting.talk().type("l")
    assert "one line only" in sitting.ui.message


def test_a_call_that_is_being_given_away_is_not_given_twice(sitting: Sitting) -> None:
    sitting.talk().type("x", "!", "1", "x")
    assert sitting.ui.mode is Mode.MAIN
    assert "already" in sitting.ui.message


@pytest.mark.parametrize("state", [state for state in S if state not in (S.TALKING, S.WRAP_UP)])
def test_only_a_conversation_can_be_given_away(sitting: Sitting, state: S) -> None:
    sitting.desk.enter(state)
    sitting.type("x")
    assert sitting.ui.mode is Mode.MAIN
    assert sitting.ui.message == "Only a conversation can be given to somebody else."


@pytest.mark.parametrize("opened", [("x",), ("x", "d", "2")])
def test_a_call_that_ends_closes_what_was_to_give_it_away(sitting: Sitting, opened: tuple[str, ...]) -> None:
    sitting.talk().type(*opened)
    sitting.desk.end()
    sitting.type("1")
    assert given(sitting) == []
    assert sitting.ui.mode is Mode.MAIN


@pytest.mark.parametrize(
    ("scene", "first", "second"),
    [
        ("second_rings", "  ON HOLD  Ana Moreno", "> ringing  Kim Park"),
        ("second_talks", "  ON HOLD  Ana Moreno", "> talking  Kim Park"),
        ("second_waits", "> talking  Ana Moreno", "  ON HOLD  Kim Park"),
        ("lead_gone", "  ended    Ana Moreno", "> talking  Kim Park"),
    ],
)
async def test_both_lines_stand_in_one_order_and_say_which_is_talked_on(
    scene: str, first: str, second: str
) -> None:
    rows = (await frame(scene)).splitlines()
    assert rows[13].startswith(first)
    assert rows[14].startswith(second)


async def test_each_line_has_its_own_time() -> None:
    rows = (await frame("second_talks")).splitlines()
    assert "talk 03:28" in rows[13]
    assert "talk 00:12" in rows[14]


async def test_who_has_gone_is_no_longer_timed_as_talking() -> None:
    rows = (await frame("lead_gone")).splitlines()
    assert "talk 03:28" in rows[13], "as long as they talked"
    assert rows[0].startswith(" (*) TALKING  00:21"), "with the colleague"
