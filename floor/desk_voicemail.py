"""The rep's recorded message: played into the call while the rep is on to the next lead.

The line leaves the desk with its message. Nobody holds its lead meanwhile, and
nobody gets it: it is put off until its result is written, which happens when
the message has played or the other side has hung up.
"""

from __future__ import annotations

from dataclasses import replace

from cadence.dispositions import Disposition, Outcome
from cadence.model import Result
from floor import desk_effects as out
from floor import desk_inputs as told
from floor import desk_recording as recording
from floor.desk_state import DeskState, Line
from telephony import protocol as phone

_NO_LEAD = "A recorded message is for a lead: this number is no lead's."


def on_key(desk: DeskState) -> list[out.Effect]:
    """Play the message, and take the next lead."""
    line, card = desk.line, desk.card
    if line is None or not line.answered:
        return desk.say("A message is left when somebody, or a machine, has answered.")
    if line.attempt_id is None:
        return desk.say(line.why_no_attempt)
    if line.chosen is not None:
        return desk.say(f"This call is being recorded as {line.chosen.disposition.label.lower()}.")
    if desk.second_line is not None or desk.passing is not None:
        return desk.say("A message is left in the only call: end the second line first.")
    refusal = _NO_LEAD if card is None else card.no_message or desk.no_message
    if refusal or _said(desk, played=True) is None:
        return desk.say(refusal or "No disposition says that a message was left.")
    desk.drops[line.call] = line
    desk.last_attempt = None
    desk.say(f"Your message plays to {card.lead.name if card else 'them'}. Here is the next lead.")
    return [out.PlayMessage(line.call), out.LetGo(line.attempt_id), *desk.ask_for_lead()]


def on_event(desk: DeskState, event: phone.AnyEvent) -> list[out.Effect]:
    """An event of a call in which a message plays."""
    line = desk.drops.get(getattr(event, "call", ""))
    if line is None:
        return []
    match event:
        case phone.Played():
            line.played = True
        case phone.Ended():
            return _over(desk, line, event)
    return recording.on_event(desk, line, event)


def on_message_over(desk: DeskState, given: told.MessageOver) -> list[out.Effect]:
    """What became of a message is on disk."""
    if not given.left:
        return desk.say(f"Your message to {given.name} was cut off: {given.disposition.label.lower()}.")
    return desk.say(f"Your message to {given.name} was left.") if not desk.message else []


def _over(desk: DeskState, line: Line, event: phone.Ended) -> list[out.Effect]:
    del desk.drops[line.call]
    line.ended = True
    desk.tally = replace(desk.tally, talk_ms=desk.tally.talk_ms + event.talk_ms)
    said = _said(desk, played=line.played)
    name = line.claim.lead.name if line.claim is not None else ""
    settle = [out.SettleMessage(line.attempt, event, said, name, left=line.played)] if said else []
    return [*settle, *recording.over(line)]


def _said(desk: DeskState, *, played: bool) -> Disposition | None:
    """What is recorded of a call with a message; a message that was cut off is no message."""
    if not played:
        return desk.dispositions.automatic(Result.NO_ANSWER)
    return next((one for one in desk.dispositions.items if one.outcome is Outcome.VOICEMAIL), None)
