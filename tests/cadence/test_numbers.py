"""Telephone numbers: the fast path says what phonenumbers says; zones, states, emergencies."""

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cadence import numbers

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)


@st.composite
def dialed(draw: st.DrawFn) -> tuple[str, str]:
    """A number somewhere in the world, as a person might write it, sometimes with a slip."""
    home = draw(st.sampled_from(REGIONS))
    example = phonenumbers.example_number(home) or phonenumbers.example_number("US")
    style = draw(st.sampled_from([0, 1, 2]))
    text = phonenumbers.format_number(example, style)
    slip = draw(st.sampled_from(["none", "digit", "drop", "double", "noise"]))
    place = draw(st.integers(0, len(text) - 1))
    if slip == "digit":
        text = text[:place] + draw(st.sampled_from("0123456789")) + text[place + 1 :]
    elif slip == "drop":
        text = text[:place] + text[place + 1 :]
    elif slip == "double":
        text = text[:place] + text[place] + text[place:]
    elif slip == "noise":
        text = text[:place] + draw(st.sampled_from(" .-()/\u00a0x;+\tA\u0663")) + text[place:]
    return text, draw(st.sampled_from(["US", "CA", "GB", "DE", home]))


@settings(max_examples=1500, deadline=None)
@given(dialed())
def test_the_fast_path_says_what_phonenumbers_says(number: tuple[str, str]) -> None:
    raw, region = number
    assert numbers.e164(raw, region) == numbers._parsed(raw, region)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_a_number_or_none(raw: str) -> None:
    found = numbers.e164(raw)
    assert found is None or numbers.is_valid(found)


@pytest.mark.parametrize(
    ("raw", "region", "expected"),
    [
        ("(415) 555-0123", "US", "+14155550123"),
        ("1-415-555-0123", "US", "+14155550123"),
        ("+44 20 7946 0018", "US", "+442079460018"),
        ("020 7946 0018", "GB", "+442079460018"),
        ("415-555-0123 ext. 12", "US", "+14155550123"),
        ("555-0123", "US", None),
        ("", "US", None),
        ("sip:reception", "US", None),
        ("415-555-0123", "ZZ", None),
    ],
)
def test_numbers_as_people_write_them(raw: str, region: str, expected: str | None) -> None:
    assert numbers.e164(raw, region) == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("+14155550123", ("America/Los_Angeles",)),
        ("+19075550123", ("America/Adak", "America/Anchorage")),
        ("+4915123456789", ("Europe/Berlin",)),
        ("+18005550123", ()),
        ("+999", ()),
    ],
)
def test_a_prefix_tells_every_zone_it_spans_and_none_where_it_spans_the_continent(
    number: str, expected: tuple[str, ...]
) -> None:
    assert numbers.zones(number) == expected


@settings(max_examples=400, deadline=None)
@given(area=st.integers(200, 999), rests=st.lists(st.integers(2_000_000, 9_999_999), min_size=2, max_size=8))
def test_numbers_of_one_locality_are_told_apart_by_nothing(area: int, rests: list[int]) -> None:
    told: dict[str, tuple[object, ...]] = {}
    for number in (f"+1{area}{rest}" for rest in rests):
        if numbers.is_valid(number):
            asked = (
                numbers.area(number),
                numbers.country(number),
                numbers.zones(number),
                numbers.is_premium(number),
            )
            assert told.setdefault(numbers.locality(number), asked) == asked


def test_country_and_state_by_number() -> None:
    told = [numbers.country(f"+{digits}") for digits in (13055550123, 14165550123, 447400123456, 18765550123)]
    assert told == ["US", "CA", "GB", "JM"]
    assert numbers.area("+13055550123") == ("US", "FL")
    assert numbers.area("+14165550123") == ("CA", "ON")
    assert numbers.country("nonsense") == ""


def test_no_area_code_of_a_state_or_province_is_missing() -> None:
    """A code that is missing falls back to its country's hours, which may be wider than its state's."""
    from phonenumbers import geocoder

    places = set()
    for code in map(str, range(200, 1000)):
        for first in "23456789":
            found = phonenumbers.parse(f"+1{code}{first}342345")
            where = geocoder.description_for_number(found, "en")
            if phonenumbers.region_code_for_number(found) in ("US", "CA") and where not in ("", "Canada"):
                places.add(code)
    assert len(places) > 380
    assert places - set(numbers._areas()) == {"867"}, "three territories, three zones: the prefix tells none"


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(numbers._areas())), st.integers(2_000_000, 9_999_999))
def test_the_area_table_agrees_with_phonenumbers_on_the_country(code: str, rest: int) -> None:
    number = f"+1{code}{rest}"
    told = phonenumbers.region_code_for_number(phonenumbers.parse(number))
    assert told in (None, numbers._areas()[code][0])


@pytest.mark.parametrize(
    ("raw", "region", "expected"),
    [
        ("911", "US", True), ("9-1-1", "US", True), ("112", "US", True), ("999", "GB", True),
        ("000", "AU", True),
        ("110", "DE", True), ("110", "US", False), ("+14155550911", "US", False), ("", "US", False),
        ("9115550123", "US", False),
    ],
)  # fmt: skip
def test_emergency_numbers_by_region(raw: str, region: str, expected: bool) -> None:
    assert numbers.is_emergency(raw, region) is expected


def test_premium_numbers() -> None:
    told = [
        numbers.is_premium(f"+{digits}") for digits in (19005550123, 14159760123, 449098790123, 14155550123)
    ]
    assert told == [True, True, True, False]


def test_pretty_for_people() -> None:
    assert numbers.pretty("+14155550123") == "+1 415-555-0123"
    assert numbers.pretty("+442079460018") == "+44 20 7946 0018"
    assert numbers.pretty("911") == "911"
