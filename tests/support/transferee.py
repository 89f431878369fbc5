"""Called sides that are asked for a transfer: how they take it, and what they report (RFC 3515)."""

from __future__ import annotations

from collections.abc import Callable

from support.sip_message import Message
from support.sip_peer import Leg

React = Callable[[Leg, Message], None]


def report(leg: Leg, code: int, phrase: str, *, last: bool) -> None:
    """A NOTIFY with the status of the call that was placed."""
    state = "terminated;reason=noresource" if last else "active;expires=60"
    headers = ("Event: refer", f"Subscription-State: {state}", "Content-Type: message/sipfrag;version=2.0")
    leg.request("NOTIFY", headers, f"SIP/2.0 {code} {phrase}\r\n")


def refuses(code: int, phrase: str) -> React:
    """Answers the REFER with a code, and that is all."""
    return lambda leg, refer: leg.say(refer, code, phrase)


def takes(*reports: tuple[int, str], leaves: bool = False) -> React:
    """Accepts it, reports these one after another, and hangs up then if it `leaves`."""

    def react(leg: Leg, refer: Message) -> None:
        leg.say(refer, 202, "Accepted")
        for code, phrase in reports:
            report(leg, code, phrase, last=code >= 200)
        if leaves:
            leg.request("BYE")
            leg.end()

    return react
