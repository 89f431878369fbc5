"""Outside text is hostile: one helper for each place it may reach.

A CSV, a web form, a SIP header and a mail are written by strangers. Each of
the three places where such text can do harm (a terminal, a spreadsheet, a
protocol header) has exactly one helper here, and every room calls it.
"""

from __future__ import annotations

import re
import unicodedata

_UNSAFE_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
_FORMULA = re.compile(r"[=+\-@\t\r\n|%]").match
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?").fullmatch
_LINE_BREAKS = re.compile(r"[\r\n\x00]+")
_PLAIN_WORD = re.compile(r"[a-z]+[ ,]").match
_ENDED = (".", "?", "!", ".)", "?)")


def for_terminal(text: str, *, keep_newlines: bool = False) -> str:
    """`text` with nothing in it that a terminal would obey.

    Control, format (bidi overrides, zero-width), surrogate and private-use
    characters become a middle dot; tabs and line breaks become a space unless
    `keep_newlines`. Rich markup is the caller's business: paint with
    `rich.text.Text`, never with markup strings.
    """
    if text.isascii() and text.isprintable():
        return text
    out: list[str] = []
    for char in text:
        if char == "\n" and keep_newlines:
            out.append(char)
        elif char in "\t\n\r":
            out.append(" ")
        elif unicodedata.category(char) in _UNSAFE_CATEGORIES:
            out.append("·")
        else:
            out.append(char)
    return "".join(out)


def for_cell(value: object) -> object:
    """`value` for a spreadsheet cell: a text that could start a formula gets a leading apostrophe.

    A plain signed number cannot carry a formula, so E.164 (`+14155550123`)
    passes unchanged. Source: OWASP, CSV injection.
    """
    if isinstance(value, str) and _FORMULA(value) and not _PLAIN_NUMBER(value):
        return "'" + value
    return value


def from_cell(text: str) -> str:
    """`text` of a spreadsheet's cell, without the apostrophe that `for_cell` puts before it."""
    return text[1:] if text.startswith("'") and _FORMULA(text, 1) else text


def for_header(text: str) -> str:
    """`text` for a SIP or mail header value: one line, no NUL, no control characters."""
    return for_terminal(_LINE_BREAKS.sub(" ", text)).strip()


def counted(number: int, thing: str) -> str:
    """`1 call`, `2 calls`: for things whose plural ends in a plain s."""
    return f"{number} {thing}{'' if number == 1 else 's'}"


def as_sentence(text: str) -> str:
    """`text` as a sentence of its own: a capital where it begins with a plain word, one full stop at its end.

    What begins with a path, an option or a quoted word stays as it was typed.
    """
    text = text.strip()
    if text.endswith("..") and not text.endswith("..."):
        text = text[:-1]
    if _PLAIN_WORD(text):
        text = text[0].upper() + text[1:]
    return text if not text or text.endswith(_ENDED) else f"{text}."
