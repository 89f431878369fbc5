"""The second line, and giving a call away.

While the rep asks somebody else, the lead is on hold; one key changes lines,
the transfer's key joins the two and leaves. The second line has an attempt of
its own, of no lead, that closes by itself. Wrap-up of the lead's call comes
when both lines have ended, whichever ends first.
"""

from __future__ import annotations

from dataclasses import replace

from cadence.numbers import is_emergency
from floor import desk_effects as out
from floor import desk_help as help_
from floor import desk_inputs as told
from floor.actions import BY_NAME
from floor.desk_ending import instant, never_placed, told_to_rep, wrap_up, write_result
from floor.desk_state import DeskState, Line, Passing
from floor.view import CallView, Refusal
from telephony import protocol as phone

_THEY_ARE_GONE = "They have hung up: nobody is left to be given away. h ends the second line."


# -------------------------------------------------------------- the keys


def on_transfer_to(desk: DeskState, given: told.TransferTo) -> list[out.Effect]:
    """Give the call to somebody: at once, or after a word with them on the second line."""
    line, target = desk.line, given.target.strip()
    refusal = BY_NAME["transfer"].why_not_now(desk) or _why_not(desk)
    for_help = is_emergency(target, desk.region) and not given.blind
    if for_help and not refusal and line is not None and desk.second_line is None:
        return _call_help(desk, line, target)
    if refusal or line is None or desk.call is None or line.attempt_id is None:
        return desk.say(refusal or (line.why_no_attempt if line is not None else ""))
    if desk.second_line is not None:
        return desk.say("A second line is up: x joins the two, h ends it.")
    if not target:
        return desk.say("Nobody is named to give the call to.")
    name = desk.colleagues.get(target, "")
    if given.blind:
        to_dial = _pass(desk, line, Passing(target, attended=False, whom=_whom(name, target)))
        return to_dial if name else [out.AskTransfer(line.call, target)]
    if not desk.may_dial:
        return desk.cannot_dial()
    desk.second_line = Line(None, call=desk.new_call())
    shown = desk.shown_to(target)
    _show_second(desk, target, shown)
    return [out.BeginBeside(target, shown, line.attempt_id)]


def _call_help(desk: DeskState, line: Line, typed: str) -> list[out.Effect]:
    """Nothing holds an emergency number back."""
    told_of = help_.begin(desk, typed)
    desk.second_line = Line(None, call=told_of.call, help=told_of)
    _show_second(desk, told_of.number, told_of.caller_id)
    place = out.PlaceBeside(told_of.call, told_of.number, told_of.caller_id, line.call)
    return [out.Hold(line.call, True), place, told_of]


def _show_second(desk: DeskState, number: str, shown: str) -> None:
    muted = desk.call is not None and desk.call.muted
    name = desk.colleagues.get(number, "")
    desk.second = CallView(number, shown, dialed_mono=desk.clock.monotonic(), name=name, muted=muted)
    desk.on_second, desk.refusal = True, None
    desk.say("")


def on_join(desk: DeskState) -> list[out.Effect]:
    """The transfer's key with a second line: the two speak without us."""
    line, second, shown = desk.line, desk.second_line, desk.second
    if line is None or second is None or shown is None:
        return desk.say("Nobody is named to give the call to.")
    refusal = _why_not(desk) or ("" if second.answered else "The second line is not answered yet.")
    if not refusal and line.attempt_id is None:  # help was called on the second line meanwhile
        refusal = line.why_no_attempt
    if refusal:
        return desk.say(refusal)
    return _pass(desk, line, Passing(shown.number, attended=True, whom=_whom(shown.name, shown.number)))


def _why_not(desk: DeskState) -> str:
    if desk.line is None or desk.line.ended:
        return _THEY_ARE_GONE
    if desk.passing is not None:
        return f"The call is being given to {desk.passing.whom}: wait for the answer."
    return ""


def _whom(name: str, number: str) -> str:
    """A colleague of the settings by name, anybody else by number."""
    return f"{name} ({number})" if name else number


def _pass(desk: DeskState, line: Line, passing: Passing) -> list[out.Effect]:
    desk.passing = passing
    if desk.call is not None:
        desk.call = replace(desk.call, passing_to=passing.whom)
    desk.say(f"The call is being given to {passing.whom}.")
    if passing.attended and desk.second_line is not None:
        return [out.Transfer(line.call, to=desk.second_line.call)]
    return [out.Transfer(line.call, target=passing.target)]


def on_line(desk: DeskState) -> list[out.Effect]:
    """Change lines: the one goes on hold before the other is taken back."""
    line, second = desk.line, desk.second_line
    if line is None or second is None or line.ended:
        return desk.say("There is one line only: x asks somebody else.")
    if desk.passing is not None:
        return desk.say(_why_not(desk))
    rest, talk = (second, line) if desk.on_second else (line, second)
    desk.on_second = talk is second
    desk.say("")
    return [out.Hold(rest.call, True), out.Hold(talk.call, False)]


# ------------------------------------------------------------- the store


def on_begun_beside(desk: DeskState, given: told.BegunBeside) -> list[out.Effect]:
    """The second line's attempt is on disk: dial, or show check by check why not."""
    attempt, line, second = given.attempt, desk.line, desk.second_line
    if line is None or second is None or desk.second is None or second.attempt_id is not None:
        return []
    if not attempt.decision.allowed:
        desk.refusal = Refusal(attempt.e164, attempt.decision.checks)
        desk.say(f"{attempt.e164} may not be called now: {attempt.decision.why}")
        return _without_second(desk, line)
    second.attempt_id = attempt.id
    if second.hang_up:
        return [*write_result(second, never_placed(desk, second)), *_without_second(desk, line)]
    desk.second = replace(desk.second, number=attempt.e164)
    hold = [] if line.ended else [out.Hold(line.call, True)]
    return [*hold, out.PlaceBeside(second.call, attempt.e164, attempt.caller_id, line.call)]


def on_transfer_judged(desk: DeskState, given: told.TransferJudged) -> list[out.Effect]:
    """The gate's word on a typed number: have the other side dial it, or show check by check why not."""
    line, decision = desk.line, given.decision
    if desk.passing is None or line is None or line.call != given.call:
        return []  # they have hung up meanwhile
    if decision.allowed:
        desk.passing = replace(desk.passing, target=given.target)
        return [out.Transfer(line.call, target=given.target)]
    on_transfer_refused(desk, given.call)
    desk.refusal = Refusal(given.target, decision.checks)
    desk.say(f"The call may not be given to {given.target}: {decision.why}")
    return [out.KeepTransfer(line.attempt, given.target, False, False, desk.clock.now(), reason=decision.why)]


def on_transfer_refused(desk: DeskState, call: str) -> list[out.Effect]:
    """The call goes on as it was: the other side was never asked to dial."""
    if desk.line is not None and desk.line.call == call:
        desk.passing = None
        if desk.call is not None:
            desk.call = replace(desk.call, passing_to="")
    return []


def on_refused(desk: DeskState) -> list[out.Effect]:
    """The second line's attempt could not be opened."""
    if desk.line is None or desk.second_line is None:
        return []
    return _without_second(desk, desk.line)


# ------------------------------------------------------------- the phone


def on_event(desk: DeskState, line: Line, event: phone.AnyEvent) -> list[out.Effect]:
    """An event of the second line; the shift goes on talking."""
    call = desk.second
    if call is None:
        return []
    match event:
        case phone.Invited():
            line.invited = True
            return instant(line, "invited", event.at, event.sip_call_id)
        case phone.Ringing():
            desk.second = replace(call, ringing_mono=event.mono, early=event.early_media)
            return instant(line, "ringing", event.at)
        case phone.Answered():
            line.answered = True
            desk.second = replace(call, answered_mono=event.mono, secure=event.secure)
            return instant(line, "answered", event.at, secure=event.secure)
        case phone.Ended():
            return _over(desk, line, event)
    return []


def on_transferred(desk: DeskState, line: Line, event: phone.Transferred) -> list[out.Effect]:
    """They speak without us, and `Ended` follows; or the call goes on as it was."""
    passing, desk.passing = desk.passing, None
    if passing is None:
        return []
    if desk.call is not None:
        desk.call = replace(desk.call, passing_to="")
    kept = out.KeepTransfer(
        line.attempt, passing.target, event.done, passing.attended, event.at, event.reason
    )
    if event.done:
        line.given_to = passing.whom
        desk.say(f"Given to {passing.whom}.")
        return [kept]
    desk.say(f"The call was not taken by {passing.whom}. {told_to_rep(event.reason)}".rstrip())
    return [kept, *_back_to_first(desk, line)]


def cut_short(desk: DeskState, line: Line, event: phone.Ended) -> list[out.Effect]:
    """The call ends before anything was heard of its transfer."""
    passing, desk.passing = desk.passing, None
    if passing is None:
        return []
    return [
        out.KeepTransfer(
            line.attempt, passing.target, False, passing.attended, event.at, "The call ended first."
        )
    ]


def alone(desk: DeskState) -> list[out.Effect]:
    """The lead has gone while the second line is up: the rep is on that one now."""
    second = desk.second_line
    if second is None:
        desk.on_second = False
        return []
    if not second.placed:
        second.hang_up = True
        return []
    if desk.on_second:
        return []
    desk.on_second = True
    return [out.Hold(second.call, False)]


def _over(desk: DeskState, second: Line, event: phone.Ended) -> list[out.Effect]:
    second.ended = True
    line = desk.line
    if desk.passing is None and line is not None and not line.ended:
        desk.say(f"The second line has ended. {told_to_rep(event.reason)}".rstrip())
    if second.help is not None and not second.answered:
        desk.own_phone(second.help.number, told_to_rep(event.reason))
    written = write_result(second, event)
    return [*written, *(_gone(desk, line) if line is not None else [])]


def _without_second(desk: DeskState, line: Line) -> list[out.Effect]:
    """The second line was never dialed, and the lead not put on hold for it."""
    desk.on_second = False
    return _gone(desk, line)


def _gone(desk: DeskState, line: Line) -> list[out.Effect]:
    """One line is left, or none."""
    desk.second_line = desk.second = None
    if line.ended:
        desk.on_second = False
        return wrap_up(desk, line)
    return _back_to_first(desk, line)


def _back_to_first(desk: DeskState, line: Line) -> list[out.Effect]:
    """Take the lead back, who waits on hold; not while they are being joined with the other."""
    if desk.second_line is not None or desk.passing is not None or not desk.on_second:
        return []
    desk.on_second = False
    return [out.Hold(line.call, False)]
