"""Dispositions as data."""

from pathlib import Path

import pytest

from cadence.dispositions import KEYS, load
from cadence.model import Result
from cadence.rulebook import DATA, Rulebook
from config.errors import ConfigError

TEXT = (DATA / "dispositions.toml").read_text("utf-8")


def test_the_shipped_keys(book: Rulebook) -> None:
    assert {key: one.code for key, one in book.dispositions.by_key.items()} == {
        "1": "no_answer",
        "2": "voicemail",
        "3": "busy",
        "4": "bad_number",
        "5": "gatekeeper",
        "6": "callback",
        "7": "not_interested",
        "8": "won",
        "9": "do_not_call",
        "0": "interested",
    }
    assert "".join(book.dispositions.by_key) == KEYS


def test_what_speaks_for_itself_records_itself_and_an_answer_never_does(book: Rulebook) -> None:
    codes = {result: book.dispositions.automatic(result) for result in Result}
    assert {result.value: one.code for result, one in codes.items() if one} == {
        "no_answer": "no_answer",
        "declined": "no_answer",
        "busy": "busy",
        "invalid": "bad_number",
    }


def test_flags_follow_the_outcome(book: Rulebook) -> None:
    by_code = book.dispositions.by_code
    assert {code for code, one in by_code.items() if one.final} == {"won", "not_interested", "do_not_call"}
    assert [code for code, one in by_code.items() if one.dnc] == ["do_not_call"]
    assert [code for code, one in by_code.items() if one.confirm] == ["do_not_call"]
    assert by_code["bad_number"].unworkable
    assert by_code["callback"].callback
    assert by_code["won"].won


def test_seconds_of_talk_bound_what_may_be_said(book: Rulebook) -> None:
    won, busy = book.dispositions.by_code["won"], book.dispositions.by_code["busy"]
    assert won.why_not(0) == "Won wants at least 1 s of talk."
    assert won.why_not(1_000) == ""
    assert busy.why_not(15_001) == "Busy is for calls of up to 15 s of talk."
    assert book.dispositions.by_code["do_not_call"].why_not(0) == ""


def test_those_without_a_key_are_offered_last_and_fit_a_list_of_nine(tmp_path: Path) -> None:
    path = tmp_path / "dispositions.toml"
    more = '[[disposition]]\ncode = "own_{0}"\nlabel = "Own"\noutcome = "next"\n'
    path.write_text(TEXT + "".join(map(more.format, range(8))), encoding="utf-8")
    offered = load(path).offered
    assert "".join(one.key for one in offered) == KEYS
    assert [one.code for one in offered[10:]] == ["language_barrier", *(f"own_{n}" for n in range(8))]
    path.write_text(path.read_text("utf-8") + more.format(8), encoding="utf-8")
    with pytest.raises(ConfigError, match="more than 9 dispositions have no key; give one a digit"):
        load(path)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('key = "2"', 'key = "1"', r"disposition\[2\].key: '1' is used twice"),
        ('code = "busy"', 'code = "voicemail"', r"disposition\[3\].code: 'voicemail' is used twice"),
        ('auto_for = ["busy"]', 'auto_for = ["declined"]', r"auto_for: 'declined' is used twice"),
        ('outcome = "won"', 'outcome = "sold"', r"disposition\[8\].outcome: 'sold' is not one of next"),
        ('outcome = "won"', 'outcome = "next"', r"no disposition has the outcome 'won'"),
        ('key = "2"', 'key = "x"', r"disposition\[2\].key"),
        ("confirm = true", "comfirm = true", r"did you mean `confirm`"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in TEXT
    path = tmp_path / "dispositions.toml"
    path.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError, match=said):
        load(path)
