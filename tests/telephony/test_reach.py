"""When a server is asked, and what its answers and its silence come to. No wire, no clock."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.engine.reach import (
    AGAIN_MS,
    GIVES_UP_MS,
    LONGEST_RETRY_MS,
    NO_ANSWER,
    NO_WAY,
    PATIENCE_MS,
    Ask,
    News,
    Reach,
)


def silence(retry_in_ms: int = AGAIN_MS) -> News:
    return News(False, 0, NO_ANSWER, retry_in_ms)


def registered(qualify_ms: int = 0, at: int = 0) -> Reach:
    reach = Reach(registers=True, qualify_ms=qualify_ms)
    assert reach.due(at)[0] == [Ask.REGISTER]
    assert reach.registered(300, at).fine
    return reach


def test_it_registers_at_once_and_only_once() -> None:
    reach = Reach(registers=True, qualify_ms=0)
    assert not reach.fine
    assert reach.due(0) == ([Ask.REGISTER], None)
    assert reach.due(100) == ([], None)


def test_a_silent_registrar_is_told_after_its_patience_and_then_at_each_try() -> None:
    """Which are the stack's repetitions of the request: 0.5, 1.5, 3.5, 7.5, 11.5 s after it, and so on."""
    reach = Reach(registers=True, qualify_ms=0)
    reach.due(0)
    assert reach.due(PATIENCE_MS - 1) == ([], None)
    assert reach.due(PATIENCE_MS) == ([], silence(3_500))
    assert not reach.fine
    assert reach.due(7_499) == ([], None)
    assert reach.due(7_500) == ([], silence())
    assert reach.due(11_500) == ([], silence())


def test_over_a_connection_nothing_is_repeated_so_the_next_try_is_when_the_stack_gives_up() -> None:
    reach = Reach(registers=True, qualify_ms=0, repeats=False)
    reach.due(0)
    assert reach.due(PATIENCE_MS) == ([], silence(GIVES_UP_MS - PATIENCE_MS))


@given(st.booleans(), st.integers(100, 2_000))
def test_while_a_registrar_is_silent_the_next_try_is_always_told_and_never_past(
    repeats: bool, step: int
) -> None:
    reach, next_try = Reach(registers=True, qualify_ms=0, repeats=repeats), 0
    for mono in range(0, 100_000, step):
        _, news = reach.due(mono)
        if mono % GIVES_UP_MS < step and mono > step:
            news = reach.unreached("Request Timeout", mono)
        if news:
            assert news.retry_in_ms > 0
            next_try = mono + news.retry_in_ms
        assert mono < PATIENCE_MS + step or next_try > mono


def test_when_the_stack_gives_up_the_registrar_is_asked_anew_at_once() -> None:
    reach = Reach(registers=True, qualify_ms=0)
    reach.due(0)
    reach.due(PATIENCE_MS)
    assert reach.unreached("Request Timeout", GIVES_UP_MS) == silence()
    assert reach.due(GIVES_UP_MS)[0] == [Ask.REGISTER]


def test_a_refused_connection_is_told_by_its_own_name_and_tried_again() -> None:
    reach = Reach(registers=True, qualify_ms=0)
    reach.due(0)
    assert reach.unreached("Connection refused", 3) == News(False, 0, "Connection refused", AGAIN_MS)
    assert reach.due(AGAIN_MS) == ([], None)
    assert reach.due(AGAIN_MS + 3)[0] == [Ask.REGISTER]
    refused_again = reach.unreached("Connection refused", AGAIN_MS + 6)
    assert refused_again == News(False, 0, "Connection refused", AGAIN_MS)  # and counts anew


def test_the_first_answer_ends_the_silence() -> None:
    reach = Reach(registers=True, qualify_ms=0)
    reach.due(0)
    reach.due(PATIENCE_MS)
    assert reach.registered(300, 9_000) == News(True, 200)
    assert reach.fine
    assert reach.due(20_000) == ([], None)


def test_a_registration_is_renewed_before_it_ends() -> None:
    reach = registered()
    assert reach.due(284_999)[0] == []
    assert reach.due(285_000)[0] == [Ask.REGISTER]
    short = Reach(registers=True, qualify_ms=0)
    short.due(0)
    short.registered(10, 0)
    assert short.due(5_000)[0] == [Ask.REGISTER]


@pytest.mark.parametrize("code", [401, 403, 404, 407])
def test_a_refusal_is_final(code: int) -> None:
    reach = Reach(registers=True, qualify_ms=15_000)
    reach.due(0)
    assert reach.refused(code, "No", 0, 5) == News(False, code, "No", 0)
    assert reach.due(10_000_000) == ([], None)


def test_an_error_is_tried_again_soon_then_steadily_and_as_late_as_the_server_asks() -> None:
    reach = Reach(registers=True, qualify_ms=0)
    reach.due(0)
    assert reach.refused(503, "Busy", 0, 0).retry_in_ms == 2_000
    assert reach.due(2_000)[0] == [Ask.REGISTER]
    assert reach.refused(503, "Busy", 0, 2_000).retry_in_ms == 5_000
    assert reach.refused(503, "Busy", 30, 2_000).retry_in_ms == 30_000
    assert reach.refused(503, "Busy", 999_999, 2_000).retry_in_ms == LONGEST_RETRY_MS


def test_between_refreshes_options_find_a_silence() -> None:
    reach = registered(qualify_ms=15_000)
    assert reach.due(0)[0] == [Ask.OPTIONS]
    reach.answered(5)
    assert reach.due(15_004)[0] == []
    assert reach.due(15_005)[0] == [Ask.OPTIONS]
    asks, news = reach.due(15_005 + PATIENCE_MS)
    assert (asks, news) == ([Ask.REGISTER], silence())
    assert not reach.fine


def test_a_server_that_never_answers_options_is_not_judged_by_them() -> None:
    reach = registered(qualify_ms=15_000)
    reach.due(0)
    assert reach.due(PATIENCE_MS) == ([], None)
    assert reach.fine
    trunk = Reach(registers=False, qualify_ms=15_000)
    trunk.due(0)
    assert trunk.due(PATIENCE_MS) == ([], None)
    assert trunk.fine


def test_a_trunk_that_falls_silent_is_told_and_asked_until_it_is_back() -> None:
    trunk = Reach(registers=False, qualify_ms=15_000)
    assert trunk.due(0)[0] == [Ask.OPTIONS]
    assert trunk.answered(1) is None
    trunk.due(15_001)
    asks, news = trunk.due(15_001 + PATIENCE_MS)
    assert (asks, news) == ([Ask.OPTIONS], silence())
    assert trunk.due(15_001 + 2 * PATIENCE_MS) == ([Ask.OPTIONS], silence())
    assert trunk.answered(24_000) == News(True, 200)
    assert trunk.fine


def test_a_trunk_that_refuses_the_connection_is_told_at_once() -> None:
    trunk = Reach(registers=False, qualify_ms=15_000)
    trunk.due(0)
    assert trunk.unasked("Connection refused", 2) == News(False, 0, "Connection refused", AGAIN_MS)
    assert trunk.due(AGAIN_MS + 2)[0] == [Ask.OPTIONS]


def test_without_qualify_a_trunk_is_never_asked() -> None:
    trunk = Reach(registers=False, qualify_ms=0)
    assert trunk.due(0) == ([], None)
    assert trunk.due(10_000_000) == ([], None)


HERE, THERE = "203.0.113.1:5060", "203.0.113.1:1024"


def test_where_the_server_sees_us_elsewhere_than_before_we_register_again() -> None:
    reach = Reach(registers=True, qualify_ms=15_000)
    reach.due(0)
    reach.registered(300, 0, "198.51.100.1:5060", HERE)
    reach.due(0)
    reach.answered(5, "198.51.100.1:5060", HERE)
    assert reach.due(15_005)[0] == [Ask.OPTIONS]
    assert reach.answered(15_010, "198.51.100.1:5060", THERE) is None  # calls may be placed all the time
    assert reach.due(15_010)[0] == [Ask.REGISTER]
    reach.registered(300, 15_020, "198.51.100.1:5060", THERE)
    reach.due(15_020)
    reach.answered(15_030, "198.51.100.1:5060", THERE)
    assert reach.due(29_000)[0] == []


@pytest.mark.parametrize(("by", "seen"), [("198.51.100.2:5060", THERE), ("198.51.100.1:5060", "")])
def test_what_another_server_sees_or_none_says_is_no_reason_to_register(by: str, seen: str) -> None:
    reach = Reach(registers=True, qualify_ms=15_000)
    reach.due(0)
    reach.registered(300, 0, "198.51.100.1:5060", HERE)
    reach.due(0)
    reach.answered(5, by, seen)
    assert reach.due(14_000)[0] == []


def test_without_a_way_to_the_server_that_is_told_and_nothing_asked() -> None:
    reach = registered(qualify_ms=15_000)
    assert reach.no_way(1_000) == News(False, 0, NO_WAY, AGAIN_MS)
    assert not reach.fine
    assert reach.no_way(2_000) is None
    assert reach.due(4_999) == ([], None)
    assert reach.due(5_000) == ([], News(False, 0, NO_WAY, AGAIN_MS))
    assert reach.unasked("Network is unreachable", 5_500) is None
    assert reach.way_found(6_000) is None  # the answer to the REGISTER will tell
    assert reach.due(6_000)[0] == [Ask.REGISTER]
    assert reach.way_found(6_001) is None


def test_a_registration_in_flight_when_the_way_was_lost_is_repeated_by_itself() -> None:
    reach = Reach(registers=True, qualify_ms=0)
    reach.due(0)
    reach.no_way(1_000)
    reach.way_found(3_000)
    assert reach.due(3_000) == ([], None)
    assert reach.due(PATIENCE_MS) == ([], silence(3_500))


@pytest.mark.parametrize("qualify_ms", [0, 15_000])
def test_a_trunk_that_is_not_known_to_answer_is_taken_at_its_word_once_there_is_a_way(
    qualify_ms: int,
) -> None:
    trunk = Reach(registers=False, qualify_ms=qualify_ms)
    assert trunk.no_way(1) == News(False, 0, NO_WAY, AGAIN_MS)
    assert trunk.way_found(2_000) == News(True, 200)
    assert trunk.fine


def test_a_refusal_stays_a_refusal_whatever_becomes_of_the_network() -> None:
    reach = Reach(registers=True, qualify_ms=0)
    reach.due(0)
    reach.refused(403, "Forbidden", 0, 5)
    assert reach.no_way(1_000) is None
    assert reach.way_found(2_000) is None
    assert reach.due(10_000_000) == ([], None)


@given(st.lists(st.sampled_from(["ok", "503", "gone", "options", "lost", "wait", "out", "in"]), max_size=60))
def test_whatever_happens_a_server_that_is_not_refusing_is_asked_again_within_a_minute(
    acts: list[str],
) -> None:
    reach, mono = Reach(registers=True, qualify_ms=15_000), 0
    for act in acts:
        mono += 1_000
        reach.due(mono)
        match act:
            case "ok":
                reach.registered(60, mono)
            case "503":
                reach.refused(503, "x", 0, mono)
            case "gone":
                reach.unreached("y", mono)
            case "options":
                reach.answered(mono)
            case "lost":
                reach.unasked("z", mono)
            case "out":
                reach.no_way(mono)
            case "in":
                reach.way_found(mono)
    reach.way_found(mono)
    reach.unreached("end", mono)  # nothing is in flight
    asked = [ask for ms in range(mono, mono + 61_000, 500) for ask in reach.due(ms)[0]]
    assert Ask.REGISTER in asked
