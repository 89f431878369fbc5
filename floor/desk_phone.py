"""What the phone's events do to a desk: to its two lines, to who rings, and to calls that play a message."""

from __future__ import annotations

from dataclasses import replace

from cadence.model import ShiftState
from floor import desk_effects as out
from floor import desk_hold as hold
from floor import desk_incoming as incoming
from floor import desk_inputs as told
from floor import desk_recording as recording
from floor import desk_second as second
from floor import desk_voicemail as voicemail
from floor.desk_ending import instant, on_ended
from floor.desk_state import DeskState, Line
from floor.view import CallView
from telephony import protocol as phone


def on_phone_state(desk: DeskState, given: told.PhoneState) -> list[out.Effect]:
    """Whether the phone can dial."""
    desk.phone_ok, desk.phone_line, wait = given.ok, given.text, given.retry_in_ms
    desk.phone_retry_mono = None if wait is None else desk.clock.monotonic() + wait
    if given.ok:
        desk.can_dial_again()
    return []


def on_phone_said(desk: DeskState, given: told.PhoneSaid) -> list[out.Effect]:
    """Find whose event it is; those of calls that are nobody's here change nothing."""
    event = given.event
    if isinstance(event, phone.Incoming):
        return incoming.on_incoming(desk, event)
    call = getattr(event, "call", "")
    if desk.caller is not None and isinstance(event, phone.Ended) and desk.caller.call == call:
        return incoming.on_ringing_over(desk, event)
    for line in (desk.second_line, desk.line):
        shown = desk.call_on(line) if line is not None and not line.ended and line.call == call else None
        if line is not None and shown is not None:
            return _on_line(desk, line, shown, event)
    return voicemail.on_event(desk, event)


def _on_line(desk: DeskState, line: Line, call: CallView, event: phone.AnyEvent) -> list[out.Effect]:
    """What both lines have in common: how they sound, and the hold; all else is for one of them."""
    match event:
        case phone.Held():
            hold.on_held(desk, line, call, event)
        case phone.HoldRefused():
            hold.on_refused(desk, line, event)
        case phone.Quality():
            permille = 1000 * event.lost // max(event.packets + event.lost, 1)
            desk.redraw(
                line,
                replace(call, quality=event.mark, lost_permille=permille, jitter_ms=event.jitter_ms),
            )
        case _ if line is desk.second_line:
            return second.on_event(desk, line, event)
        case _:
            return _on_first(desk, line, call, event)
    return []


def _on_first(desk: DeskState, line: Line, call: CallView, event: phone.AnyEvent) -> list[out.Effect]:
    match event:
        case phone.Invited():
            line.invited = True
            return instant(line, "invited", event.at, event.sip_call_id)
        case phone.Ringing():
            desk.call = replace(call, ringing_mono=event.mono, early=event.early_media)
            return [*instant(line, "ringing", event.at), *desk.enter(ShiftState.RINGING)]
        case phone.Answered() if line.inbound is not None:
            return incoming.on_answered(desk, line, event)
        case phone.Answered():
            line.answered = True
            desk.call = replace(call, answered_mono=event.mono, secure=event.secure)
            return [
                *instant(line, "answered", event.at, secure=event.secure),
                *desk.enter(ShiftState.TALKING),
                *recording.on_answered(desk, line),
            ]
        case phone.Hint():
            desk.call = replace(call, hint=event.word)
            return []
        case phone.Transferred():
            return second.on_transferred(desk, line, event)
        case phone.Ended() if line.inbound is not None and not line.answered:
            return incoming.on_given_up(desk, line, event)
        case phone.Ended():
            return [
                *second.cut_short(desk, line, event), *on_ended(desk, line, event), *second.alone(desk)
            ]  # fmt: skip
        case _:
            return recording.on_event(desk, line, event)
