"""What can keep the telephone from working at all."""

from __future__ import annotations

from config.errors import SixringError


class TelephonyError(SixringError):
    """The phone process, or the practice carrier, could not be started."""


class NoWayError(OSError):
    """The server's name stands for nothing, or no way leads there; in a moment it may be otherwise."""


class NotDialableError(SixringError):
    """The text is no telephone number and no practice name; nothing was sent."""


class SoundError(SixringError):
    """A headset is not there, or will not work; the sentence says what there is."""
