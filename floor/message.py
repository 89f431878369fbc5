"""What is played into calls: any audio file, brought to what the telephone plays.

It is the rep's recorded message for a mailbox, and the firm's notice that a
call is recorded. The message is set by a command; the notice is the file that
the settings name, made anew when that file changes.
"""

from __future__ import annotations

import hashlib
import os
import time
import warnings
from contextlib import suppress
from pathlib import Path

from config.errors import SixringError, UsageError
from config.home import Home, make_private

LONGEST_S = 60  # a mailbox hears no more, and neither does a person
SHORTEST_S = 1
OLD_S = 30 * 24 * 3_600  # no desk stays open for so long
NO_MESSAGE = "No message is recorded for you: sixring voicemail set FILE takes one."


def message_of(home: Home, login: str) -> Path:
    """Where the message of the rep `login` lies, or would."""
    return home.path / "voicemail" / f"{login}.wav"


def set_message(home: Home, login: str, source: Path) -> int:
    """Make the audio file `source` the rep's message: 8 kHz, mono, evenly loud; its length in ms.

    Raises:
        UsageError: it is no audio file we can read, or too short or too long.
        SixringError: the message cannot be written.
    """
    ms, samples = _telephone_sound(source, "a message")
    _write(samples, message_of(home, login))
    return ms


def notice_from(home: Home, source: Path) -> Path:
    """The firm's notice, ready to be played; made of `source` where that is new or has changed.

    A version stays where it is for weeks after it was last asked for: other desks,
    opened before the change, play it to the end of their day.

    Raises:
        UsageError: it is no audio file we can read, or too short or too long.
        SixringError: the notice cannot be written.
    """
    try:
        found = source.stat()
    except OSError as error:
        raise UsageError(f"{source} cannot be read ({error.strerror}).") from error
    version = f"{source} {found.st_mtime_ns} {found.st_size}"
    folder = home.path / "notice"
    target = folder / f"{hashlib.sha256(version.encode()).hexdigest()[:16]}.wav"
    if not target.is_file():
        _, samples = _telephone_sound(source, "a notice")
        _write(samples, target)
    _keep(target)
    return target


def _keep(target: Path) -> None:
    """Note that this version is in use from now on, and let go of those that have not been for long."""
    with suppress(OSError):  # tidying up; the notice itself is there
        os.utime(target)
        for old in target.parent.iterdir():
            if time.time() - old.stat().st_mtime > OLD_S:
                old.unlink(missing_ok=True)


def _telephone_sound(source: Path, what: str) -> tuple[int, bytes]:
    """Length in ms and samples of an audio file: 8 kHz, mono, 16 bits, evenly loud."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a library's own syntax
        from pydub import AudioSegment
        from pydub.effects import normalize
        from pydub.exceptions import CouldntDecodeError
    try:
        with source.open("rb") as file:
            sound = AudioSegment.from_file(file)
    except CouldntDecodeError as error:
        raise UsageError(
            f"{source} is no audio file that can be read; save it as WAV and try again."
        ) from error
    except OSError as error:
        itself = str(error.filename) == str(source)
        mend = "" if itself else "; a file other than WAV needs ffmpeg on this machine"
        raise UsageError(f"{source} cannot be read ({error.strerror}){mend}.") from error
    if not SHORTEST_S <= len(sound) / 1000 <= LONGEST_S:
        raise UsageError(
            f"{source} lasts {len(sound) / 1000:.1f} s; {what} lasts from {SHORTEST_S} to {LONGEST_S} s."
        )
    told = normalize(sound.set_channels(1).set_frame_rate(8_000).set_sample_width(2), headroom=3.0)
    return len(told), told.raw_data


def _write(samples: bytes, target: Path) -> None:
    import wave

    part = target.with_suffix(f".{os.getpid()}.part")  # two desks may open at once
    try:
        make_private(target.parent)
        part.unlink(missing_ok=True)
        private = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(private, "wb") as file, wave.open(file, "wb") as sound:
            sound.setparams((1, 2, 8_000, len(samples) // 2, "NONE", ""))
            sound.writeframes(samples)
        part.replace(target)
    except OSError as error:
        raise SixringError(f"The sound cannot be written to {target} ({error.strerror}).") from error
