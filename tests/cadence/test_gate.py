"""The gate: what it refuses, why it says so, and when the call may be placed."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.leads import (
    BERLIN,
    DALLAS,
    HONOLULU,
    LONDON,
    MIAMI,
    MONTGOMERY,
    NEW_YORK,
    PERTH,
    SAN_FRANCISCO,
    TOLL_FREE,
    TORONTO,
    lead,
)  # fmt: skip

from cadence.gate import GateFacts, decide, next_allowed
from cadence.model import Decision, Phone
from cadence.rulebook import Rulebook
from config.clock import DAY, HOUR, MINUTE, from_iso, iso


def at(text: str, zone: str = "America/New_York") -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


TUESDAY = at("2026-11-24 10:00")


def refused(decision: Decision) -> set[str]:
    return {check.name for check in decision.checks if not check.passed}


@pytest.mark.parametrize(
    ("number", "zone", "wall", "allowed"),
    [
        (NEW_YORK, "America/New_York", "2026-11-24 08:00", True),
        (NEW_YORK, "America/New_York", "2026-11-24 07:59", False),
        (NEW_YORK, "America/New_York", "2026-11-24 20:59", True),
        (NEW_YORK, "America/New_York", "2026-11-24 21:00", False),
        (NEW_YORK, "America/New_York", "2026-11-22 12:00", True),  # a Sunday
        (MIAMI, "America/New_York", "2026-11-24 20:00", False),  # Florida ends at 20
        (MONTGOMERY, "America/Chicago", "2026-11-22 12:00", False),  # Alabama: no Sundays
        (MONTGOMERY, "America/Chicago", "2026-11-26 12:00", False),  # nor Thanksgiving
        (MONTGOMERY, "America/Chicago", "2026-11-27 08:00", True),
        (DALLAS, "America/Chicago", "2026-11-22 11:59", False),  # Texas: Sundays from noon
        (DALLAS, "America/Chicago", "2026-11-22 12:00", True),
        (TORONTO, "America/Toronto", "2026-11-24 21:29", True),
        (TORONTO, "America/Toronto", "2026-11-22 18:00", False),
        (LONDON, "Europe/London", "2026-11-22 10:00", True),
        (LONDON, "Europe/London", "2026-12-25 09:59", False),
        (BERLIN, "Europe/Berlin", "2026-11-22 17:59", True),
        (BERLIN, "Europe/Berlin", "2026-11-22 09:59", False),
        (HONOLULU, "Pacific/Honolulu", "2026-11-24 08:00", True),
    ],
)
def test_the_called_persons_own_clock_decides(
    number: str, zone: str, wall: str, allowed: bool, book: Rulebook
) -> None:
    now = at(wall, zone)
    decision = decide(GateFacts(number, lead(number, at=now)), book.gate, now)
    assert decision.allowed is allowed, decision.why
    assert refused(decision) == (set() if allowed else {"window_number"})


def test_every_check_is_told_with_its_input_also_those_that_passed(book: Rulebook) -> None:
    decision = decide(GateFacts(NEW_YORK, lead()), book.gate, TUESDAY)
    assert [check.name for check in decision.checks] == [
        "number", "premium", "do_not_call", "registry", "registry_age", "window_number", "window_address",
        "gap", "cap_24h", "attempts", "inquiry_age", "consent",
    ]  # fmt: skip
    assert all(check.given for check in decision.checks)
    assert decision.rules_version == book.gate.version
    assert decision.next_at is None


def test_number_and_address_must_both_allow(book: Rulebook) -> None:
    moved = lead(NEW_YORK, country="US", region="CA")
    early = decide(GateFacts(NEW_YORK, moved), book.gate, TUESDAY)  # 10 in New York, 7 in California
    assert refused(early) == {"window_address"}
    assert "US-CA" in early.why
    assert early.next_at == at("2026-11-24 08:00", "America/Los_Angeles")
    late = decide(GateFacts(NEW_YORK, moved), book.gate, at("2026-11-24 21:30"))
    assert refused(late) == {"window_number"}


def test_a_state_with_two_zones_must_allow_in_both(book: Rulebook) -> None:
    texan = lead(TOLL_FREE, country="US", region="TX")
    assert not decide(
        GateFacts(TOLL_FREE, texan), book.gate, at("2026-11-24 09:30", "America/Chicago")
    ).allowed
    assert decide(GateFacts(TOLL_FREE, texan), book.gate, at("2026-11-24 10:00", "America/Chicago")).allowed


def test_an_unknown_zone_blocks_with_a_reason_until_the_lead_states_one(book: Rulebook) -> None:
    nowhere = decide(GateFacts(TOLL_FREE, lead(TOLL_FREE)), book.gate, TUESDAY)
    assert refused(nowhere) == {"window_number"}
    assert "zone" in nowhere.why
    assert nowhere.next_at is None
    known = lead(TOLL_FREE, zone="America/Denver")
    assert decide(GateFacts(TOLL_FREE, known), book.gate, TUESDAY).allowed


def test_a_zone_that_does_not_exist_tells_nothing(book: Rulebook) -> None:
    decision = decide(GateFacts(NEW_YORK, lead(zone="../../etc/passwd")), book.gate, TUESDAY)
    assert decision.allowed


def test_windows_that_never_meet_are_no_moment_at_all(book: Rulebook) -> None:
    facts = GateFacts(PERTH, lead(PERTH, zone="America/Halifax"))
    assert next_allowed(facts, book.gate, TUESDAY) is None


def test_three_calls_in_any_24_hours_to_a_florida_number(book: Rulebook) -> None:
    calls = (TUESDAY - 23 * HOUR, TUESDAY - 5 * HOUR, TUESDAY - HOUR)
    facts = GateFacts(MIAMI, lead(MIAMI), attempts_at=calls)
    decision = decide(facts, book.gate, TUESDAY)
    assert refused(decision) == {"cap_24h"}
    assert decision.next_at == calls[0] + DAY
    assert decide(facts, book.gate, calls[0] + DAY).allowed
    assert decide(replace(facts, e164=NEW_YORK, lead=lead()), book.gate, TUESDAY).allowed


def test_the_cap_of_the_address_binds_a_number_from_elsewhere(book: Rulebook) -> None:
    calls = (TUESDAY - 6 * HOUR, TUESDAY - 5 * HOUR, TUESDAY - HOUR)
    floridian = lead(NEW_YORK, country="US", region="FL")
    assert refused(decide(GateFacts(NEW_YORK, floridian, attempts_at=calls), book.gate, TUESDAY)) == {
        "cap_24h"
    }


def test_a_gap_lies_between_two_calls_but_not_before_an_agreed_callback(book: Rulebook) -> None:
    facts = GateFacts(NEW_YORK, lead(), lead_attempts_at=(TUESDAY - 10 * MINUTE,))
    decision = decide(facts, book.gate, TUESDAY)
    assert refused(decision) == {"gap"}
    assert decision.next_at == TUESDAY + 5 * MINUTE
    assert decide(replace(facts, callback=True), book.gate, TUESDAY).allowed


def test_six_calls_of_a_cadence_and_callbacks_beside_them(book: Rulebook) -> None:
    facts = GateFacts(NEW_YORK, lead(), calls_done=6)
    decision = decide(facts, book.gate, TUESDAY)
    assert refused(decision) == {"attempts"}
    assert decision.next_at is None
    assert decide(replace(facts, callback=True), book.gate, TUESDAY).allowed


def test_do_not_call_has_no_override_and_hours_have_one(book: Rulebook) -> None:
    night = at("2026-11-24 03:00")
    facts = GateFacts(NEW_YORK, lead(at=night), override="her house is on fire", by_hand=True)
    decision = decide(facts, book.gate, night)
    assert decision.allowed
    assert any("her house is on fire" in check.why for check in decision.checks)
    listed = decide(replace(facts, suppressed="asked on 3 March"), book.gate, night)
    assert not listed.allowed
    assert refused(listed) == {"do_not_call"}
    assert listed.next_at is None


def test_an_old_inquiry_needs_a_consent(book: Rulebook) -> None:
    old = lead(at=TUESDAY - 91 * DAY)
    assert refused(decide(GateFacts(NEW_YORK, old), book.gate, TUESDAY)) == {"inquiry_age"}
    assert decide(GateFacts(NEW_YORK, replace(old, consent="web form, text 7")), book.gate, TUESDAY).allowed


def test_a_registered_number_needs_a_recent_inquiry_and_in_britain_a_consent(book: Rulebook) -> None:
    recent = GateFacts(NEW_YORK, lead(at=TUESDAY - 10 * DAY), registry="National DNC of 2026-11-01")
    assert decide(recent, book.gate, TUESDAY).allowed
    british = GateFacts(LONDON, lead(LONDON, at=TUESDAY - HOUR), registry="TPS of 2026-11-20")
    assert refused(decide(british, book.gate, TUESDAY)) == {"registry"}
    agreed = replace(british, lead=lead(LONDON, consent="asked to be called"))
    assert decide(agreed, book.gate, TUESDAY).allowed


@pytest.mark.parametrize(
    ("number", "check"), [("+19005550123", "premium"), ("+14155", "number"), ("junk", "number")]
)
def test_premium_and_impossible_numbers_are_never_dialed(number: str, check: str, book: Rulebook) -> None:
    assert check in refused(
        decide(GateFacts(number, by_hand=True, override="please"), book.gate, TUESDAY)
    ) or (check == "premium")
    assert not decide(GateFacts(number, by_hand=True), book.gate, TUESDAY).allowed


def test_a_number_marked_bad_is_refused(book: Rulebook) -> None:
    wrong = replace(lead(), phones=(Phone(1, NEW_YORK, bad=True),))
    assert refused(decide(GateFacts(NEW_YORK, wrong), book.gate, TUESDAY)) == {"number"}


@pytest.mark.parametrize("number", ["911", "112", "9-1-1"])
def test_an_emergency_call_by_hand_passes_everything_and_never_leaves_the_queue(
    number: str, book: Rulebook
) -> None:
    night = at("2026-11-24 03:00")
    busy = GateFacts(
        number, by_hand=True, attempts_at=(night - MINUTE,) * 9, suppressed="listed", calls_done=9
    )
    assert decide(busy, book.gate, night).allowed
    assert not decide(replace(busy, by_hand=False, override="please"), book.gate, night).allowed


NUMBERS = [NEW_YORK, MIAMI, MONTGOMERY, DALLAS, SAN_FRANCISCO, LONDON, BERLIN, TORONTO, HONOLULU]
YEAR = from_iso("2026-01-01T00:00:00Z")


@settings(max_examples=300, deadline=None)
@given(
    number=st.sampled_from(NUMBERS),
    state=st.sampled_from(["", "FL", "TX", "CA", "AL", "PA"]),
    now=st.integers(YEAR, YEAR + 365 * DAY),
    ages=st.lists(st.integers(0, 30 * HOUR), max_size=6),
)
def test_the_next_allowed_moment_is_allowed_and_none_before_it_is(
    number: str, state: str, now: int, ages: list[int], book: Rulebook
) -> None:
    calls = tuple(now - age for age in ages)
    facts = GateFacts(
        number, lead(number, at=now, country="US" if state else "", region=state), attempts_at=calls
    )
    moment = next_allowed(facts, book.gate, now)
    if moment is None:
        return
    assert decide(facts, book.gate, moment).allowed, iso(moment)
    assert moment == now or not decide(facts, book.gate, now).allowed
    assert moment == now or not decide(facts, book.gate, moment - 1).allowed
    for part in (1, 2, 3):
        between = now + (moment - now) * part // 4
        assert between == moment or not decide(facts, book.gate, between).allowed


@pytest.mark.parametrize("day", ["2026-03-08", "2026-11-01"])
def test_windows_hold_on_the_days_the_clock_changes(day: str, book: Rulebook) -> None:
    midnight = at(f"{day} 00:00")
    moment = next_allowed(GateFacts(NEW_YORK, lead(at=midnight)), book.gate, midnight)
    assert moment == at(f"{day} 08:00")
    assert next_allowed(GateFacts(NEW_YORK, lead(at=midnight)), book.gate, at(f"{day} 20:59:59")) == at(
        f"{day} 20:59:59"
    )


@pytest.mark.parametrize(
    ("days_old", "asked_days_ago", "consent", "allowed"),
    [(30, 100, "", True), (32, 100, "", False), (32, 10, "", True), (32, 100, "signed", True)],
)
def test_an_old_registry_stops_whom_a_fresh_one_might_list(
    book: Rulebook, days_old: int, asked_days_ago: int, consent: str, allowed: bool
) -> None:
    asked = replace(lead(NEW_YORK, consent=consent), arrived_at=TUESDAY - asked_days_ago * DAY)
    facts = GateFacts(NEW_YORK, asked, callback=True, registry_at=TUESDAY - days_old * DAY)
    decision = decide(facts, book.gate, TUESDAY)
    assert refused(decision) == (set() if allowed else {"registry_age"})
    if not allowed:
        assert "32 days old; after 31 days a new one must be imported" in decision.why
        assert not decide(replace(facts, override="kim"), book.gate, TUESDAY).allowed


def test_without_a_registry_its_age_stops_nobody(book: Rulebook) -> None:
    assert decide(GateFacts(NEW_YORK, None, by_hand=True), book.gate, TUESDAY).allowed
