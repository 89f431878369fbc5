"""Recording the call on a desk: begun by the policy or by the rep's key, paused and resumed by the same key.

The policy's word stands on the card (`cadence.recording`). The recording never
decides over the call: whatever the disk does, the conversation goes on.
"""

from __future__ import annotations

from dataclasses import replace

from cadence.recording import Mode
from floor import desk_effects as out
from floor.desk_state import DeskState, Line
from telephony import protocol as phone

TELL = "Recording: tell them now that this call is recorded."
_NO_LEAD = "Only calls to leads are recorded."


def on_answered(desk: DeskState, line: Line) -> list[out.Effect]:
    """The call was answered: record it, where every call is recorded."""
    policy = desk.card.recording if desk.card is not None else None
    return _start(line) if policy is not None and policy.mode is Mode.ANNOUNCE else []


def on_key(desk: DeskState) -> list[out.Effect]:
    """The rep's key: begin, pause, resume."""
    line, call = desk.line, desk.call
    if line is None or call is None:
        return []
    if desk.card is None or desk.card.recording is None:
        return desk.say(_NO_LEAD)
    if desk.card.recording.mode is Mode.OFF:
        return desk.say(desk.card.recording.why)
    if call.recording == "failed":
        return desk.say("The recording of this call has failed: there is no second one.")
    if not call.recording:
        return _start(line)
    return [out.Record(line.call, line.attempt, "resume" if call.recording == "paused" else "pause")]


def on_recording(desk: DeskState, line: Line, event: phone.Recording) -> list[out.Effect]:
    """The phone records, or has paused."""
    begun = not line.recording
    line.recording = event.path
    if desk.call is not None and desk.line is line:
        tell = desk.card is not None and desk.card.recording is not None and desk.card.recording.tell
        desk.call = replace(desk.call, recording="paused" if event.paused else "on", tell=tell)
        if begun and tell:
            desk.say(TELL)
        elif event.paused:
            desk.say("Recording paused: nothing of this is kept. r goes on.")
        elif not begun:
            desk.say("Recording goes on.")
    return [out.RecordingBegun(line.attempt, event.path, event.at)] if begun else []


def on_recorded(desk: DeskState, line: Line, event: phone.Recorded) -> list[out.Effect]:
    """The recording has ended, with its call or by a fault."""
    if event.fault and desk.line is line and desk.call is not None:
        desk.call = replace(desk.call, recording="failed")
        desk.say(f"The recording has failed ({event.fault}); the call goes on.", alarm=True)
    if not line.recording and event.ms:
        line.recording = event.path
    return over(line, event.fault)


def over(line: Line, fault: str = "") -> list[out.Effect]:
    """Have what was recorded kept, once; also where the phone died with it."""
    path, line.recording = line.recording, ""
    return [out.RecordingOver(line.attempt, path, fault)] if path else []


def _start(line: Line) -> list[out.Effect]:
    return [out.Record(line.call, line.attempt, "start")]
