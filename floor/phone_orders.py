"""What a desk asks of its phone, in the phone's own words: carried out at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from floor import desk_effects as out
from telephony import protocol
from telephony.client import Phone


@dataclass(slots=True)
class PhoneOrders:
    """Gives one desk's orders to its phone."""

    phone: Phone
    ring_timeout_ms: int
    message: Path | None = None  # the rep's recorded one
    notice: Path | None = None  # that calls are recorded

    def give(self, effect: out.PhoneEffect) -> None:
        """Have `effect` done; what comes of it is told by the phone's events."""
        match effect:
            case out.Place():
                self._dial(effect.call, effect.e164, effect.caller_id)
            case out.PlaceBeside():
                self._dial(effect.call, effect.target, effect.caller_id, effect.beside)
            case out.HangUp():
                self.phone.hang_up(effect.call)
            case out.Mute():
                self.phone.mute(effect.call, effect.on)
            case out.Tone():
                self.phone.dtmf(effect.call, effect.digit)
            case _:
                self.phone.send(self._command(effect))

    def _dial(self, call: str, target: str, caller_id: str, beside: str = "") -> None:
        self.phone.dial(protocol.Dial(call, target, caller_id, self.ring_timeout_ms, beside=beside))

    def _command(
        self, effect: out.Hold | out.PlayMessage | out.Announce | out.Answer | out.PassOn | out.Transfer
    ) -> protocol.AnyCommand:
        match effect:
            case out.Hold():
                return protocol.Hold(effect.call, effect.on)
            case out.PlayMessage():
                return protocol.Play(effect.call, str(self.message))
            case out.Announce():
                return protocol.Announce(effect.call, str(self.notice))
            case out.Answer():
                return protocol.Answer(effect.call)
            case out.PassOn():
                return protocol.PassOn(effect.call, effect.away)
            case out.Transfer():
                return protocol.Transfer(effect.call, effect.target, effect.to)
