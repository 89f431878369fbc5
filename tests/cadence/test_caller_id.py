"""The number shown is one the firm owns, and the nearest of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadence.caller_id import CallerId, Nearness, nearest, nearness
from cadence.numbers import area, e164, is_valid

NEW_YORK = CallerId("+12125550100")
SAN_FRANCISCO = CallerId("+14155550100")
LOS_ANGELES = CallerId("+12135550100")
TORONTO = CallerId("+14165550100")
BERLIN = CallerId("+493012345678", areas=("+4930",))
OWNED = (NEW_YORK, SAN_FRANCISCO, LOS_ANGELES, TORONTO, BERLIN)

owned_numbers = st.lists(st.sampled_from(OWNED), min_size=1, max_size=5, unique=True)
called_numbers = st.one_of(
    st.from_regex(r"\+1[2-9][0-9]{2}[2-9][0-9]{6}", fullmatch=True),
    st.from_regex(r"\+[1-9][0-9]{7,12}", fullmatch=True),
    st.text(max_size=20),
)


@pytest.mark.parametrize(
    ("called", "shown"),
    [
        ("+14152000000", SAN_FRANCISCO),  # its own area
        ("+12132000000", LOS_ANGELES),
        ("+16192000000", SAN_FRANCISCO),  # San Diego: the first of its state
        ("+13122000000", NEW_YORK),  # Chicago: the first of its country
        ("+16132000000", TORONTO),  # Ottawa: of its province
        ("+16042000000", TORONTO),  # Vancouver: of its country
        ("+493098765432", BERLIN),
        ("+498912345678", BERLIN),  # Munich: of its country
        ("+33123456789", NEW_YORK),  # nowhere near: the default
        ("(415) 200-0000", SAN_FRANCISCO),  # as a hand typed it
        ("911", NEW_YORK),
        ("", NEW_YORK),
    ],
)
def test_the_nearest_is_shown(called: str, shown: CallerId) -> None:
    assert nearest(called, OWNED) == shown


@pytest.mark.parametrize("place", ["312", "+1312", "US-IL", "US"])
def test_a_number_may_stand_for_more_than_its_own_area(place: str) -> None:
    toll_free = CallerId("+18005550100", areas=(place,))
    assert nearest("+13122000000", (TORONTO, toll_free)) == toll_free


def test_a_listed_area_beats_a_state_and_a_state_a_country() -> None:
    by_country, by_state = CallerId("+12125550100"), CallerId("+12125550101", areas=("US-IL",))
    by_area = CallerId("+12125550102", areas=("312",))
    assert nearest("+13122000000", (by_country, by_state, by_area)) == by_area
    assert nearest("+17732000000", (by_country, by_area, by_state)) == by_state


def test_a_firm_without_numbers_shows_none() -> None:
    assert nearest("+14152000000", ()) is None


@given(called_numbers, owned_numbers)
def test_whatever_is_called_an_owned_number_is_shown_and_none_is_nearer(
    called: str, owned: list[CallerId]
) -> None:
    shown = nearest(called, owned)
    assert shown in owned
    if shown is not None and is_valid(called):
        assert nearness(called, shown) == max(nearness(called, one) for one in owned)
    else:
        assert shown == owned[0] or e164(called, "US") is not None


@given(called_numbers, owned_numbers)
def test_the_choice_does_not_hang_on_what_lies_further_away(called: str, owned: list[CallerId]) -> None:
    shown = nearest(called, owned)
    assert shown is not None
    fewer = [one for one in owned if one == shown or one == owned[0]]
    assert nearest(called, fewer) == shown


@given(st.from_regex(r"\+1[2-9][0-9]{2}[2-9][0-9]{6}", fullmatch=True))
def test_a_number_is_nearest_to_its_own_area(number: str) -> None:
    expected = Nearness.AREA if area(number) else nearness(number, CallerId(number))
    assert nearness(number[:-1] + ("1" if number[-1] == "0" else "0"), CallerId(number)) == expected
