"""Hold on a desk: the key, and what the other side makes of it.

The screen shows a hold once it is so. One that is refused is one all the same,
by our silence; who does not come back is asked again by the phone, a few times,
and then by the rep's key.
"""

from __future__ import annotations

from dataclasses import replace

from floor import desk_effects as out
from floor.desk_state import DeskState, Line
from floor.view import CallView
from telephony import protocol as phone

_NOTICE_AGAIN = "On hold in the middle of your notice: it plays anew when they are back."


def ask(desk: DeskState, line: Line, call: CallView) -> list[out.Effect]:
    """The rep's key. With two lines only one who has not come back is asked, once more."""
    if desk.second_line is not None and not call.held:
        return desk.say("With two lines, one is on hold already: l changes them.")
    line.hold_key = True
    return [out.Hold(line.call, not call.held)]


def on_held(desk: DeskState, line: Line, call: CallView, event: phone.Held) -> None:
    """It is so."""
    desk.redraw(line, replace(call, held=event.on))
    asked, line.hold_key = line.hold_key, False
    if event.on and line.notice_plays:
        desk.say(_NOTICE_AGAIN)
    elif asked:  # of a change of lines other things are said
        desk.say("On hold: o takes them back." if event.on else "They hear you again.")
    elif not event.on and line.away:
        desk.say("They are back.")
    if not event.on:
        line.away = False


def on_refused(desk: DeskState, line: Line, event: phone.HoldRefused) -> None:
    """The other side does not agree."""
    theirs = f"refused ({event.reason})" if event.reason else "does not answer"
    if event.on:
        line.hold_key = False
        desk.say(f"On hold by our silence alone: their phone {theirs}.")
        return
    line.away = True
    if event.again_in_ms:
        wait = max(1, round(event.again_in_ms / 1_000))
        desk.say(f"Still on hold, asked again in {wait} s: their phone {theirs}.")
    else:
        desk.say(f"Still on hold: o asks again, h hangs up. Their phone {theirs}.", alarm=True)
