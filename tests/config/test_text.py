"""The doors that make outside text harmless: the terminal's, the spreadsheet's, the header's."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.text import counted, for_cell, for_header, for_terminal, from_cell

FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


@given(st.text())
def test_a_terminal_gets_nothing_it_would_obey(text: str) -> None:
    shown = for_terminal(text)
    assert {unicodedata.category(char) for char in shown}.isdisjoint({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
    assert len(shown) == len(text)


def test_what_was_harmless_is_shown_as_it_was() -> None:
    assert for_terminal("Zoë\u0308 李 🙂") == "Zoë\u0308 李 🙂"
    assert for_terminal("a\nb\tc") == "a b c"
    assert for_terminal("a\nb\tc", keep_newlines=True) == "a\nb c"
    assert for_terminal("\x1b[31mred\u202e") == "·[31mred·"


@given(st.sampled_from(FORMULAS), st.text())
def test_no_cell_begins_as_a_formula_but_a_plain_number(start: str, rest: str) -> None:
    cell = for_cell(start + rest)
    assert isinstance(cell, str)
    assert cell.startswith("'") or cell[1:].replace(".", "", 1).isdigit()


@pytest.mark.parametrize("value", ["+14155550123", "-5", "12.5", "Ana", "", 7, None])
def test_what_can_carry_no_formula_stays_as_it_is(value: object) -> None:
    assert for_cell(value) == value


@given(st.text(st.sampled_from("=+-@'%|\t\r\n1aé")))
def test_a_cell_that_was_written_is_read_as_what_it_was(text: str) -> None:
    if not (text.startswith("'") and text[1:].startswith(FORMULAS)):
        assert from_cell(str(for_cell(text))) == text


@given(st.text())
def test_a_header_is_one_line(text: str) -> None:
    assert len(for_header(f"Subject: {text}").splitlines()) == 1


@pytest.mark.parametrize(("number", "said"), [(0, "0 calls"), (1, "1 call"), (2, "2 calls")])
def test_one_is_no_plural(number: int, said: str) -> None:
    assert counted(number, "call") == said
