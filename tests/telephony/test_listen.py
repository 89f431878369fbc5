"""The hint at an answering machine: what is heard, what is not, and that it never decides."""

from __future__ import annotations

import math
import random
import struct
from array import array
from pathlib import Path

import pytest
from support.sound import channels
from support.telephone import telephone

from telephony.account import Account
from telephony.carrier import PracticeCarrier
from telephony.carrier import script as carrier_script
from telephony.engine.listen import FRAME, Listener
from telephony.protocol import Ended, Hint

SOUNDS = Path(carrier_script.__file__).parent / "sounds"
QUIET = [0] * 4_000


def words(samples: list[int]) -> list[str]:
    """What is said of a sound."""
    ears, said = Listener(), []
    for at in range(0, len(samples) - FRAME + 1, FRAME):
        word = ears.hear(struct.pack(f"<{FRAME}h", *samples[at : at + FRAME]))
        if word:
            said.append(word)
    return said


def tone(hz: float, ms: int, loud: int = 6_000) -> list[int]:
    return [round(loud * math.sin(2 * math.pi * hz * n / 8_000)) for n in range(8 * ms)]


def noisy(samples: list[int], seed: int) -> list[int]:
    rng = random.Random(seed)
    return [max(-32_768, min(32_767, x + round(rng.gauss(0, 60)))) for x in samples]


def spoken(name: str) -> list[int]:
    return list(channels(SOUNDS / name)[0])


@pytest.mark.parametrize("hz", [400, 440, 620, 850, 1_000, 1_400, 2_000])
@pytest.mark.parametrize("ms", [200, 300, 500, 1_000])
def test_a_beep_is_heard_whatever_its_pitch_and_length(hz: int, ms: int) -> None:
    assert words(noisy(QUIET + tone(hz, ms) + QUIET, seed=hz + ms)) == ["beep heard"]


@pytest.mark.parametrize("name", ["person.wav", "greeting.wav"])
def test_speech_is_no_beep(name: str) -> None:
    assert "beep heard" not in words(spoken(name) * 4)


@pytest.mark.parametrize("hz", [440, 2_100])
def test_a_tone_that_stays_is_no_beep(hz: int) -> None:
    assert "beep heard" not in words(QUIET + tone(hz, 3_000) + QUIET)


def test_ringback_is_no_beep() -> None:
    ringback = [a + b for a, b in zip(tone(440, 2_000), tone(480, 2_000), strict=True)]
    assert "beep heard" not in words(QUIET + ringback + QUIET)


def voice(ms: int) -> list[int]:
    """Noise as loud as a voice."""
    rng = random.Random(ms)
    return [round(rng.gauss(0, 3_000)) for _ in range(8 * ms)]


def test_talking_on_is_a_long_greeting_and_said_once() -> None:
    assert words(QUIET + voice(9_000)) == ["long greeting"]


def test_hello_and_a_pause_is_a_person_whatever_follows() -> None:
    assert words(QUIET + voice(700) + [0] * 8_000 + voice(9_000)) == []


def test_an_empty_line_says_nothing() -> None:
    assert words(noisy([0] * 80_000, seed=1)) == []
    assert Listener().hear(b"") is None
    assert array("h").itemsize == 2


async def test_the_practice_machines_beep_is_told_while_the_call_goes_on(tmp_path: Path) -> None:
    carrier = PracticeCarrier(tmp_path / "carrier.log", pace=0.2)  # it hangs up after 18 s
    address = await carrier.start()
    async with telephone(tmp_path / "phone.log", Account(server=str(address))) as line:
        call = line.dial("+14155550104")
        await line.answered(call)
        count = 1
        while (await line.heard.wait(Hint, call, count=count)).word != "beep heard":
            count += 1
        assert line.heard.of(Ended, call) == []
        line.phone.hang_up(call)
        await line.ended(call)
    await carrier.close()
