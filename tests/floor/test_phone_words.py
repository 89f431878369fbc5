"""The phone in words: a rep who cannot hear does not dial, however well the line is."""

from __future__ import annotations

from support.bench import Bench

from config.settings import Settings
from config.settings import Sound as SoundTable
from floor import desk_inputs as told
from floor.account import sound_of
from floor.desk_inputs import PhoneState
from floor.phone_words import PhoneWords
from floor.view import phone_words
from telephony import protocol as phone
from telephony.account import Sound

READY = phone.Ready(at=0, mono=0, pid=1)


def sound(ready: bool, text: str = "") -> phone.SoundState:
    return phone.SoundState(at=0, mono=0, ready=ready, text=text)


def test_a_phone_that_tells_nothing_of_sound_is_judged_by_its_line() -> None:
    assert PhoneWords("trunk").hear(READY) == PhoneState(True, "trunk")


def test_a_line_without_sound_cannot_dial_and_says_why() -> None:
    words = PhoneWords("trunk")
    assert words.hear(sound(False, "The headset is being opened.")) is None
    assert words.hear(READY) == PhoneState(False, "the headset is being opened")
    assert words.hear(sound(True, "Jabra")) == PhoneState(True, "trunk")
    assert words.hear(sound(False, "The headset is gone.")) == PhoneState(False, "the headset is gone")


def test_a_line_that_is_down_is_told_before_the_sound() -> None:
    words = PhoneWords("trunk")
    words.hear(sound(False, "The headset is gone."))
    words.hear(READY)
    down = words.hear(phone.Down(at=0, mono=0, code=1, restarting=True))
    assert down is not None
    assert "died" in down.text


def test_a_server_that_is_not_found_is_told_with_the_next_try() -> None:
    down = phone.Down(at=0, mono=0, code=1, restarting=True, reason="no a\x1b[2J is found", retry_in_ms=5_000)
    state = PhoneWords("trunk").hear(down)
    assert state is not None
    assert not state.ok
    assert str(state.words) == "retrying in 5 s: no a\N{MIDDLE DOT}[2J is found"


def test_a_new_process_begins_without_the_old_ones_sound() -> None:
    words = PhoneWords("trunk")
    words.hear(sound(False, "The headset is gone."))
    words.hear(phone.Down(at=0, mono=0, code=1, restarting=True))
    assert words.hear(READY) == PhoneState(True, "trunk")


def test_levels_say_nothing_of_the_phone() -> None:
    assert PhoneWords("trunk").hear(phone.Levels(at=0, mono=0, microphone=-20, speaker=-20)) is None


def test_the_sound_table_becomes_the_phones_sound() -> None:
    table = SoundTable(microphone="Jabra", speaker="Built-in")
    assert sound_of(Settings(sound=table)) == Sound(kind="headset", microphone="Jabra", speaker="Built-in")
    table = SoundTable(kind="desk_phone", desk_phone="sip:anna@10.0.0.5")
    assert sound_of(Settings(sound=table)) == Sound(kind="desk_phone", uri="sip:anna@10.0.0.5")
    assert sound_of(Settings(sound=SoundTable(kind="none"))) == Sound()


def shown(bench: Bench) -> str:
    """What the screen says of the phone now."""
    return phone_words(bench.desk.phone_line, bench.desk.phone_retry_mono, bench.clock.monotonic())


def test_the_wait_for_the_next_try_counts_down() -> None:
    bench = Bench()
    bench.tell(told.PhoneState(False, "no answer", 12_000))
    bench.clock.advance(4_600)
    assert shown(bench) == "retrying in 7 s: no answer"
    bench.clock.advance(20_000)
    assert shown(bench) == "retrying now: no answer"
    bench.tell(told.PhoneState(True, "registered"))
    assert shown(bench) == "registered"


def test_that_the_phone_cannot_dial_is_no_fault_any_more_once_it_can() -> None:
    bench = Bench()
    bench.preview()
    bench.tell(told.PhoneState(False, "no answer", 4_000))
    bench.tell(told.Pressed("dial"))
    assert bench.desk.message == "The phone cannot dial now: no answer. The lead stays with you."
    bench.tell(told.PhoneState(True, "registered"))
    assert bench.desk.message == ""
