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
            return PhoneState(bool(name), name or "phone ready, registering")
        case phone.Registration(registered=True):
            return PhoneState(True, name or "registered")
        case phone.Registration():
            again = f", again in {round(event.retry_in_ms / 1000)} s" if event.retry_in_ms else ""
            reason = for_terminal(event.reason) or "no answer"
            code = f" ({event.code})" if event.code else ""
            return PhoneState(False, f"not registered: {reason}{code}{again}")
        case phone.Down():
            return PhoneState(False, "the phone process died; it is being restarted")
        case _:
            return None
