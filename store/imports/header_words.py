"""The fields a file can fill, and which of them a column's header names (the words: `headers.toml`)."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files

MANY = frozenset({"phone"})  # fields that several columns may fill
FIELDS = (
    "phone",
    "email",
    "name",
    "first_name",
    "last_name",
    "company",
    "title",
    "country",
    "state",
    "postal_code",
    "zone",
    "source",
    "campaign",
    "value",
    "owner",
    "consent",
    "arrived_at",
    "notes",
)
_NOT_WORD = re.compile(r"[\W_]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_KINDS = (
    ("mobile", re.compile(r"mobil|cell|handy|movil|celular|portable|telemovel|komork|mobiel")),
    ("work", re.compile(r"work|business|office|direct|company")),
    ("home", re.compile(r"home|festnetz|fijo")),
)


@lru_cache(4096)
def plain(header: str) -> str:
    """`header` without case, accents and punctuation: `E-Mail_Address` and `emailAddress` become words."""
    words = unicodedata.normalize("NFKD", _CAMEL.sub(" ", header))
    letters = "".join(char for char in words if not unicodedata.combining(char))
    return _NOT_WORD.sub(" ", letters.casefold()).strip()


@cache
def _phrases() -> dict[str, tuple[str, int]]:
    text = files("store.imports").joinpath("headers.toml").read_text(encoding="utf-8")
    known: dict[str, tuple[str, int]] = {}
    for field, phrases in tomllib.loads(text).items():
        for rank, phrase in enumerate(phrases):
            known.setdefault(phrase, (field, rank))
    return known


def field_of(header: str) -> tuple[str, int] | None:
    """The field a header names and how good a name it is (0 is best); None for an unknown one."""
    return _phrases().get(plain(header))


def phone_kind(header: str) -> str:
    """`mobile`, `work`, `home` or empty: what a phone column's header says of its numbers."""
    words = plain(header)
    return next((kind for kind, pattern in _KINDS if pattern.search(words)), "")
