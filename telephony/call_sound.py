"""How the sound of a call was, in words, and what to change where something is wrong. Pure.

What the other side heard is not known here: only its own people can say.
"""

from __future__ import annotations

from dataclasses import dataclass

from telephony.account import Account
from telephony.protocol import Ended

NO_COMMON_SOUND = frozenset({415, 488, 606})  # RFC 3261 21.4.13, 21.4.26, 21.6.4
_SOON_MS = 2_000  # of talk: sound that was to come has come by then


@dataclass(frozen=True, slots=True)
class CallSound:
    """One finding. `mend` is what to change, empty where nothing is wrong."""

    found: str
    mend: str = ""


def call_sound(ended: Ended, account: Account, *, secure: bool) -> CallSound | None:
    """What the end of a call tells of its sound; None where it never came to that.

    `secure`: it was encrypted.
    """
    code = ended.sip_code
    if code in NO_COMMON_SOUND:
        return CallSound(f"the other side takes none of the sound we offer ({code})", _offer(account))
    if code != 200:
        return None
    if not ended.packets and ended.ended_by == "engine":
        return CallSound("the other side answered with a sound that we did not offer", _offer(account))
    if not ended.packets:
        if ended.talk_ms < _SOON_MS:
            return CallSound("the call was too short to tell of its sound")
        return CallSound(f"nothing was heard of them in {ended.talk_ms / 1000:.0f} s", _way_back(account))
    came = f"{ended.packets} packets came, {ended.lost} were lost, jitter {ended.jitter_ms} ms"
    if ended.quality == "poor":
        mend = "use a cable in place of Wi-Fi, have the router prefer sound; else show this to the carrier"
        return CallSound(f"it came, and was poor: {came}", mend)
    return CallSound(f"it came, {'encrypted' if secure else 'not encrypted'}: {came}")


def _offer(account: Account) -> str:
    """What to offer in place of what was refused."""
    srtp = {
        "mandatory": 'it may not encrypt sound: try srtp = "optional"',
        "optional": 'it may want nothing but encrypted sound, or none: try srtp = "mandatory", then "off"',
        "off": 'it may want nothing but encrypted sound: try transport = "tls" and srtp = "mandatory"',
    }[account.srtp]
    return f"{srtp} in [sip]; else name one of its codecs in codecs"


def _way_back(account: Account) -> str:
    """How sound may find the way to us."""
    relay = "have the carrier relay the sound, and the firewall let its UDP in"
    if account.stun_servers or account.ice:
        return f"{relay}: the router may map each destination elsewhere"
    return f"where a router is on the way, set stun_servers in [sip]; else {relay}"
