"""The carrier's sound files: packaged speech, and tones composed with pydub when it starts.

Ringback: 440 + 480 Hz, 2 s on, 4 s off (North American; ITU-T E.180 supplement 2).
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

RATE = 8_000
SPEECH = Path(__file__).parent / "sounds"
BEEP_HZ = 1_000
BEEP_MS = 480
PAUSE_MS = 500
RINGBACK_HZ = (440, 480)
RING_ON_MS, RING_OFF_MS = 2_000, 4_000


@dataclass(frozen=True, slots=True)
class Sounds:
    """Files the stack can play."""

    person: Path
    voicemail: Path
    ringback: Path


def compose(folder: Path) -> Sounds:
    """Write the composed ones into `folder`."""
    from pydub import AudioSegment
    from pydub.generators import Sine

    beep = Sine(BEEP_HZ, sample_rate=RATE).to_audio_segment(BEEP_MS, volume=-9.0)
    with (SPEECH / "greeting.wav").open("rb") as file:
        greeting = AudioSegment.from_wav(file)
    pause = AudioSegment.silent(PAUSE_MS, frame_rate=RATE)
    low, high = (Sine(hz, sample_rate=RATE).to_audio_segment(RING_ON_MS, volume=-15.0) for hz in RINGBACK_HZ)
    ringing = low.overlay(high) + AudioSegment.silent(RING_OFF_MS, frame_rate=RATE)
    voicemail, ringback = folder / "voicemail.wav", folder / "ringback.wav"
    for sound, path in ((greeting + pause + beep, voicemail), (ringing, ringback)):
        sound.export(str(path), format="wav").close()
    return Sounds(SPEECH / "person.wav", voicemail, ringback)


def make_folder() -> tempfile.TemporaryDirectory[str]:
    """A folder for them that goes when the carrier does."""
    return tempfile.TemporaryDirectory(prefix="sixring-carrier-")
