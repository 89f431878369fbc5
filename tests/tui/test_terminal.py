"""What terminals send, and what a rep meant: esc and a key in one packet are two keys."""

from __future__ import annotations

import sys

import pytest
from support.terminal import terminal
from textual import events
from textual._xterm_parser import XTermParser

from tui.terminal import typed


def keys(sent: str) -> list[tuple[str, str]]:
    """What is typed when the terminal sends `sent` in one packet, then nothing more."""
    parser = XTermParser()
    found = [*parser.feed(sent), *parser.feed("")]
    return [each for event in found if isinstance(event, events.Key) for each in typed(event)]


@pytest.mark.parametrize("key", [*"1234567890", *"nqx"])
def test_escape_melted_with_a_key_is_escape_and_then_that_key(key: str) -> None:
    assert keys(f"\x1b{key}") == [("escape", ""), (key, key)]


def test_what_follows_the_melted_keys_is_typed_as_ever() -> None:
    assert keys("\x1b7ab") == [("escape", ""), ("7", "7"), ("a", "a"), ("b", "b")]


@pytest.mark.parametrize("char", "£¶¡ºª§ü你")
def test_a_character_that_is_typed_by_itself_stays_what_it_is(char: str) -> None:
    assert [typed_char for _, typed_char in keys(char)] == [char]


@pytest.mark.parametrize(
    ("sent", "name"), [("\x1b[A", "up"), ("\x1bOq", "1"), ("\t", "tab"), ("\r", "enter")]
)
def test_keys_that_terminals_send_as_sequences_are_still_one_key(sent: str, name: str) -> None:
    assert [each for each, _ in keys(sent)] == [name]


def test_a_digit_right_after_escape_records_the_call_and_types_nothing() -> None:
    with terminal([sys.executable, "tests/support/live_desk.py"]) as near:
        near.wait_for(b"Gatekeeper")  # painted: keys are read by now
        near.type(b" ")
        near.wait_for(b"(*) TALKING")
        near.type(b"nab")
        near.wait_for(b"note for Ana Moreno> ")
        near.type(b"\x1b1")
        near.wait_for(b"Ana Moreno: no answer")
