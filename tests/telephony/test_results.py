"""Every final code has a result and a sentence, and a stranger's words stay words."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadence.model import Result
from telephony.results import PHRASE_LIMIT, Cut, Final, ending, ending_of_incoming

REFUSALS = {
    Result.NO_ANSWER, Result.BUSY, Result.DECLINED, Result.INVALID, Result.BLOCKED, Result.FAILED
}  # fmt: skip


@pytest.mark.parametrize("rang", [True, False])
def test_every_final_code_has_a_result_and_a_sentence(rang: bool) -> None:
    for code in range(300, 700):
        found = ending(Final(code=code, phrase="Whatever", rang=rang))
        assert found.result in REFUSALS, code
        assert found.sentence.endswith("."), code
        assert str(code) in found.sentence, code


@given(
    st.integers(0, 999),
    st.integers(0, 127),
    st.booleans(),
    st.booleans(),
    st.sampled_from(Cut),
    st.booleans(),
)
def test_an_end_is_always_told(
    code: int, cause: int, rang: bool, answered: bool, cut: Cut, lost: bool
) -> None:
    found = ending(Final(code=code, q850=cause, rang=rang, answered=answered, cut=cut, lost=lost))
    assert found.ended_by in {"rep", "lead", "network", "engine"}
    assert (found.result is Result.ANSWERED) == answered


@pytest.mark.parametrize(
    ("code", "cause", "rang", "result"),
    [
        (486, 0, False, Result.BUSY),
        (600, 0, True, Result.BUSY),
        (480, 0, True, Result.NO_ANSWER),
        (480, 17, False, Result.BUSY),
        (408, 0, True, Result.NO_ANSWER),
        (408, 0, False, Result.FAILED),
        (487, 0, True, Result.NO_ANSWER),
        (487, 0, False, Result.FAILED),
        (404, 0, False, Result.INVALID),
        (404, 1, False, Result.INVALID),
        (404, 3, False, Result.FAILED),  # the trunk's routing, not the number
        (410, 16, False, Result.INVALID),
        (484, 28, False, Result.INVALID),
        (604, 0, False, Result.INVALID),
        (603, 0, True, Result.DECLINED),
        (603, 21, True, Result.DECLINED),
        (607, 21, False, Result.DECLINED),
        (608, 21, False, Result.BLOCKED),
        (403, 0, False, Result.FAILED),
        (403, 21, False, Result.DECLINED),
        (401, 21, False, Result.FAILED),
        (407, 0, False, Result.FAILED),
        (488, 17, False, Result.FAILED),
        (500, 17, False, Result.BUSY),
        (503, 0, False, Result.FAILED),
        (503, 1, False, Result.INVALID),
        (503, 34, False, Result.FAILED),
        (302, 0, False, Result.FAILED),
        (699, 0, False, Result.DECLINED),
    ],
)
def test_code_and_cause_decide_together(code: int, cause: int, rang: bool, result: Result) -> None:
    assert ending(Final(code=code, q850=cause, rang=rang)).result is result


@pytest.mark.parametrize(
    "final",
    [
        Final(code=603, phrase="Network Blocked", q850=21),
        Final(code=603, phrase="Decline", q850=21, reason_text="v=analytics1;url=https://example.com"),
    ],
)
def test_a_603_from_the_networks_analytics_is_no_persons_decline(final: Final) -> None:
    assert ending(final).result is Result.BLOCKED


@given(st.text(max_size=400))
def test_a_strangers_words_are_cleaned_and_cut(phrase: str) -> None:
    sentence = ending(Final(code=486, phrase=phrase, left_to=phrase)).sentence
    assert not any(unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for char in sentence)
    assert len(sentence) < 2 * PHRASE_LIMIT + 60


def test_our_own_cuts_name_who_ended_it() -> None:
    assert ending(Final(cut=Cut.RING_TIMEOUT, rang=True)).result is Result.NO_ANSWER
    assert ending(Final(cut=Cut.REP, rang=True)).ended_by == "rep"
    assert ending(Final(cut=Cut.SILENCE, answered=True)).ended_by == "network"
    assert ending(Final(lost=True, answered=True)).ended_by == "network"
    assert ending(Final(lost=True, phrase="Connection refused")).result is Result.FAILED
    assert ending(Final(answered=True)).ended_by == "lead"


@pytest.mark.parametrize(
    ("final", "taken", "elsewhere", "result", "by"),
    [
        (Final(code=487), False, False, Result.NO_ANSWER, "lead"),
        (Final(code=487), False, True, Result.NO_ANSWER, "lead"),
        (Final(code=486, cut=Cut.PASSED), False, False, Result.NO_ANSWER, "rep"),
        (Final(code=486, cut=Cut.REP), False, False, Result.NO_ANSWER, "rep"),
        (Final(code=480, cut=Cut.RING_TIMEOUT), False, False, Result.NO_ANSWER, "engine"),
        (Final(code=486, cut=Cut.SECOND), False, False, Result.NO_ANSWER, "engine"),
        (Final(code=480, cut=Cut.ENGINE), False, False, Result.INTERRUPTED, "engine"),
        (Final(lost=True), False, False, Result.NO_ANSWER, "network"),
        (Final(cut=Cut.NO_ACK), True, False, Result.FAILED, "network"),
        (Final(cut=Cut.REP), True, False, Result.FAILED, "rep"),
        (Final(), True, False, Result.FAILED, "lead"),
        (Final(lost=True), True, False, Result.FAILED, "network"),
        (Final(answered=True), True, False, Result.ANSWERED, "lead"),
        (Final(answered=True, cut=Cut.REP), True, False, Result.ANSWERED, "rep"),
        (Final(answered=True, cut=Cut.SILENCE), True, False, Result.ANSWERED, "network"),
    ],
)
def test_a_call_that_rang_here_has_a_result_and_a_sentence(
    final: Final, taken: bool, elsewhere: bool, result: Result, by: str
) -> None:
    found = ending_of_incoming(final, taken=taken, elsewhere=elsewhere)
    assert (found.result, found.ended_by) == (result, by)
    assert found.sentence.endswith(".")


@pytest.mark.parametrize("cut", list(Cut))
@pytest.mark.parametrize("answered", [True, False])
@pytest.mark.parametrize("taken", [True, False])
def test_no_end_of_an_incoming_call_is_without_a_meaning(cut: Cut, answered: bool, taken: bool) -> None:
    found = ending_of_incoming(Final(cut=cut, answered=answered), taken=taken, elsewhere=False)
    assert found.ended_by in {"rep", "lead", "network", "engine"}
    assert "called side" not in found.sentence
