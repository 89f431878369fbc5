"""The gate: the last word before each INVITE, on every path. Pure: facts and rules in, a decision out.

Every check is listed with its input and its outcome, also those that passed,
and the decision is stored with the attempt. An emergency number dialed by
hand passes everything; from the queue it never goes out. A supervisor's
override passes hours and counts, never a do-not-call.
"""

from __future__ import annotations

from msgspec.structs import replace

from cadence import gate_checks as checks
from cadence import numbers
from cadence.gate_facts import GateFacts, Scene
from cadence.model import Check, Decision
from cadence.rules import Rules
from cadence.windows import first_open

__all__ = ["GateFacts", "decide", "next_allowed"]

_NO_OVERRIDE = frozenset({"emergency", "number", "do_not_call", "registry", "registry_age"})
_TIMED = frozenset({"window_number", "window_address", "gap", "cap_24h"})  # a refusal that time alone mends


def decide(facts: GateFacts, rules: Rules, now: int) -> Decision:
    """Whether `facts.e164` may be dialed at `now` (ms UTC), with every check that was made."""
    if numbers.is_emergency(facts.e164, facts.region):
        return Decision(facts.by_hand, now, rules.version, (checks.emergency(facts),))
    scene = Scene.of(facts, rules, now)
    made = tuple(check(scene) for check in checks.ALL)
    failed = [check for check in made if not check.passed]
    if failed and facts.override:
        made = tuple(_overridden(check, facts.override) for check in made)
        failed = [check for check in made if not check.passed]
    if not failed:
        return Decision(True, now, rules.version, made)
    mends = all(check.name in _TIMED for check in failed)
    return Decision(False, now, rules.version, made, _next(scene, now) if mends else None)


def next_allowed(facts: GateFacts, rules: Rules, now: int) -> int | None:
    """The first moment from `now` on at which hours, gap and counts allow the call; None: no such moment.

    Only the checks that time mends are looked at: a listed number or an old
    inquiry is `decide`'s business.
    """
    return _next(Scene.of(facts, rules, now), now)


def _next(scene: Scene, now: int) -> int | None:
    """Jump from edge to edge: a window opens, the gap ends, an old call leaves the 24 hours."""
    if not scene.windows:
        return None
    at = now
    while True:  # ends: once the last call is a day past, only the windows move the moment on
        free = max(at, scene.gap_ends_at(), scene.cap_ends_at(at))
        opening = first_open(scene.windows, free)
        if opening is None or opening == at:
            return opening
        at = opening


def _overridden(check: Check, reason: str) -> Check:
    if check.passed or check.name in _NO_OVERRIDE:
        return check
    return replace(check, passed=True, why=f"Overridden ({reason}): {check.why}")
