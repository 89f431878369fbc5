"""The gate's checks, one small function each: a scene in, a `Check` with its input and outcome out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from cadence import numbers
from cadence.calendar import local
from cadence.gate_facts import GateFacts, Scene
from cadence.model import Check
from cadence.ranking import age
from cadence.spans import CLOSED, clock_hours
from cadence.whereabouts import Spot
from cadence.windows import Window
from config.clock import DAY


def emergency(facts: GateFacts) -> Check:
    """By hand an emergency number passes everything; from the queue it never goes out."""
    if facts.by_hand:
        return Check("emergency", facts.e164, True, "An emergency number dialed by hand always goes out.")
    return Check("emergency", facts.e164, False, "An emergency number is never dialed from the queue.")


def number(scene: Scene) -> Check:
    """The number can exist, and is not marked bad."""
    dialed = scene.facts.e164
    if not numbers.is_valid(dialed):
        return Check(
            "number", dialed, False, "No such number can exist; correct it on the lead.", "numbering plan"
        )
    lead = scene.facts.lead
    if lead is not None and any(phone.bad and phone.e164 == dialed for phone in lead.phones):
        return Check("number", dialed, False, "The number is marked wrong or disconnected.", "the lead")
    return Check("number", dialed, True, "", "numbering plan")


def premium(scene: Scene) -> Check:
    """The call would not cost a premium rate."""
    if numbers.is_premium(scene.facts.e164):
        return Check(
            "premium", scene.facts.e164, False, "A premium-rate number is never dialed.", "numbering plan"
        )
    return Check("premium", scene.facts.e164, True, "", "numbering plan")


def do_not_call(scene: Scene) -> Check:
    """The number is not on our own list; nothing overrides it."""
    why = scene.facts.suppressed
    return Check(
        "do_not_call",
        why or "not listed",
        not why,
        f"On the do-not-call list: {why}." if why else "",
        "own list",
    )


def registry(scene: Scene) -> Check:
    """A number on an imported registry is called only on a recent enough inquiry, or with consent."""
    listed = scene.facts.registry
    if not listed:
        return Check("registry", "not listed", True, "", "imported registries")
    if _consent(scene):
        return Check("registry", listed, True, "Listed, and the person gave consent.", "imported registries")
    passed = _asked_lately(scene)
    why = (
        "Listed, and the inquiry is recent."
        if passed
        else f"On {listed}, without a recent inquiry or a consent."
    )
    return Check("registry", listed, passed, why, scene.source)


def registry_age(scene: Scene) -> Check:
    """The imported registry is fresh enough to tell; who asked lately or consented is called anyway."""
    imported = scene.facts.registry_at
    limit = min((place.registry_ms for place in scene.places if place.registry_ms), default=0)
    if not imported or not limit:
        return Check("registry_age", "no limit applies", True, "", "imported registries")
    old = scene.now - imported
    passed = old < limit or _consent(scene) or _asked_lately(scene)
    why = (
        ""
        if passed
        else f"The registry's list is {age(old)} old; after {age(limit)} a new one must be imported."
    )
    return Check("registry_age", f"{age(old)} old", passed, why, scene.source)


def _asked_lately(scene: Scene) -> bool:
    """Whether the inquiry is so recent that a registry does not matter."""
    lead = scene.facts.lead
    limits = [place.listed_inquiry_ms for place in scene.places if place.listed_inquiry_ms]
    limit = min(limits, default=None)
    return lead is not None and (limit is None or scene.now - lead.arrived_at < limit)


def window_number(scene: Scene) -> Check:
    """Lawful hours where the number was issued; a zone is known there or by the address."""
    if scene.number.windows or scene.address is None or not scene.address.windows:
        return _window("window_number", scene.number, scene.now)
    return Check("window_number", "zone unknown", True, "The number tells no zone; the address decides.")


def window_address(scene: Scene) -> Check:
    """Lawful hours where the address is, if one is known."""
    if scene.address is None:
        return Check("window_address", "no address", True, "No address is known; the number decides.")
    if not scene.address.windows and scene.number.windows:
        return Check("window_address", "zone unknown", True, "The address tells no zone; the number decides.")
    return _window("window_address", scene.address, scene.now)


def _window(name: str, spot: Spot, now: int) -> Check:
    if not spot.windows:
        why = "The time zone there is unknown; state one on the lead."
        return Check(name, "zone unknown", False, why, spot.place.source)
    given: list[str] = []
    for window in spot.windows:
        wall = local(now, window.zone)
        if not window.open_at(wall):
            return _closed(name, window, wall)
        given.append(f"{wall:%a %H:%M} {window.zone.key}")
    return Check(name, ", ".join(given), True, "", spot.place.source)


def _closed(name: str, window: Window, wall: datetime) -> Check:
    hours, place = window.hours(wall.date()), window.place
    day = window.holiday(wall.date()) or f"{wall:%A}"
    rule = f"no calls on {day}" if hours == CLOSED else f"calls only {clock_hours(hours)} on {day}"
    why = f"It is {wall:%a %H:%M} there; {place.name}: {rule}."
    return Check(name, f"{wall:%a %H:%M} {window.zone.key}", False, why, place.source)


def gap(scene: Scene) -> Check:
    """Some time lies between two calls to one lead or number."""
    last = scene.last_call_at
    if not last:
        return Check("gap", "no earlier call", True, "")
    since, least = scene.now - last, scene.gap_ms
    passed = since >= least
    why = "" if passed else f"The last call was {age(since)} ago; {age(least)} must lie between two."
    if scene.facts.callback:
        why = "The lead asked for this call: no gap stands before it."
    return Check("gap", f"{age(since)} since the last call", passed, why, scene.source)


def cap_24h(scene: Scene) -> Check:
    """So many calls to one number in any 24 hours, not per calendar day."""
    cap = scene.cap_24h
    recent = sum(scene.now - DAY < at <= scene.now for at in scene.facts.attempts_at)
    passed = not cap or recent < cap
    why = "" if passed else f"{recent} calls to this number in 24 hours; {cap} are allowed."
    if passed and scene.facts.callback:
        why = "The lead asked for this call: only the law's limit counts."
    return Check("cap_24h", f"{recent} of {cap or 'any'}", passed, why, scene.source)


def attempts(scene: Scene) -> Check:
    """No more calls than the cadence has; an agreed callback is not counted."""
    done, most = scene.facts.calls_done, min(place.max_calls for place in scene.places)
    passed = scene.facts.callback or done < most
    why = "" if passed else f"{done} calls of the cadence are done; {most} are the limit."
    return Check("attempts", f"{done} of {most}", passed, why, "cadence")


def inquiry_age(scene: Scene) -> Check:
    """An inquiry allows calls for some time; later only consent does."""
    lead = scene.facts.lead
    limit = min((place.inquiry_ms for place in scene.places if place.inquiry_ms), default=0)
    if lead is None or not limit or scene.facts.callback:
        return Check("inquiry_age", "no limit applies", True, "")
    old = scene.now - lead.arrived_at
    passed = old < limit or _consent(scene)
    why = "" if passed else f"The inquiry is {age(old)} old; after {age(limit)} a consent is needed."
    return Check("inquiry_age", f"{age(old)} old", passed, why, scene.source)


def consent(scene: Scene) -> Check:
    """A consent is on record, where the place demands one."""
    demanding = [place for place in scene.places if place.consent]
    given = "recorded" if _consent(scene) else "none recorded"
    passed = not demanding or _consent(scene)
    why = "" if passed else f"{demanding[0].name} wants a recorded consent for each call."
    return Check("consent", given, passed, why, demanding[0].source if demanding else "")


def _consent(scene: Scene) -> bool:
    return scene.facts.lead is not None and bool(scene.facts.lead.consent.strip())


ALL: tuple[Callable[[Scene], Check], ...] = (
    number, premium, do_not_call, registry, registry_age, window_number, window_address,
    gap, cap_24h, attempts, inquiry_age, consent,
)  # fmt: skip
"""In the order they are told: what time does not mend first, then hours, counts and age."""
