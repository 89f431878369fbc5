"""Recording the call on a desk: begun by the policy or by the rep's key, paused and resumed by the same key.

The policy's word stands on the card (`cadence.recording`). The recording never
decides over the call: whatever the disk does, the conversation goes on.
"""

from __future__ import annotations

from dataclasses import replace

from cadence.recording import Mode
from floor import desk_effects as out
from floor import desk_inputs as told
from floor.desk_state import DeskState, Line
from telephony import protocol as phone

TELL = "Recording: tell them now that this call is recorded."
PLAYS = "Recording: they are told by your notice, which plays now."
_CUT_SHORT = "They did not hear all of your notice: what was recorded is deleted."
_NOBODY = "A recording is of a conversation: nobody talks now."
_GONE = "They have hung up: the second line is not recorded."
_NO_LEAD = "Only calls to leads are recorded."
_OBJECTED = "They object: nothing of this call is recorded."


def on_answered(desk: DeskState, line: Line) -> list[out.Effect]:
    """The call was answered: record it, where every call is recorded."""
    policy = desk.card.recording if desk.card is not None else None
    if line.objected:
        return []
    return _start(line) if policy is not None and policy.mode is Mode.ANNOUNCE else []


def on_key(desk: DeskState) -> list[out.Effect]:
    """The rep's key: begin, pause, resume."""
    line, call = desk.line, desk.call
    if line is None or call is None:
        return desk.say(_NOBODY)
    if line.attempt_id is None:
        return desk.say(line.why_no_attempt)
    if line.ended:
        return desk.say(_GONE)
    if line.objected:
        return desk.say(_OBJECTED)
    if desk.on_second:
        return desk.say("Only the lead's call is recorded: l takes them back.")
    if desk.card is None or desk.card.recording is None:
        return desk.say(_NO_LEAD)
    if desk.card.recording.mode is Mode.OFF:
        return desk.say(desk.card.recording.why)
    if call.recording == "failed":
        return desk.say("The recording of this call has failed: there is no second one.")
    if not call.recording:
        return _start(line)
    return [out.Record(line.call, line.attempt, "resume" if call.recording == "paused" else "pause")]


def on_object(desk: DeskState) -> list[out.Effect]:
    """The rep's key: they object. What there is goes, and no more of this call is recorded."""
    line = desk.line
    if line is None:
        return desk.say("An objection is to the recording of a call: there is none now.")
    if line.attempt_id is None:
        return desk.say(line.why_no_attempt)
    if line.objected:
        return desk.say(_OBJECTED)
    line.objected = True
    kept = out.Objected(line.attempt_id, desk.clock.now())
    if desk.call is not None:
        desk.call = replace(desk.call, recording="objected", tell=False, notice_plays=False)
    desk.say("They object: what was recorded of this call is deleted, and no more is made.")
    live = line.recording and not line.ended
    return [kept, out.Record(line.call, line.attempt_id, "stop")] if live else [kept]


def on_objection_kept(desk: DeskState, given: told.ObjectionKept) -> list[out.Effect]:
    """It is on disk: now the file may go, as soon as the phone has let go of it."""
    for line in (desk.line, *desk.drops.values()):
        if line is not None and line.attempt_id == given.attempt_id:
            line.objection_kept = True
            if line.recording and not line.ended:
                return []
    return [out.RecordingErased(given.attempt_id)]


def on_event(desk: DeskState, line: Line, event: phone.AnyEvent) -> list[out.Effect]:
    """What the phone says of a recording, or of its notice."""
    match event:
        case phone.Recording():
            return _on_recording(desk, line, event)
        case phone.Recorded():
            return _on_recorded(desk, line, event)
        case phone.Announced():
            return _on_announced(desk, line, event)
    return []


def _on_announced(desk: DeskState, line: Line, event: phone.Announced) -> list[out.Effect]:
    """The notice was heard to its end; or it was not, and the rep has to say it."""
    line.notice_plays = False
    if event.fault:
        line.told_by = "rep"
    if desk.call is not None and desk.line is line and not line.objected:
        desk.call = replace(desk.call, notice_plays=False, tell=bool(event.fault))
        if event.fault:
            desk.say(f"{TELL} The notice failed: {event.fault.rstrip('.')}.", alarm=True)
        else:
            told_no_more(desk)
    return [] if event.fault else [out.Announced(line.attempt, event.at)]


def told_no_more(desk: DeskState) -> None:
    """Take the words of the notice from the message row: it was heard, or nobody is there to be told."""
    if desk.message.startswith((TELL, PLAYS)):
        desk.say("")


def call_over(desk: DeskState, line: Line) -> None:
    """Nobody is there to be told any more; whoever was not told to the end is not recorded (housekeeping)."""
    told_no_more(desk)
    if line.notice_plays and not line.objected:
        desk.say(_CUT_SHORT)


def _on_recording(desk: DeskState, line: Line, event: phone.Recording) -> list[out.Effect]:
    """The phone records, or has paused."""
    begun = not line.recording
    line.recording = event.path
    if line.objected:  # they said so before it had begun
        return [out.Record(line.call, line.attempt, "stop")] if begun else []
    tell = desk.card is not None and desk.card.recording is not None and desk.card.recording.tell
    plays = begun and tell and desk.notice
    if begun and tell:
        line.told_by = "notice" if plays else "rep"
    effects: list[out.Effect] = (
        [out.RecordingBegun(line.attempt, event.path, event.at, line.told_by)] if begun else []
    )
    if desk.call is None or desk.line is not line:
        return effects
    now = "paused" if event.paused else "on"
    desk.call = replace(desk.call, recording=now, tell=line.told_by == "rep")
    if begun and tell:
        desk.say(PLAYS if plays else TELL)
    elif event.paused:
        desk.say("Recording paused: nothing of this is kept. r goes on.")
    elif not begun:
        desk.say("Recording goes on.")
    line.notice_plays = line.notice_plays or plays
    desk.call = replace(desk.call, notice_plays=line.notice_plays)
    return [*effects, out.Announce(line.call)] if plays else effects


def _on_recorded(desk: DeskState, line: Line, event: phone.Recorded) -> list[out.Effect]:
    """The recording has ended, with its call or by a fault."""
    if event.fault and desk.line is line and desk.call is not None and not line.objected:
        desk.call = replace(desk.call, recording="failed")
        desk.say(f"The recording has failed ({event.fault}); the call goes on.", alarm=True)
    if not line.recording and event.ms:
        line.recording = event.path
    return over(line, event.fault)


def over(line: Line, fault: str = "") -> list[out.Effect]:
    """Have what was recorded kept, once; also where the phone died with it. An unwanted one goes."""
    path, line.recording = line.recording, ""
    if not path:
        return []
    if line.objected:
        return [out.RecordingErased(line.attempt)] if line.objection_kept else []
    return [out.RecordingOver(line.attempt, path, fault, line.told_by)]


def _start(line: Line) -> list[out.Effect]:
    return [out.Record(line.call, line.attempt, "start")]
