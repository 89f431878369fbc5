"""An event as everybody outside is told it: one JSON object, its times in ISO 8601.

The tail, the histories and the hooks say the same; docs/json.md describes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from config.clock import iso
from store.events import Event


def json_record(event: Event) -> dict[str, object]:
    """The event with its times as ISO 8601 UTC; field names are stable."""
    return {
        "seq": event.seq,
        "at": iso(event.at),
        "kind": event.kind,
        "rep": event.rep,
        "lead_id": event.lead_id,
        "attempt_id": event.attempt_id,
        "body": times_as_iso(event.body),
    }


def times_as_iso(body: Mapping[str, Any]) -> dict[str, Any]:
    """`body` with every time in it as ISO 8601 UTC."""
    return {key: iso(value) if is_time(key, value) else value for key, value in body.items()}


def is_time(key: str, value: object) -> bool:
    """Whether the field is a time, ms UTC, by its name: `at`, `until`, `*_at`."""
    return isinstance(value, int) and (key in ("at", "until") or key.endswith("_at"))
