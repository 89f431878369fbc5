"""Which key does what, state by state, without a screen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.fake_desk import NOW, SHIPPED, FakeDesk
from support.sitting import Sitting, key

from cadence.model import ShiftState as S
from config.clock import HOUR
from floor.actions import ACTIONS, BY_KEY
from floor.view import CallView, DeskView
from tui.astray import ASTRAY_MS
from tui.router import HELD_MS, route
from tui.session import FLOOD_KEYS
from tui.ui import Mode, Ui

IN_CALL = (S.DIALING, S.RINGING, S.TALKING)


# ------------------------------------------------------------- the space


def test_space_dials_the_lead_in_preview(sitting: Sitting) -> None:
    sitting.type(" ")
    assert sitting.desk.view.state is S.DIALING


def test_a_doubled_space_dials_once(sitting: Sitting) -> None:
    sitting.type(" ", " ")
    assert sitting.desk.asked == [("press", "dial")]


@pytest.mark.parametrize("first_repeat_ms", [250, 500, 660])
def test_a_held_space_never_dials_the_lead_that_comes_next(sitting: Sitting, first_repeat_ms: int) -> None:
    sitting.type(" ")
    sitting.desk.next_lead()  # the first number was invalid: the next lead is here at once
    sitting.wait(first_repeat_ms).type(" ")
    for _ in range(100):
        sitting.wait(30).type(" ")
    assert sitting.desk.asked == [("press", "dial")]
    assert "let go" in sitting.ui.message
    sitting.wait(HELD_MS).type(" ")
    assert sitting.desk.asked == [("press", "dial")] * 2


@pytest.mark.parametrize("state", [state for state in S if state is not S.PREVIEW])
def test_space_outside_preview_says_why_it_does_nothing(state: S) -> None:
    view = replace(FakeDesk().view, state=state)
    ui, intents = route(Ui(), view, key(" "))
    assert intents == ()
    assert ui.message.endswith(".")


def test_calls_typed_in_one_packet_are_all_recorded_in_order(sitting: Sitting) -> None:
    sitting.type(*(" 1" * 5))
    assert [lead for lead, *_ in sitting.desk.recorded] == [1, 2, 3, 4, 5]


# ------------------------------------------------------------ the digits


@pytest.mark.parametrize("digit", "1234")
@pytest.mark.parametrize("moments", [1, 2, 3, 4])
def test_a_digit_records_at_once_in_every_state_of_a_call(sitting: Sitting, digit: str, moments: int) -> None:
    for step in (lambda: sitting.type(" "), sitting.desk.ring, sitting.desk.answer, sitting.desk.end)[
        :moments
    ]:
        step()
    sitting.type(digit)
    assert sitting.desk.asked[-1] == ("dispose", SHIPPED.by_key[digit].code, None)
    assert sitting.desk.view.card
    assert sitting.desk.view.card.lead.id == 2


def test_a_doubled_digit_records_one_call(sitting: Sitting) -> None:
    sitting.talk().type("1", "1")
    assert len(sitting.desk.recorded) == 1
    assert "No call to record" in sitting.ui.message


@pytest.mark.parametrize("digit", "567890")
def test_a_persons_answer_cannot_be_recorded_before_anybody_answered(sitting: Sitting, digit: str) -> None:
    sitting.type(" ", digit, digit)
    assert sitting.desk.recorded == []
    assert "nobody has answered" in sitting.ui.message


def test_do_not_call_wants_its_key_twice(sitting: Sitting) -> None:
    sitting.talk().type("9")
    assert sitting.desk.recorded == []
    assert sitting.ui.message == "Press 9 again: do not call, Ana Moreno."
    sitting.type("9")
    assert sitting.desk.recorded == [(1, "do_not_call", None)]


@pytest.mark.parametrize("between", ["h", "m", "?", "n"])
def test_any_other_key_takes_the_first_press_of_do_not_call_back(sitting: Sitting, between: str) -> None:
    sitting.talk().type("9", between)
    assert sitting.ui.armed is None
    assert sitting.desk.recorded == []


def test_the_second_press_of_do_not_call_never_falls_on_another_lead(sitting: Sitting) -> None:
    sitting.talk().type("9")
    sitting.desk.next_lead()
    sitting.talk().type("9")
    assert sitting.desk.recorded == []


def test_digits_are_tones_only_while_the_keypad_is_on(sitting: Sitting) -> None:
    sitting.talk().type("#", "4", "*", "p", "#", "1")
    tones = [digit for name, digit, *_ in sitting.desk.asked if name == "keypad"]
    assert tones == ["4", "*", "#"]
    assert sitting.desk.recorded == [(1, "no_answer", None)]


def test_the_keypad_goes_off_with_the_call(sitting: Sitting) -> None:
    sitting.talk().type("#")
    sitting.desk.end()
    assert not sitting.ui.keypad
    sitting.wait(ASTRAY_MS).type("7")
    assert sitting.desk.recorded == [(1, "not_interested", None)]


# ---------------------------------------------------------- the callback


def test_a_callback_is_two_keys(sitting: Sitting) -> None:
    sitting.talk().type("6", "2")
    assert sitting.desk.recorded == [(1, "callback", NOW + 2 * HOUR)]
    assert sitting.ui.mode is Mode.MAIN


def test_a_callback_at_a_typed_time(sitting: Sitting) -> None:
    sitting.talk().type("6", "t", *"tomorrow 14:30", "enter")
    assert sitting.desk.recorded == [(1, "callback", NOW + 32 * HOUR)]


def test_a_time_nobody_understands_stays_on_the_line_with_the_reason(sitting: Sitting) -> None:
    sitting.talk().type("6", "t", *"someday", "enter")
    assert sitting.ui.line.text == "someday"
    assert "is not a time" in sitting.ui.message
    assert sitting.desk.recorded == []


def test_an_open_picker_closes_when_another_lead_arrives(sitting: Sitting) -> None:
    sitting.talk().type("6")
    sitting.desk.next_lead()
    sitting.type("2")
    assert sitting.desk.recorded == []
    assert sitting.ui.mode is Mode.MAIN


# ------------------------------------------------------------- the lines


def test_a_note_takes_every_printable_key_as_text(sitting: Sitting) -> None:
    text = "hello? 100% #1 q9 9/7 skip, Ümläut 你好"
    sitting.talk().type("n", *text, "enter")
    assert sitting.desk.notes == [(1, text)]
    assert sitting.desk.recorded == []


def test_a_note_is_kept_on_the_lead_it_was_begun_for(sitting: Sitting) -> None:
    sitting.type(" ", "n", *"gate: Rosa")
    sitting.desk.next_lead()  # busy: recorded by itself while the rep was typing
    sitting.type(*", try 10", "enter")
    assert sitting.desk.notes == [(1, "gate: Rosa, try 10")]


def test_a_note_that_was_dropped_comes_back_for_its_lead_and_no_other(sitting: Sitting) -> None:
    sitting.type("n", *"asked for rates", "escape")
    assert sitting.desk.notes == []
    assert sitting.ui.message == "The note was not kept: n brings it back."
    sitting.type("n", "!", "enter")
    assert sitting.desk.notes == [(1, "asked for rates!")]
    sitting.type("n", *"more", "escape")
    sitting.desk.next_lead()
    assert sitting.type("n").ui.line.text == ""


def test_a_line_can_be_edited(sitting: Sitting) -> None:
    sitting.type("n", *"abd", "left", "c", "end", "e", "backspace", "home", "X", "delete", "enter")
    assert sitting.desk.notes == [(1, "Xbcd")]


def test_words_and_the_whole_line_can_be_taken_back(sitting: Sitting) -> None:
    sitting.type("n", *"one two", "ctrl+w")
    assert sitting.ui.line.text == "one "
    sitting.type("ctrl+u")
    assert sitting.ui.line.text == ""
    sitting.type("enter")
    assert sitting.desk.notes == []


def test_a_paste_is_one_line_in_a_note_and_never_keys(sitting: Sitting) -> None:
    sitting.session.paste(" 1 q\x1b[31m")
    assert sitting.desk.asked == []
    assert "paste" in sitting.ui.message.lower()
    sitting.type("n")
    sitting.session.paste("two\nlines\x1b[31m")
    sitting.type("enter")
    assert sitting.desk.notes == [(1, "two lines·[31m")]


def test_a_paste_without_brackets_is_dropped_whole(sitting: Sitting) -> None:
    pasted = "sold q q 1 and more"
    for index, char in enumerate(pasted):
        made = key(char)
        sitting.session.key(made.name, made.char, waiting=len(pasted) - index - 1)
    assert sitting.desk.asked == []
    assert sitting.ui.mode is Mode.MAIN
    assert "paste" in sitting.ui.message
    sitting.wait(150).type(" ")
    assert sitting.desk.asked == [("press", "dial")]


def test_type_ahead_below_the_limit_is_not_a_paste(sitting: Sitting) -> None:
    for waiting in range(FLOOD_KEYS - 1, -1, -2):
        sitting.session.key("space", " ", waiting=waiting)
        sitting.session.key("1", "1", waiting=waiting - 1)
    assert len(sitting.desk.recorded) == FLOOD_KEYS // 2


# ----------------------------------------------------------- other keys


def test_the_key_that_opens_also_closes_and_so_does_enter(sitting: Sitting) -> None:
    for opener, mode in (("s", Mode.SKIP), ("p", Mode.PAUSE), ("?", Mode.HELP), ("t", Mode.TIMELINE)):
        for closer in (opener, "enter", "escape"):
            assert sitting.type(opener).ui.mode is mode
            assert sitting.type(closer).ui.mode is Mode.MAIN
    assert [name for name, *_ in sitting.desk.asked] == []


def test_help_and_timeline_do_not_stand_in_the_way_of_a_disposition(sitting: Sitting) -> None:
    sitting.talk().type("t", "7")
    assert sitting.desk.recorded == [(1, "not_interested", None)]
    assert sitting.ui.mode is Mode.MAIN


def test_skip_and_pause_want_a_reason(sitting: Sitting) -> None:
    sitting.type("s", "2", "p", "1")
    assert sitting.desk.asked == [("skip", "other"), ("pause", "break")]
    sitting.type("p")
    assert sitting.desk.asked[-1] == ("resume",)


def test_a_pause_in_a_call_comes_after_it_and_can_be_taken_back(sitting: Sitting) -> None:
    sitting.talk().type("p", "1")
    assert sitting.desk.view.state is S.TALKING
    sitting.type("p")
    assert not sitting.desk.view.after_call_pause
    sitting.type("p", "1", "1")
    assert sitting.desk.view.state is S.NOT_READY


@pytest.mark.parametrize("quit_key", ["q", "ctrl+q"])
def test_leaving_is_asked_twice_and_refused_in_a_call(sitting: Sitting, quit_key: str) -> None:
    sitting.type(quit_key)
    assert sitting.errands.asked == []
    sitting.type(quit_key)
    assert sitting.errands.asked == [("leave", None)]
    sitting.talk().type(quit_key, quit_key)
    assert sitting.errands.asked == [("leave", None)]
    assert "Finish the call" in sitting.ui.message


def test_the_queue_is_shown_from_its_top_when_another_lead_arrives(sitting: Sitting) -> None:
    sitting.type("j", "j", "j")
    sitting.desk.set(message="news")
    assert sitting.ui.queue_top == 3
    sitting.desk.next_lead()
    assert sitting.ui.queue_top == 0


def test_caps_lock_changes_nothing(sitting: Sitting) -> None:
    sitting.type("S", "2")
    assert sitting.desk.asked == [("skip", "other")]


def test_a_shift_key_by_itself_is_no_key(sitting: Sitting) -> None:
    sitting.talk().type("9")
    sitting.session.key("left_shift")
    sitting.type("9")
    assert len(sitting.desk.recorded) == 1


def test_undo_with_nothing_to_undo_says_so(sitting: Sitting) -> None:
    sitting.type("u")
    assert sitting.ui.message == "Nothing to take back."


def test_the_desks_news_replaces_an_older_word_of_the_screen(sitting: Sitting) -> None:
    sitting.type("1")
    assert sitting.ui.message
    sitting.desk.set(message="The phone is registered again.")
    assert sitting.ui.message == ""


def test_a_search_asks_for_what_was_typed_last_and_drops_late_answers(sitting: Sitting) -> None:
    sitting.type("/", "a", "n")
    assert sitting.errands.asked == [("search", "a"), ("search", "an")]
    lead = sitting.desk.view.card.lead if sitting.desk.view.card else None
    assert lead
    sitting.session.found("a", [lead])
    assert sitting.ui.found == ()
    sitting.session.found("an", [lead])
    assert sitting.ui.found == (lead,)


def views() -> dict[str, DeskView]:
    return {state.value: replace(FakeDesk().view, state=state) for state in S}


@pytest.mark.parametrize("state", list(S))
@pytest.mark.parametrize(
    "pressed", [*(action.key for action in ACTIONS), *"1234567890", "x", "~", "tab", "f5"]
)
def test_every_key_in_every_state_does_something_or_says_why(state: S, pressed: str) -> None:
    view = views()[state.value]
    before = Ui(queue_top=3)
    made = key(" " if pressed == "space" else pressed)
    ui, intents = route(before, view, made)
    assert intents or ui.message or ui != before


FORBIDDEN = {
    "ctrl+h",
    "ctrl+i",
    "ctrl+m",
    "ctrl+[",
    "ctrl+z",
    "ctrl+s",
    "ctrl+b",
    "ctrl+a",
    "f1",
    "f10",
    "f11",
    "escape",
}


def test_the_registry_binds_no_key_that_terminals_take_and_none_twice() -> None:
    keys = [each for action in ACTIONS for each in (action.key, *action.also)]
    assert len(keys) == len(set(keys)) == len(BY_KEY)
    assert not FORBIDDEN & set(keys)
    assert not set("1234567890") & set(keys), "digits are dispositions"
    assert all(each == each.lower() for each in keys), "caps lock must not matter"
    assert not any(each.startswith("alt+") for each in keys)


def test_every_action_says_why_it_does_nothing_elsewhere() -> None:
    for action in ACTIONS:
        for state in S:
            reason = action.why_not(state)
            assert (reason == "") == (state in action.states)
            assert reason == "" or reason.endswith((".", "lost.")), reason
        assert len(action.help) <= 58, "a help line fits an 80-column overlay"


def test_an_objection_is_asked_for_twice_and_once_made_is_done(sitting: Sitting) -> None:
    view = replace(sitting.desk.view, state=S.WRAP_UP, call=CallView("+14155550100", recording="kept"))
    ui, intents = route(Ui(), view, key("e"))
    assert (ui.message[:14], intents) == ("Press e again:", ())
    view = replace(view, call=CallView("+14155550100", recording="objected"))
    ui, intents = route(Ui(), view, key("e"))
    assert (ui.message[:13], ui.armed, intents) == ("Done already:", None, ())
