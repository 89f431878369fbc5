"""The telephone's last word on a call, as the store keeps it."""

from __future__ import annotations

from cadence.model import Result
from store.records import CallEnd
from telephony.protocol import Ended


def call_end(ended: Ended) -> CallEnd:
    """What the store is told of the end."""
    return CallEnd(
        result=Result(ended.result), at=ended.at, ring_ms=ended.ring_ms, talk_ms=ended.talk_ms,
        sip_code=ended.sip_code, reason=ended.reason, q850=ended.q850, ended_by=ended.ended_by,
        packets=ended.packets, lost=ended.lost, jitter_ms=ended.jitter_ms, quality=ended.quality,
    )  # fmt: skip
