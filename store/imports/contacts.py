"""A phone number and a mail address as a stranger's file writes them."""

from __future__ import annotations

import re
import unicodedata

from cadence.addresses import mail_address
from cadence.numbers import e164, unspoiled

NOTHING = frozenset({"", "-", "--", "n/a", "na", "none", "null", "nil", "unknown", "0", "x", "?", "."})

_NUMBER = re.compile(r"[+(0-9][0-9 ()./\u00a0\u2010-\u2015\-]*").fullmatch
_EXTENSION = re.compile(
    r"\s*(?:[,;]?\s*(?:ext|extension|x|durchwahl|poste|int)\.?|#)\s*:?\s*(\d{1,6})$", re.IGNORECASE
)
_PREFIX = re.compile(r"^(?:tel:\s*|(?:tel|phone|mob|mobile|cell)?[.:]?\s+)", re.IGNORECASE)
# Marks of direction and of no width, which a number copied out of a messenger brings along at its ends.
_INVISIBLE = "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
_SHORTENED = re.compile(r"\+?[0-9](?:[.,][0-9]+)?E\+?[0-9]{1,2}", re.IGNORECASE).fullmatch
_NAMED = re.compile(r"[^<>]*<([^<>]+)>").fullmatch


class Hostile(ValueError):  # noqa: N818 - it says what the cell is; nothing went wrong here
    """A phone field that is no number at all: SIP syntax, letters, star codes. Its text is the reason."""


def phone(raw: str, region: str) -> tuple[str, str] | None:
    """E.164 and extension (or empty) of a phone cell; None where it is no valid number of the region.

    Raises:
        Hostile: it carries what a number never carries; such a row is refused, not mended.
    """
    raw = unspoiled(raw)
    if _NUMBER(raw):
        number = e164(raw, region)
        return (number, "") if number is not None else None
    text = _PREFIX.sub("", unicodedata.normalize("NFKC", raw).strip(_INVISIBLE)).strip()
    extension = _EXTENSION.search(text)
    digits = text[: extension.start()] if extension else text
    if not _NUMBER(digits):
        raise Hostile(_reason(digits))
    number = e164(digits, region)
    return (number, extension[1] if extension else "") if number is not None else None


def _reason(text: str) -> str:
    if _SHORTENED(text):
        return "was shortened by a spreadsheet"
    if any(unicodedata.category(char).startswith("C") for char in text):
        return "has control characters in it"
    if re.search(r"sips?:|[@;<>\"%&?=]", text, re.IGNORECASE):
        return "has SIP or URL syntax in it"
    if re.search(r"[*#]", text):
        return "has a star or hash code in it"
    if any(char.isalpha() for char in text):
        return "has letters in it"
    return "has characters in it that no number has"


def email(raw: str) -> str | None:
    """The address in its one form, out of `Name <address>` too; None where it is no address."""
    named = _NAMED(raw) if "<" in raw else None
    return mail_address(named[1] if named else raw)
