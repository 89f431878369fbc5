"""How a call sounds, from what its RTP stream counted: three marks, as a rep would say them.

Our own thresholds. Up to 1 % of lost packets the concealment of the codec
hides; from 3 % on words are lost. Jitter costs as much as the jitter buffer
must hold back: from 60 ms on, two people interrupt each other.
"""

from __future__ import annotations

from typing import Literal

Mark = Literal["", "good", "fair", "poor"]

FAIR_LOST, POOR_LOST = 10, 30  # of a thousand packets
FAIR_JITTER_MS, POOR_JITTER_MS = 30, 60
_LEAST = 50  # packets: a second; before that there is nothing to say


def mark(packets: int, lost: int, jitter_ms: int) -> Mark:
    """The mark of a stream in which `packets` came and `lost` did not; empty: too early to say."""
    if packets + lost < _LEAST:
        return ""
    permille = 1_000 * lost // (packets + lost)
    if permille >= POOR_LOST or jitter_ms >= POOR_JITTER_MS:
        return "poor"
    return "fair" if permille >= FAIR_LOST or jitter_ms >= FAIR_JITTER_MS else "good"
