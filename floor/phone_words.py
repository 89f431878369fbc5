"""The phone's own state in words for the rep's screen."""

from __future__ import annotations

from config.text import for_terminal
from floor.desk_inputs import PhoneState
from telephony import protocol as phone

_UNTRUSTED = "PJSIP_TLS_ECERTVERIF"  # how the stack names it; `sixring doctor` says what is wrong with it


class PhoneWords:
    """The phone as a whole: its line to the carrier, and whether the rep can hear and speak."""

    def __init__(self, name: str) -> None:
        """`name` is what a phone without a registrar is called, such as "practice carrier"."""
        self._name = name
        self._line: PhoneState | None = None
        self._sound: phone.SoundState | None = None

    def hear(self, event: phone.AnyEvent) -> PhoneState | None:
        """The state after `event`; None where it says nothing of the phone as a whole."""
        if isinstance(event, phone.SoundState):
            self._sound = event
            return self._together()
        line = phone_state(event, self._name)
        if line is None:
            return None
        self._line = line
        if isinstance(event, phone.Down):
            self._sound = None
        return self._together()

    def _together(self) -> PhoneState | None:
        """A rep who cannot hear must not dial, however well the line is."""
        line, sound = self._line, self._sound
        if line is None or not line.ok or sound is None or sound.ready:
            return line
        words = for_terminal(sound.text).rstrip(".")
        return PhoneState(False, words[:1].lower() + words[1:])


def phone_state(event: phone.AnyEvent, name: str) -> PhoneState | None:
    """What `event` says of the line; None for events of one call.

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
            return PhoneState(False, _why(event.code, event.reason), event.retry_in_ms)
        case phone.Reachable(answers=True):
            return PhoneState(True, name)
        case phone.Reachable():
            return PhoneState(False, _why(0, event.reason), event.retry_in_ms)
        case phone.Down(reason=reason) if reason:
            return PhoneState(False, for_terminal(reason), event.retry_in_ms)
        case phone.Down():
            return PhoneState(False, "the phone process died; it is being restarted")
        case _:
            return None


def _why(code: int, reason: str) -> str:
    """What the server said, or that it said nothing."""
    words = for_terminal(reason) or "no answer"
    if _UNTRUSTED in words:
        words = "the carrier's certificate is not trusted"
    return f"{code} {words}" if code else words
