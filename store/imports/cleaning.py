"""Texts of a lead file made fit to keep: no control characters, one spelling, a length with an end.

What is shown is escaped again where it is shown; this is the door at which a
stored text becomes clean.
"""

from __future__ import annotations

import re
import unicodedata

LINE = 200  # characters of a name, company, title, source …
CONSENT = 1_000
NOTES = 8_000

_TERMINAL_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-_])")
_JOINERS = "\u200c\u200d"  # format characters that spell words in Persian and Hindi
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def line(text: str, limit: int = LINE) -> str:
    """`text` as one clean line of at most `limit` characters, an ellipsis where it was cut."""
    if not text.isprintable():
        text = _without_controls(text)
    text = " ".join(text.split())
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def paragraph(text: str, limit: int = NOTES) -> str:
    """`text` with its line breaks, each line clean; at most `limit` characters."""
    if text.isprintable():
        return line(text, limit)
    lines = (line(part, limit) for part in re.split(r"\r\n|[\r\n\u2028\u2029]", text))
    text = "\n".join(lines).strip("\n")
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _without_controls(text: str) -> str:
    text = _TERMINAL_SEQUENCE.sub("", text)
    return "".join(
        char
        if char in _JOINERS
        else " "
        if char.isspace()
        else ""
        if unicodedata.category(char) in _DROPPED
        else char
        for char in text
    )
