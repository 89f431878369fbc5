"""Countries, states and zones as files write them, into the codes the store keeps (names: `places.toml`)."""

from __future__ import annotations

import tomllib
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any
from zoneinfo import available_timezones

from store.imports.header_words import plain


@lru_cache(4096)
def country_code(text: str) -> str:
    """ISO 3166 alpha-2 of a country's code or name; empty when it is neither."""
    if len(text) == 2 and text.isascii() and text.isalpha():
        code = text.upper()
        return "GB" if code == "UK" else code
    return _countries().get(plain(text), "")


@lru_cache(4096)
def state_code(text: str, country: str) -> str:
    """The two-letter code of a US state or Canadian province; other texts come back as they are."""
    if len(text) == 2 and text.isalpha():
        return text.upper()
    known = _states()
    words = plain(text)
    for region in (country,) if country else ("US", "CA"):
        if (region, words) in known:
            return known[region, words]
    return text


@lru_cache(4096)
def zone_name(text: str) -> str:
    """The IANA zone of a zone's name or of a US word for it (`Pacific`, `EST`); empty when unknown."""
    if text in _iana():
        return text
    return _zones().get(plain(text), "") or _by_fold().get(text.casefold(), "")


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(files("store.imports").joinpath("places.toml").read_text(encoding="utf-8"))


@cache
def _countries() -> dict[str, str]:
    return {name: code for code, names in _data()["countries"].items() for name in names}


@cache
def _states() -> dict[tuple[str, str], str]:
    return {
        (country, name): code for country, codes in _data()["states"].items() for code, name in codes.items()
    }


@cache
def _zones() -> dict[str, str]:
    return {name: zone for zone, names in _data()["zones"].items() for name in names}


@cache
def _iana() -> frozenset[str]:
    return frozenset(available_timezones())


@cache
def _by_fold() -> dict[str, str]:
    return {name.casefold(): name for name in _iana() if "/" in name}
