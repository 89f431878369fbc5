"""How a phone sounds to the caller while it rings elsewhere: data, a tone by country.

Source: ITU-T E.180/Q.35 (tones for national signalling) and its Supplement 2
(the tones administrations reported): the ringing tone's frequencies and cadence.
425 Hz, 1 s on and 4 s off, is what E.180 recommends and most of the others use.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Burst:
    """One sound and the silence after it, ms; added frequencies in Hz, a second one of 0 for none."""

    hz: tuple[int, int]
    on_ms: int
    off_ms: int


_NORTH_AMERICAN = (Burst((440, 480), 2_000, 4_000),)
_DOUBLE = (Burst((400, 450), 400, 200), Burst((400, 450), 400, 2_000))
_RECOMMENDED = (Burst((425, 0), 1_000, 4_000),)

TONES = {
    "US": _NORTH_AMERICAN, "CA": _NORTH_AMERICAN, "PR": _NORTH_AMERICAN,
    "GB": _DOUBLE, "IE": _DOUBLE, "NZ": _DOUBLE,
}  # fmt: skip


def ringing_tone(country: str) -> tuple[Burst, ...]:
    """The tone of a country (ISO 3166 alpha-2), played round and round."""
    return TONES.get(country.upper(), _RECOMMENDED)
