"""The phone's own state in words for the rep's screen."""

from __future__ import annotations

from config.text import for_terminal
from floor.desk_inputs import PhoneState
from telephony import protocol as phone


def phone_state(event: phone.AnyEvent, name: str) -> PhoneState | None:
    """What `event` says of the phone as a whole; None for events of one call.

    `name` is what a phone without a registrar is called, such as "practice carrier".
    """
    match event:
        case phone.Ready():
            return PhoneState(bool(name), name or "registering")
        case phone.Registration(registered=True):
            return PhoneState(True, name or "registered")
        case phone.Registration(retry_in_ms=0):
            return PhoneState(False, f"refused: {_why(event.code, event.reason)}; check user and password")
        case phone.Registration():
            return PhoneState(False, _retrying(event.retry_in_ms, _why(event.code, event.reason)))
        case phone.Reachable(answers=True):
            return PhoneState(True, name)
        case phone.Reachable():
            return PhoneState(False, _retrying(event.retry_in_ms, _why(0, event.reason)))
        case phone.Down():
            return PhoneState(False, "the phone process died; it is being restarted")
        case _:
            return None


def _retrying(in_ms: int, why: str) -> str:
    return f"retrying in {round(in_ms / 1000)} s: {why}"


def _why(code: int, reason: str) -> str:
    """What the server said, or that it said nothing."""
    words = for_terminal(reason) or "no answer"
    return f"{code} {words}" if code else words
