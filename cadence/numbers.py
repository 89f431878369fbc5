"""Telephone numbers: E.164, country, zone, state; what is an emergency or a premium number.

phonenumbers knows the world's numbering plans; its full parse is the truth
here. The fast path answers from the same metadata for the usual shapes, and a
property test holds both together.
"""

from __future__ import annotations

import re
from functools import lru_cache

_STRIP = str.maketrans("", "", " ()-.\u00a0/")
_SHAPE = re.compile(r"\+?[0-9]{7,15}", re.ASCII).fullmatch
_E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII).fullmatch
_TYPES = (
    "fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost",
    "personal_number", "voip", "pager", "uan", "voicemail",
)  # fmt: skip
# What spreadsheets and data frames make of a number that was a number to them.
_AS_TEXT = re.compile(r'=\s*"([^"]*)"').fullmatch
_AS_FLOAT = re.compile(r"(\+?[0-9]{6,15})\.0").fullmatch
_NANP = frozenset({"US", "CA"})
_TOO_MANY_ZONES = 8  # more zones than this say nothing about where a phone is
_EVERYWHERE = frozenset({"112", "911"})  # GSM and most carriers take both in any country
_LONGEST_EMERGENCY = 6
_PREMIUM_EXCHANGE = "976"  # of any area code


def e164(raw: str, region: str = "US") -> str | None:
    """`raw` as E.164 (`+14155550123`), read as dialed in `region`; None if no such number can exist."""
    digits = raw.translate(_STRIP)
    if region in _NANP and len(digits) == 10 and _national("1").fullmatch(digits):
        return "+1" + digits
    if _SHAPE(digits):
        if digits[0] == "+":
            whole = digits[1:]
        elif region in _NANP:
            whole = "1" + digits if len(digits) == 10 else digits
        else:
            return _parsed(raw, region)
        code = _country_code(whole[:3])
        if code and (digits[0] == "+" or code == "1") and _national(code).fullmatch(whole[len(code) :]):
            return "+" + whole
    return _parsed(raw, region)


def unspoiled(raw: str) -> str:
    """The number that a spreadsheet was given: without the marks of a text, or the `.0` of a fraction.

    Read as a digit, that zero would make of some numbers another subscriber's.
    """
    if raw.endswith(".0") and (whole := _AS_FLOAT(raw)):
        return whole[1]
    if raw.startswith("=") and (text := _AS_TEXT(raw)):
        return text[1].strip()
    return raw.removeprefix("'")


@lru_cache(4096)
def is_valid(number: str) -> bool:
    """Whether `number` is written as E.164 and can exist."""
    return bool(_E164(number)) and e164(number) == number


def _parsed(raw: str, region: str) -> str | None:
    """The answer of phonenumbers itself."""
    import phonenumbers

    try:
        number = phonenumbers.parse(raw, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@lru_cache
def _country_code(head: str) -> str:
    """The calling code that the digits `head` begin with, or an empty text."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE as REGIONS

    if head[0] == "0":
        return ""
    return next((head[:size] for size in (1, 2, 3) if int(head[:size]) in REGIONS), "")


@lru_cache
def _national(code: str) -> re.Pattern[str]:
    """What a national number behind calling code `code` looks like, of every type and region."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE as REGIONS
    from phonenumbers.phonemetadata import PhoneMetadata

    patterns = []
    for region in REGIONS[int(code)]:
        metadata = PhoneMetadata.metadata_for_region(region) if region != "001" else None
        described = (getattr(metadata, kind, None) for kind in _TYPES)
        patterns += [one.national_number_pattern for one in described if one and one.national_number_pattern]
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns) or "(?!)", re.ASCII)


def zones(number: str) -> tuple[str, ...]:
    """The IANA zones where `number` may ring, by its prefix; none if the prefix does not tell.

    Several are given where one prefix spans a border; a caller must satisfy
    them all. A number of too many zones (toll-free, satellite) gives none.
    """
    from phonenumbers.tzdata import TIMEZONE_DATA, TIMEZONE_LONGEST_PREFIX

    digits = number.removeprefix("+")
    for size in range(min(len(digits), TIMEZONE_LONGEST_PREFIX), 0, -1):
        found = TIMEZONE_DATA.get(digits[:size])
        if found is not None:
            known = tuple(zone for zone in found if zone != "Etc/Unknown")
            return known if len(known) <= _TOO_MANY_ZONES else ()
    return ()


def locality(number: str) -> str:
    """The leading digits of a North American number that settle what is asked of it here; else all of it.

    Numbers of one locality are of one country, state and zones, and are all premium or none of them.
    """
    if not number.startswith("+1"):
        return number
    if number[2:5] in _split_areas() or number[5:8] == _PREMIUM_EXCHANGE:
        return number
    return number[:5]


@lru_cache
def _split_areas() -> frozenset[str]:
    """Area codes of which a part is in other zones than the rest."""
    from phonenumbers.tzdata import TIMEZONE_DATA

    return frozenset(
        prefix[1:4] for prefix in TIMEZONE_DATA if prefix[0] == "1" and len(prefix) > len("1415")
    )


def calling_code(nation: str) -> int:
    """What stands behind the plus of a country's numbers; 0 for what is no country."""
    from phonenumbers import country_code_for_region

    return int(country_code_for_region(nation)) if nation else 0


def country_zones(nation: str) -> tuple[str, ...]:
    """The zones of a country's whole numbering plan; none where it is unknown, shared (+1) or too wide."""
    code = calling_code(nation)
    return zones(f"+{code}") if code > 1 else ()


def country(number: str) -> str:
    """ISO 3166 alpha-2 of the plan `number` belongs to; empty if it belongs to none."""
    if number.startswith("+1") and (place := area(number)):
        return place[0]
    return _country(number)


@lru_cache(16384)
def _country(number: str) -> str:
    import phonenumbers

    try:
        region = phonenumbers.region_code_for_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return ""
    return region if region and region != "001" else ""


def area(number: str) -> tuple[str, str] | None:
    """Country and state or province of a North American number, by its area code; None if untold."""
    return _areas().get(number[2:5]) if number.startswith("+1") else None


@lru_cache
def _areas() -> dict[str, tuple[str, str]]:
    import tomllib
    from pathlib import Path

    text = (Path(__file__).parent / "data" / "area_codes.toml").read_text("utf-8")
    data = tomllib.loads(text)
    return {
        code: (nation, region)
        for nation in ("US", "CA")
        for region, codes in data[nation].items()
        for code in codes.split()
    }


def pretty(number: str) -> str:
    """`number` for a person: `+1 415-555-0123`; unchanged if it is no number."""
    if number.startswith("+1") and len(number) == 12:
        return f"+1 {number[2:5]}-{number[5:8]}-{number[8:]}"
    return _pretty(number)


@lru_cache(4096)
def _pretty(number: str) -> str:
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def is_emergency(raw: str, region: str = "US") -> bool:
    """Whether dialing `raw` in `region` reaches help: 911, 112, 999, 000, ..."""
    digits = raw.translate(_STRIP)
    if not digits.isascii() or not digits.isdigit() or len(digits) > _LONGEST_EMERGENCY:
        return False
    return digits in _EVERYWHERE or _is_emergency(digits, region)


@lru_cache
def _is_emergency(digits: str, region: str) -> bool:
    from phonenumbers import shortnumberinfo

    return bool(shortnumberinfo.is_emergency_number(digits, region))


def is_premium(number: str) -> bool:
    """Whether the called person's line would charge us: premium rate."""
    if number.startswith("+1"):
        return number[2:5] == "900" or number[5:8] == _PREMIUM_EXCHANGE
    return _is_premium(number)


@lru_cache(16384)
def _is_premium(number: str) -> bool:
    import phonenumbers

    try:
        kind = phonenumbers.number_type(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False
    return bool(kind == phonenumbers.PhoneNumberType.PREMIUM_RATE)
