from __future__ import annotations

import math
import struct
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import miniaudio
import pytest

from telephony.errors import SoundError
from telephony.headset import Headset
from telephony.levels import SILENCE_DBFS, dbfs, in_words, peak
from telephony.soundcard import Cards, Device, cards, pick

T = TypeVar("T")
NULL = (miniaudio.Backend.NULL,)  # a real backend with a clock and no card
HAVE = (Device("Jabra Evolve 20 Mono"), Device("Jabra Evolve 20"), Device("Built-in Audio"))


@pytest.fixture
def headset() -> Iterator[Headset]:
    made = Headset("", "", backends=NULL)
    made.start()
    yield made
    made.close()


def test_a_part_of_a_name_is_enough() -> None:
    assert pick(HAVE, "built-in", "speaker") == HAVE[2]


def test_a_whole_name_wins_over_one_that_contains_it() -> None:
    assert pick(HAVE, "jabra evolve 20", "speaker") == HAVE[1]


def test_no_name_is_the_systems_choice() -> None:
    assert pick(HAVE, "", "speaker") == Device("")


def test_several_that_fit_are_listed() -> None:
    with pytest.raises(SoundError, match=r"More than one speaker fits 'jabra': 'Jabra Evolve 20 Mono', 'Jab"):
        pick(HAVE, "jabra", "speaker")


def test_a_name_nobody_has_is_answered_with_what_there_is() -> None:
    with pytest.raises(SoundError, match=r"No microphone has 'Plantronics' in its name; there is 'Jabra E"):
        pick(HAVE, "Plantronics", "microphone")


def test_a_machine_without_sound_is_offered_the_desk_phone() -> None:
    with pytest.raises(SoundError, match=r'no microphone\. Plug one in, or .*kind = "desk_phone"'):
        pick((), "", "microphone")


def test_no_sound_system_is_no_cards() -> None:
    assert cards((miniaudio.Backend.CUSTOM,)) == Cards("")


@pytest.mark.parametrize(("swing", "level"), [(0, SILENCE_DBFS), (1, -90), (3277, -20), (32_768, 0)])
def test_a_level_is_told_in_decibels_below_full_scale(swing: int, level: int) -> None:
    assert dbfs(swing) == level


def test_the_peak_counts_both_ways() -> None:
    assert peak(struct.pack("=3h", 5, -32_768, 32_767)) == 32_768
    assert peak(b"") == 0


@pytest.mark.parametrize(
    ("level", "word"), [(-96, "silent"), (-40, "too quiet"), (-20, "good"), (-1, "too loud")]
)
def test_a_level_has_a_word(level: int, word: str) -> None:
    assert in_words(level) == word


def test_an_open_headset_says_so_and_runs(headset: Headset) -> None:
    spoken = _eventually(lambda: headset.spoken.pull(320) and len(headset.spoken))
    assert spoken > 0
    (news,) = _eventually(headset.news)
    assert news.ready
    assert news.text == "the system's choice"


def test_its_speaker_is_metered(headset: Headset) -> None:
    tone = b"".join(struct.pack("=h", round(16_384 * math.sin(i / 2))) for i in range(160))

    def level() -> bool:
        headset.played.push(tone)
        return headset.levels().speaker > -10

    assert _eventually(level)


def test_a_headset_that_is_not_there_is_told_once() -> None:
    headset = Headset("no such microphone", "", backends=NULL)
    headset.start()
    try:
        news = _eventually(headset.news)
    finally:
        headset.close()
    assert [one.ready for one in news] == [False]
    assert "No microphone has 'no such microphone' in its name" in news[0].text


def test_a_card_is_gone_after_four_looks_without_sound_however_long_they_took(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A machine that stood still for seconds has missed the card's callbacks, and its own looks too."""
    watched, looks = Headset("", "", backends=NULL), 0

    def look(_seconds: float) -> bool:
        nonlocal looks
        looks += 1
        if looks <= 40 and looks % 4 == 0:
            watched._ticks = [count + 1 for count in watched._ticks]
        return False

    monkeypatch.setattr(watched._leave, "wait", look)
    watched._watch()
    assert looks == 44


def _eventually(met: Callable[[], T]) -> T:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        found = met()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError("it never came")
