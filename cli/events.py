"""An event of the log as a line for a person."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from store.event_json import is_time
from store.events import Event

_DETAILS: dict[str, tuple[str, ...]] = {
    "lead.arrived": ("source", "campaign", "next_at"),
    "lead.inquired": ("source", "campaign", "next_at"),
    "lead.imported": ("file", "counts"),
    "lead.changed": ("fields",),
    "lead.planned": ("why", "status", "next_at"),
    "lead.assigned": ("owner", "was", "why"),
    "lead.released": ("why",),
    "lead.skipped": ("reason", "until"),
    "lead.expired": ("held_by",),
    "lead.noted": (),
    "attempt.opened": ("direction", "e164", "caller_id", "call_kind", "step", "beside"),
    "attempt.answered": ("secure",),
    "attempt.message": (),
    "attempt.ended": ("e164", "result", "ring_ms", "talk_ms", "quality", "sip_code", "reason"),
    "attempt.blocked": ("e164", "reason"),
    "attempt.interrupted": ("e164", "ring_ms", "talk_ms", "reason"),
    "attempt.transferred": ("target", "done", "attended", "reason"),
    "attempt.transfer_refused": ("target", "attended", "reason"),
    "call.missed": ("number", "why", "outcome"),
    "attempt.disposed": ("disposition", "automatic", "callback_at", "status", "next_at"),
    "attempt.undone": ("disposition",),
    "attempt.corrected": ("disposition", "instead_of", "why"),
    "recording.kept": ("recording_id", "ms", "size", "why"),
    "recording.lost": ("recording_id", "why"),
    "recording.deleted": ("recording_id", "why"),
    "recording.played": ("recording_id", "how"),
    "recording.announced": ("recording_id",),
    "recording.objected": ("recording_id",),
    "mail.queued": ("step", "template", "address", "due_at"),
    "mail.sent": ("step", "reply"),
    "mail.failed": ("step", "why", "permanent"),
    "mail.uncertain": ("step",),
    "mail.cancelled": ("step", "why"),
    "dnc.added": ("value", "kind", "why"),
    "dnc.removed": ("value", "kind", "why"),
    "rep.changed": ("login", "team", "skills", "languages", "campaigns"),
    "queue.routed": ("moved",),
    "override.granted": ("e164", "why", "until", "login"),
    "override.used": ("granted_by", "why"),
    "registry.imported": ("name", "version", "dated_at", "numbers"),
    "callback.agreed": ("callback_at",),
    "callback.settled": ("settled",),
    "shift.in": ("host",),
    "shift.state": ("state", "reason"),
    "shift.out": ("closed",),
}
_NAKED = {"result", "disposition", "state", "e164", "status"}  # their values say what they are


def human_line(event: Event, zone: str) -> str:
    """The event on one line, its times in `zone`."""
    about = f"lead {event.lead_id}" if event.lead_id is not None else ""
    words = [
        clock(event.at, zone),
        f"{event.rep or '-':<10}",
        f"{event.kind:<19}",
        f"{about:<11}",
        ", ".join(_details(event, zone)),
    ]
    return "  ".join(words).rstrip()


def clock(at: int, zone: str) -> str:
    """`at` in `zone`, to the second."""
    return datetime.fromtimestamp(at / 1000, _zone(zone)).strftime("%Y-%m-%d %H:%M:%S")


@lru_cache(8)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _details(event: Event, zone: str) -> list[str]:
    shown = _DETAILS.get(event.kind, tuple(event.body))
    return [
        _detail(key, event.body[key], zone)
        for key in shown
        if event.body.get(key) not in (None, "", 0, False)
    ]


def _detail(key: str, value: object, zone: str) -> str:
    if is_time(key, value):
        assert isinstance(value, int)  # noqa: S101
        return f"{key.removesuffix('_at')} {clock(value, zone)}"
    if key.endswith("_ms") and isinstance(value, int):
        return f"{key.removesuffix('_ms')} {value / 1000:.1f} s"
    if key in _NAKED:
        return str(value)
    return key.replace("_", " ") if value is True else f"{key.replace('_', ' ')} {_plain(value)}"


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return " ".join(f"{name} {count}" for name, count in value.items())
    if isinstance(value, list):
        return " ".join(map(str, value))
    return str(value)
