"""What a final SIP code means for a lead: data and one pure function.

Every code from 300 to 699 has a result and a sentence. A code that names its
cause keeps its meaning; a code that gateways use for everything (480, 500,
503 ...) gives way to the ITU-T Q.850 cause in its Reason header, because the
telephone network's own word is the better one.

Sources: RFC 3261 21.3-21.6 (codes), RFC 3398 8.2.6.1 (gateway mapping), RFC
8197 (607), RFC 8688 (608), ATIS-1000099 ("603 Network Blocked", known as
603+), ITU-T Q.850 table 1 (causes).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from cadence.model import Result
from config.text import for_terminal

UNREACHED = "The carrier could not be reached, or was lost; check sip.server, sip.transport and the network"
PHRASE_LIMIT = 80  # characters of the carrier's own words that a sentence may carry


class Cut(Enum):
    """Why we ended a call ourselves, if we did."""

    NONE = "none"
    REP = "rep"
    NO_RESPONSE = "no_response"  # no reply at all to the INVITE
    NO_RING = "no_ring"  # a reply, but neither ringing nor a final code
    RING_TIMEOUT = "ring_timeout"
    SILENCE = "silence"  # no RTP in an answered call
    NO_SOUND = "no_sound"  # what they answered agrees with nothing that we offered
    TOO_LONG = "too_long"
    PLAYED = "played"  # a message was left
    PASSED = "passed"  # a call that rang here was not taken
    SECOND = "second"  # it came while another one rang
    MOVED = "moved"  # unanswered when this machine got another address
    NO_ACK = "no_ack"  # one that was taken: the caller never knew
    ENGINE = "engine"  # the phone process is leaving


@dataclass(frozen=True, slots=True)
class Final:
    """All that is known when a call is over."""

    code: int = 0  # final code of the INVITE; 0: none came
    q850: int = 0
    phrase: str = ""  # the status line's words
    reason_text: str = ""  # text of the Reason header
    rang: bool = False
    answered: bool = False
    cut: Cut = Cut.NONE
    lost: bool = False  # it broke here: neither a final code nor a BYE from the other side came
    left_to: str = ""  # a redirection's target
    given: str = ""  # how an answered call was passed to somebody else, in words


@dataclass(frozen=True, slots=True)
class Ending:
    """The result, one sentence for a person, and who ended it."""

    result: Result
    sentence: str
    ended_by: str  # rep, lead, network, engine


_ANSWERED, _NO_ANSWER, _BUSY = Result.ANSWERED, Result.NO_ANSWER, Result.BUSY
_DECLINED, _INVALID, _BLOCKED, _FAILED = Result.DECLINED, Result.INVALID, Result.BLOCKED, Result.FAILED

SIP: dict[int, tuple[Result, str]] = {
    300: (_FAILED, "The carrier offered several ways to the number and chose none"),
    301: (_FAILED, "The number has moved for good"),
    302: (_FAILED, "The number is forwarded by redirection, which is not followed"),
    305: (_FAILED, "The carrier wants another proxy; check sip.proxy"),
    380: (_FAILED, "The carrier offered another service instead of the call"),
    400: (_FAILED, "The carrier could not read our request"),
    401: (_FAILED, "The carrier refused our login; check sip.login and the password"),
    402: (_FAILED, "The carrier wants payment; check the account's balance"),
    403: (_FAILED, "The carrier forbids this call; check the account, the caller ID and its rights"),
    404: (_INVALID, "The number does not exist"),
    405: (_FAILED, "The carrier does not take calls this way"),
    406: (_FAILED, "The carrier accepts no answer we understand"),
    407: (_FAILED, "The proxy refused our login; check sip.login and the password"),
    408: (_NO_ANSWER, "Nobody answered in the carrier's time"),
    410: (_INVALID, "The number is no longer in use"),
    412: (_FAILED, "A condition of the call was not met"),
    413: (_FAILED, "The carrier found our request too large"),
    414: (_INVALID, "The number is too long for the carrier"),
    415: (_FAILED, "The carrier does not take our kind of audio; check sip.codecs"),
    416: (_FAILED, "The carrier does not know this kind of address"),
    417: (_FAILED, "The carrier does not know the priority of the call"),
    420: (_FAILED, "The carrier lacks an extension the call needs"),
    421: (_FAILED, "The carrier demands an extension we lack"),
    422: (_FAILED, "The carrier found our session timer too short"),
    423: (_FAILED, "The carrier found our registration too short"),
    424: (_FAILED, "The carrier could not use our location"),
    428: (_FAILED, "The carrier demands a signed caller ID"),
    429: (_FAILED, "The carrier demands to know who referred the call"),
    430: (_FAILED, "The way to the number broke"),
    433: (_DECLINED, "The called person refuses anonymous calls; show a caller ID"),
    436: (_FAILED, "The carrier could not check the caller ID's signature"),
    437: (_FAILED, "The carrier refused the caller ID's certificate"),
    438: (_FAILED, "The carrier refused the caller ID's signature"),
    439: (_FAILED, "The first hop lacks a feature the call needs"),
    440: (_FAILED, "The call went through too many stations"),
    469: (_FAILED, "The carrier refused a part of our request"),
    470: (_FAILED, "The carrier demands the called person's consent"),
    480: (_NO_ANSWER, "The phone cannot be reached at the moment"),
    481: (_FAILED, "The carrier lost track of the call"),
    482: (_FAILED, "The call ran in a loop"),
    483: (_FAILED, "The call went through too many stations"),
    484: (_INVALID, "The number is not complete"),
    485: (_INVALID, "The number is not unique"),
    486: (_BUSY, "Busy"),
    487: (_NO_ANSWER, "The call was cancelled on its way"),
    488: (_FAILED, "No common audio with the called side; check sip.codecs and sip.srtp"),
    489: (_FAILED, "The carrier does not know this event"),
    491: (_FAILED, "Two requests crossed each other"),
    493: (_FAILED, "The carrier could not decrypt our request"),
    494: (_FAILED, "The carrier demands a security agreement we lack"),
    500: (_FAILED, "The carrier had an error"),
    501: (_FAILED, "The carrier does not support the call"),
    502: (_FAILED, "The carrier got a bad reply from the next network"),
    503: (_FAILED, "The carrier has no line free or is out of service"),
    504: (_FAILED, "The next network did not reply to the carrier"),
    505: (_FAILED, "The carrier speaks another version of SIP"),
    513: (_FAILED, "The carrier found our request too large"),
    555: (_FAILED, "The carrier's push service is not available"),
    580: (_FAILED, "The network could not reserve the quality asked for"),
    600: (_BUSY, "Busy everywhere"),
    603: (_DECLINED, "The called person declined"),
    604: (_INVALID, "The number exists nowhere"),
    606: (_FAILED, "No common audio with the called side; check sip.codecs and sip.srtp"),
    607: (_DECLINED, "The called person marked the call as unwanted; review do-not-call"),
    608: (_BLOCKED, "A call analytics engine blocked the call; check the caller ID's reputation"),
}

BY_CLASS: dict[int, tuple[Result, str]] = {
    3: (_FAILED, "The carrier redirected the call, which is not followed"),
    4: (_FAILED, "The carrier rejected the call"),
    5: (_FAILED, "The carrier had an error"),
    6: (_DECLINED, "The called person refuses the call everywhere"),
}

Q850: dict[int, tuple[Result, str]] = {
    1: (_INVALID, "The number is not assigned"),
    2: (_FAILED, "The carrier knows no way to that network"),
    3: (_FAILED, "The carrier knows no way to that number"),
    4: (_INVALID, "The network plays a special tone for this number"),
    5: (_INVALID, "The number has a wrong prefix"),
    16: (_NO_ANSWER, "The call was cleared before an answer"),
    17: (_BUSY, "Busy"),
    18: (_NO_ANSWER, "The phone did not react"),
    19: (_NO_ANSWER, "It rang and nobody answered"),
    20: (_NO_ANSWER, "The phone is switched off or out of reach"),
    21: (_DECLINED, "The called person declined"),
    22: (_INVALID, "The number has changed"),
    23: (_FAILED, "The number is forwarded by redirection, which is not followed"),
    25: (_FAILED, "The exchange could not route the call"),
    26: (_NO_ANSWER, "The call went to another phone"),
    27: (_FAILED, "The destination is out of order"),
    28: (_INVALID, "The number is not complete or has a wrong form"),
    29: (_FAILED, "The network refused a facility of the call"),
    31: (_NO_ANSWER, "The phone cannot be reached at the moment"),
    34: (_FAILED, "The network has no line free"),
    38: (_FAILED, "The network is out of order"),
    41: (_FAILED, "The network failed for a moment"),
    42: (_FAILED, "The network is overloaded"),
    43: (_FAILED, "The network dropped a part of the call's information"),
    44: (_FAILED, "The line asked for is not free"),
    47: (_FAILED, "The network lacks a resource"),
    50: (_FAILED, "The account has not subscribed to this kind of call"),
    55: (_BLOCKED, "Incoming calls are barred for the called phone"),
    57: (_FAILED, "The account may not place this kind of call"),
    58: (_FAILED, "This kind of call is not available now"),
    63: (_FAILED, "The service is not available"),
    65: (_FAILED, "The network does not support this kind of call"),
    66: (_FAILED, "The network does not support this kind of line"),
    69: (_FAILED, "The network does not support a facility of the call"),
    79: (_FAILED, "The network does not support the service"),
    87: (_FAILED, "The called person is not in the closed user group"),
    88: (_FAILED, "The called line does not take this kind of call"),
    95: (_FAILED, "The network could not read our request"),
    96: (_FAILED, "Our request lacked something the network needs"),
    97: (_FAILED, "The network does not know our message"),
    99: (_FAILED, "The network does not know a part of our message"),
    100: (_FAILED, "A part of our message had a wrong content"),
    102: (_FAILED, "A timer of the network ran out"),
    111: (_FAILED, "The network reported a protocol error"),
    127: (_FAILED, "The next network gave no cause"),
}

# Codes whose own meaning is exact: no cause changes them.
EXACT = frozenset({401, 407, 410, 433, 484, 485, 486, 488, 600, 604, 606, 607, 608})

_CUTS: dict[Cut, tuple[Result, str, str]] = {
    Cut.NO_RESPONSE: (
        _FAILED,
        "The carrier did not reply at all; check sip.server and the network",
        "network",
    ),
    Cut.NO_RING: (_FAILED, "The carrier took the call and never rang the phone", "network"),
    Cut.RING_TIMEOUT: (_NO_ANSWER, "It rang and nobody answered", "engine"),
    Cut.MOVED: (_FAILED, "This machine got another network address before an answer; dial again", "network"),
    Cut.ENGINE: (Result.INTERRUPTED, "The phone was closed before an answer", "engine"),
}

_HANG_UPS: dict[Cut, tuple[str, str]] = {
    Cut.REP: ("The rep hung up", "rep"),
    Cut.PLAYED: ("The message was left", "rep"),
    Cut.SILENCE: ("No sound arrived any more: the connection is lost", "network"),
    Cut.NO_SOUND: ("The two sides agree on no sound; check sip.codecs and sip.srtp", "engine"),
    Cut.TOO_LONG: ("The longest call time was reached", "engine"),
    Cut.ENGINE: ("The phone was closed in the call", "engine"),
}


_NOT_TAKEN: dict[Cut, tuple[Result, str, str]] = {
    Cut.PASSED: (_NO_ANSWER, "The rep passed the call on", "rep"),
    Cut.REP: (_NO_ANSWER, "The rep passed the call on", "rep"),
    Cut.RING_TIMEOUT: (_NO_ANSWER, "It rang here and nobody answered", "engine"),
    Cut.SECOND: (_NO_ANSWER, "It came while another call rang here", "engine"),
    Cut.MOVED: (_NO_ANSWER, "This machine got another network address while it rang here", "network"),
    Cut.ENGINE: (Result.INTERRUPTED, "The phone was closed while it rang", "engine"),
}


def ending(final: Final) -> Ending:
    """What `final` means. Total: every value has an answer."""
    if final.answered:
        return _after_answer(final)
    if final.cut is Cut.REP:
        if final.rang:
            return Ending(_NO_ANSWER, "The rep hung up while it rang.", "rep")
        return Ending(_FAILED, "The rep hung up before it rang.", "rep")
    if final.lost and final.cut is Cut.NONE:
        return Ending(_FAILED, f"{UNREACHED}{_in_brackets(final)}.", "network")
    if final.cut in _CUTS:
        result, sentence, by = _CUTS[final.cut]
        return Ending(result, sentence + ".", by)
    return _refused(final)


def _after_answer(final: Final) -> Ending:
    if final.given:
        return Ending(_ANSWERED, f"{for_terminal(final.given)[:PHRASE_LIMIT]}.", "rep")
    if final.cut in _HANG_UPS:
        sentence, by = _HANG_UPS[final.cut]
        return Ending(_ANSWERED, sentence + ".", by)
    if final.lost:
        return Ending(_ANSWERED, "The connection was lost in the call.", "network")
    return Ending(_ANSWERED, "The called side hung up.", "lead")


def ending_of_incoming(final: Final, *, taken: bool, elsewhere: bool) -> Ending:
    """What a call that rang here came to.

    Args:
        final: What is known at its end; its code is what we answered.
        taken: The rep took it.
        elsewhere: Another phone took it.
    """
    if final.answered:
        found = _after_answer(final)
        return replace(found, sentence="The caller hung up.") if found.ended_by == "lead" else found
    if taken:
        return _not_through(final)
    if elsewhere:
        return Ending(_NO_ANSWER, "Another phone took the call.", "lead")
    if final.cut in _NOT_TAKEN:
        result, sentence, by = _NOT_TAKEN[final.cut]
        return Ending(result, sentence + ".", by)
    if final.lost:
        return Ending(_NO_ANSWER, "The connection was lost while it rang here.", "network")
    return Ending(_NO_ANSWER, "They gave up before anybody answered.", "lead")


def _not_through(final: Final) -> Ending:
    if final.cut is Cut.REP:
        return Ending(_FAILED, "The rep hung up before the call was through.", "rep")
    if final.cut is Cut.NONE and not final.lost:
        return Ending(_FAILED, "They hung up before the call was through.", "lead")
    return Ending(_FAILED, "The answer did not get through to the caller.", "network")


def _refused(final: Final) -> Ending:
    result, sentence = _meaning(final)
    by = "lead" if result in {_BUSY, _DECLINED} else "network"
    return Ending(result, f"{sentence}{_in_brackets(final)}.", by)


def _meaning(final: Final) -> tuple[Result, str]:
    code = final.code
    if code == 603 and ("blocked" in final.phrase.lower() or "v=analytics" in final.reason_text.lower()):
        return _BLOCKED, "The network's call analytics blocked the call; check the caller ID's reputation"
    if code in {408, 487} and not final.rang:
        return _FAILED, "The call was given up on its way, before it rang"
    if code not in EXACT and final.q850 in Q850:
        return Q850[final.q850]
    if code in SIP:
        return SIP[code]
    return BY_CLASS.get(code // 100, (_FAILED, "The call could not be placed"))


def _in_brackets(final: Final) -> str:
    """The carrier's own words: a stranger's text, cleaned and cut to size."""
    words = for_terminal(final.phrase).strip()[:PHRASE_LIMIT]
    parts = [f"{final.code or ''} {words}".strip()] if final.code or words else []
    if final.q850:
        parts.append(f"cause {final.q850}")
    if final.left_to:
        parts.append(f"to {for_terminal(final.left_to)[:PHRASE_LIMIT]}")
    return f" ({', '.join(parts)})" if parts else ""
