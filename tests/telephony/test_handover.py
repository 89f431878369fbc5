"""What became of a transfer, from every order in which the other side may tell it. Pure."""

from __future__ import annotations

import pytest

from telephony.handover import ANSWER_MS, CHALLENGE_MS, Handover, Told, refused, settled

WORD_MS = 60_000


def begun() -> Handover:
    return Handover("+14155550177", begun=1_000, word_ms=WORD_MS)


def taken() -> Handover:
    handover = begun()
    assert handover.answered(202, "Accepted", 1_100) is None
    return handover


def test_taken_and_answered_is_done() -> None:
    handover = taken()
    assert handover.reported(100, "Trying", last=False, mono=1_150) is None
    assert handover.reported(180, "Ringing", last=False, mono=1_200) is None
    assert handover.reported(200, "OK", last=True, mono=5_000) == Told(True, 200)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (486, "Busy (486 Busy Here)."),
        (404, "The number does not exist (404 Busy Here)."),
        (603, "The one they were given to declined (603 Busy Here)."),
        (481, "The line to join with had ended (481 Busy Here)."),
        (599, "The carrier had an error (599 Busy Here)."),
    ],
)
def test_a_new_call_that_fails_says_why(code: int, words: str) -> None:
    told = taken().reported(code, "Busy Here", last=True, mono=2_000)
    assert told == Told(False, code, words)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (603, "The other side declined the transfer (603 Decline)."),
        (405, "The other side knows no transfers (405 Decline)."),
        (599, "The carrier had an error at the transfer (599 Decline)."),
        (302, "The transfer was refused (302 Decline)."),
    ],
)
def test_a_request_that_is_refused_says_why(code: int, words: str) -> None:
    assert begun().answered(code, "Decline", 1_100) == Told(False, code, words)


def test_a_strangers_words_are_cleaned_and_cut() -> None:
    told = refused(603, "\x1b[2Jgone" + "x" * 500)
    assert "\x1b" not in told.reason
    assert len(told.reason) < 160


def test_every_code_has_a_sentence_in_both_places() -> None:
    for code in range(300, 700):
        for told in (refused(code, ""), settled(code, "")):
            assert not told.done
            assert told.reason.endswith(f" ({code}).")


def test_who_leaves_after_taking_it_has_left_for_the_new_call() -> None:
    assert taken().parted(theirs=True, ours=False) == Told(True)


def test_who_leaves_before_taking_it_has_only_hung_up() -> None:
    told = begun().parted(theirs=True, ours=False)
    assert told is not None
    assert not told.done


@pytest.mark.parametrize("ours", [True, False])
def test_an_end_that_is_not_theirs_is_no_transfer(ours: bool) -> None:
    told = taken().parted(theirs=False, ours=ours)
    assert told is not None
    assert not told.done
    assert told.reason.startswith("The rep" if ours else "The connection")


def test_no_answer_is_waited_for_so_long_and_no_longer() -> None:
    handover = begun()
    assert handover.overdue(1_000 + ANSWER_MS - 1) is None
    told = handover.overdue(1_000 + ANSWER_MS)
    assert told == Told(False, 0, "The other side did not answer the transfer.")


def test_each_word_begins_the_wait_for_the_next_one() -> None:
    handover = taken()
    handover.reported(180, "Ringing", last=False, mono=50_000)
    assert handover.overdue(50_000 + WORD_MS - 1) is None
    told = handover.overdue(50_000 + WORD_MS)
    assert told is not None
    assert (told.done, told.code) == (False, 0)


def test_a_challenge_is_answered_by_the_stack_or_is_a_refusal() -> None:
    handover = begun()
    assert handover.answered(407, "Proxy Authentication Required", 1_100) is None
    assert handover.overdue(1_100 + CHALLENGE_MS - 1) is None
    assert handover.answered(202, "Accepted", 1_200) is None
    assert handover.overdue(1_100 + CHALLENGE_MS) is None
    other = begun()
    other.answered(401, "Unauthorized", 1_100)
    told = other.overdue(1_100 + CHALLENGE_MS)
    assert told is not None
    assert told.code == 401


def test_reports_that_stop_before_an_end_are_told() -> None:
    told = taken().reported(100, "Trying", last=True, mono=2_000)
    assert told is not None
    assert (told.done, told.reason) == (
        False,
        "The other side stopped reporting before the transfer was settled.",
    )


def test_one_request_is_told_of_once_whatever_comes_later() -> None:
    handover = taken()
    assert handover.reported(486, "Busy Here", last=True, mono=2_000) is not None
    assert handover.reported(200, "OK", last=True, mono=2_001) is None
    assert handover.answered(603, "Decline", 2_002) is None
    assert handover.parted(theirs=True, ours=False) is None
    assert handover.overdue(10**9) is None
