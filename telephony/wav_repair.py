"""The head of a recording, and the mending of one whose writer was killed.

A recording is a WAV file of 8 kHz, 16 bits, two channels: the rep left, the
lead right. Its head is written again each second; a killed process leaves at
most the last second outside of it, and perhaps half a sample at the end.
"""

from __future__ import annotations

import struct
from pathlib import Path

RATE = 8_000  # samples a second
FRAME = 4  # bytes: one sample of each channel
HEAD = 44  # bytes
_HEAD = struct.Struct("<4sI4s4sIHHIIHH4sI")


def head(size: int) -> bytes:
    """The head of a recording with `size` bytes of sound."""
    return _HEAD.pack(
        b"RIFF", HEAD - 8 + size, b"WAVE", b"fmt ", 16, 1, 2, RATE, RATE * FRAME, FRAME, 16, b"data", size
    )


def length_ms(size: int) -> int:
    """How long `size` bytes of sound last."""
    return size // FRAME * 1000 // RATE


def repair(path: Path) -> int:
    """Make the file at `path` a recording again, whole to its last sample; its length in ms.

    A file that is whole already stays as it is, byte for byte.

    Raises:
        OSError: it cannot be read or written.
        ValueError: it is no recording of ours, or one without any sound.
    """
    with path.open("r+b") as file:
        found = file.read(HEAD)
        size = (path.stat().st_size - HEAD) // FRAME * FRAME
        if size <= 0 or not _ours(found):
            raise ValueError(f"{path.name} holds no recorded sound")
        if found != head(size):
            file.seek(0)
            file.write(head(size))
        file.truncate(HEAD + size)
    return length_ms(size)


def _ours(found: bytes) -> bool:
    """Whether `found` is a head of ours, whatever sizes it names."""
    blank = head(0)
    return found[:4] == blank[:4] and found[8:40] == blank[8:40]
