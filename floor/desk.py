"""One rep's working session as a state machine: no screen, no clock, no I/O.

Inputs go in (`floor.desk_inputs`), effects come out (`floor.desk_effects`);
whoever drives the desk carries the effects out in order and feeds their
outcomes back as inputs. A screen, a test and `sixring rehearse` drive the same
machine through `floor.station`.

Result first, disposition second: what the telephone finds closes most
attempts by itself; an answered call waits for the rep's one key.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from cadence.dispositions import Disposition, Dispositions
from cadence.model import Lead, Plan, Result, ShiftState
from config.clock import Clock
from floor import desk_effects as out
from floor import desk_inputs as told
from floor.actions import why_not
from floor.view import CallView, CardView, DeskView, QueueLine, Tally
from store.records import Claim
from telephony import protocol as phone

IN_CALL = frozenset({ShiftState.DIALING, ShiftState.RINGING, ShiftState.TALKING})


@dataclass(slots=True)
class Line:
    """The attempt in hand: from the dial until its disposition is on disk."""

    claim: Claim
    call: str  # our word for the call on the phone's wire
    attempt_id: int | None = None  # None until the store has opened it
    chosen: out.Choice | None = None  # the key the rep pressed before the call had ended
    hang_up: bool = False  # asked for before the call could be placed
    ended: bool = False
    stored: bool = False  # the result is on disk, and it waits for a disposition
    disposing: bool = False
    answered: bool = False


@dataclass(slots=True)
class Desk:
    """The state machine. Feed it with `handle`; read its fields; write none of them."""

    dispositions: Dispositions
    clock: Clock
    caller_id: str = ""
    state: ShiftState = ShiftState.NOT_READY
    since_mono: int = 0
    reason: str = "starting"
    claim: Claim | None = None
    card: CardView | None = None
    call: CallView | None = None
    line: Line | None = None
    tally: Tally = field(default_factory=Tally)
    phone_line: str = "the phone is starting"
    phone_ok: bool = False
    message: str = ""
    alarm: bool = False
    pause_wanted: str = ""
    last_attempt: int | None = None  # the one that undo would take back
    next_due_at: int | None = None
    _claiming: bool = False
    _calls: int = 0

    def handle(self, given: told.Input) -> list[out.Effect]:
        """Take one input; return what must be done, in this order."""
        handler: Callable[[Desk, told.Input], list[out.Effect]] = _HANDLERS[type(given)]
        return handler(self, given)

    # ------------------------------------------------------------ helpers

    def say(self, message: str, *, alarm: bool = False) -> list[out.Effect]:
        """Put a line on the message row; nothing else happens."""
        self.message, self.alarm = message, alarm
        return []

    def enter(self, state: ShiftState, reason: str = "") -> list[out.Effect]:
        """Change state, and have the change written to the shift."""
        self.state, self.reason, self.since_mono = state, reason, self.clock.monotonic()
        return [out.Enter(state, reason, self.clock.now())]

    def ask_for_lead(self) -> list[out.Effect]:
        """Free: go not-ready if a pause was asked for, else ask for the next lead."""
        self.claim = self.card = self.call = self.line = None
        if self.pause_wanted:
            reason, self.pause_wanted = self.pause_wanted, ""
            return self.enter(ShiftState.NOT_READY, reason)
        if self._claiming:
            return []
        self._claiming = True
        effects = [] if self.state is ShiftState.READY else self.enter(ShiftState.READY)
        return [*effects, out.ClaimNext()]

    def show(self, claim: Claim, card: CardView) -> None:
        """Put a claimed lead on the desk."""
        self.claim, self.card = claim, card
        self.next_due_at = None

    def draw(
        self, *, rep: str, rep_name: str, queue: tuple[QueueLine, ...], queue_total: int, callbacks_due: int
    ) -> DeskView:
        """The desk as a screen may see it."""
        return DeskView(
            state=self.state, since_mono=self.since_mono, rep=rep, rep_name=rep_name, reason=self.reason,
            card=self.card, call=self.call, queue=queue, queue_total=queue_total,
            tally=replace(self.tally, callbacks_due=callbacks_due), dispositions=tuple(self.dispositions.by_key.values()),
            phone_line=self.phone_line, phone_ok=self.phone_ok, message=self.message, alarm=self.alarm,
            can_undo=self.last_attempt is not None, after_call_pause=bool(self.pause_wanted),
            next_due_at=self.next_due_at,
        )  # fmt: skip


# ------------------------------------------------------------- the queue


def _on_claimed(desk: Desk, given: told.Claimed) -> list[out.Effect]:
    desk._claiming = False
    if desk.state is not ShiftState.READY:
        return [out.Release(given.claim, "the desk was no longer free")]
    desk.show(given.claim, given.card)
    return desk.enter(ShiftState.PREVIEW)


def _on_nothing_due(desk: Desk, given: told.NothingDue) -> list[out.Effect]:
    desk._claiming = False
    desk.next_due_at, desk.reason = given.next_at, given.why
    return []


def _on_look_again(desk: Desk, _: told.LookAgain) -> list[out.Effect]:
    if desk.state is ShiftState.READY and not desk._claiming:
        return desk.ask_for_lead()
    return []


# ----------------------------------------------------------- rep's keys


def _on_pressed(desk: Desk, given: told.Pressed) -> list[out.Effect]:
    refusal = why_not(given.action, desk.state)
    if refusal:
        return desk.say(refusal)
    return _PRESSES[given.action](desk)


def _dial(desk: Desk) -> list[out.Effect]:
    if desk.claim is None or desk.card is None:
        return desk.say("Nothing to dial: no lead is on the card.")
    if not desk.phone_ok:
        return desk.say(f"The phone cannot dial now: {desk.phone_line}. The lead stays with you.", alarm=True)
    desk._calls += 1
    desk.line = Line(desk.claim, call=f"{desk.claim.token:x}-{desk._calls}")
    desk.call = CallView(desk.claim.phone.e164, desk.caller_id, dialed_mono=desk.clock.monotonic())
    desk.last_attempt = None
    desk.say("")
    return [*desk.enter(ShiftState.DIALING), out.Begin(desk.claim, desk.caller_id)]


def _hang_up(desk: Desk) -> list[out.Effect]:
    line = desk.line
    if line is None or line.ended:
        return desk.say("The call has ended already.")
    if line.attempt_id is None:
        line.hang_up = True
        return []
    return [out.HangUp(line.call)]


def _mute(desk: Desk) -> list[out.Effect]:
    if desk.call is None or desk.line is None:
        return []
    desk.call = replace(desk.call, muted=not desk.call.muted)
    desk.say("Your microphone is off." if desk.call.muted else "Your microphone is on.")
    return [out.Mute(desk.line.call, desk.call.muted)]


def _undo(desk: Desk) -> list[out.Effect]:
    if desk.last_attempt is None:
        return desk.say("Nothing to take back: undo works until the next dial.")
    effects: list[out.Effect] = []
    if desk.claim is not None:
        effects.append(out.Release(desk.claim, "undo of the call before"))
    attempt, desk.last_attempt = desk.last_attempt, None
    desk.claim = desk.card = desk.call = None
    return [*effects, out.Undo(attempt)]


def _on_disposed(desk: Desk, given: told.Disposed) -> list[out.Effect]:
    disposition = desk.dispositions.by_key.get(given.key)
    if disposition is None:
        return desk.say(f"No disposition is on key {given.key}.")
    refusal = _why_not_dispose(desk, disposition, given.callback_at)
    if refusal:
        return desk.say(refusal)
    line = desk.line
    assert line is not None  # _why_not_dispose has seen to it
    line.chosen = out.Choice(disposition, given.callback_at)
    if line.stored:
        return _record(line)
    return [] if line.ended else _hang_up(desk)


def _why_not_dispose(desk: Desk, disposition: Disposition, callback_at: int | None) -> str:
    line = desk.line
    if line is None or desk.state not in IN_CALL | {ShiftState.WRAP_UP}:
        return f"No call to record as {disposition.label.lower()}: space dials."
    if line.disposing:
        return "This call is being recorded."
    if disposition.callback and callback_at is None:
        return "A callback needs a time."
    if disposition.human and not line.answered:
        return f"{disposition.label} needs a conversation: this call was not answered."
    return disposition.why_not(_talk_ms(desk))


def _talk_ms(desk: Desk) -> int:
    """Talk so far, or of the call that has ended; 0 unless answered."""
    call = desk.call
    if call is None or call.answered_mono is None:
        return 0
    ended = call.ended_mono if call.ended_mono is not None else desk.clock.monotonic()
    return ended - call.answered_mono


def _record(line: Line) -> list[out.Effect]:
    assert line.chosen is not None
    assert line.attempt_id is not None
    line.disposing = True
    return [out.Dispose(line.attempt_id, line.chosen)]


def _on_keypad(desk: Desk, given: told.Keypad) -> list[out.Effect]:
    refusal = why_not("keypad", desk.state)
    if refusal or desk.line is None:
        return desk.say(refusal)
    desk.say(f"Sent tone {given.digit}.")
    return [out.Tone(desk.line.call, given.digit)]


def _on_noted(desk: Desk, given: told.Noted) -> list[out.Effect]:
    claim = desk.claim
    if claim is None:
        return desk.say("A note needs a lead on the card.")
    return [out.Note(claim.lead.id, given.text)] if given.text.strip() else []


def _on_skipped(desk: Desk, given: told.Skipped) -> list[out.Effect]:
    refusal = why_not("skip", desk.state)
    if refusal or desk.claim is None:
        return desk.say(refusal)
    claim = desk.claim
    desk.say(f"{claim.lead.name} skipped: {given.label}. The lead stays in the queue.")
    return [out.Skip(claim, given.reason), *desk.ask_for_lead()]


def _on_paused(desk: Desk, given: told.Paused) -> list[out.Effect]:
    if desk.state is ShiftState.NOT_READY:
        return desk.enter(ShiftState.NOT_READY, given.reason) if given.reason != desk.reason else []
    if desk.state in IN_CALL | {ShiftState.WRAP_UP}:
        desk.pause_wanted = given.reason
        return desk.say("You go not-ready after this call.")
    effects: list[out.Effect] = []
    if desk.claim is not None:
        effects.append(out.Release(desk.claim, f"not-ready: {given.reason}"))
    desk.claim = desk.card = desk.call = None
    desk.say("")
    return [*effects, *desk.enter(ShiftState.NOT_READY, given.reason)]


def _on_resumed(desk: Desk, _: told.Resumed) -> list[out.Effect]:
    if desk.pause_wanted:
        desk.pause_wanted = ""
        return desk.say("You stay ready after this call.")
    if desk.state is not ShiftState.NOT_READY:
        return desk.say("You are not paused.")
    desk.say("")
    return desk.ask_for_lead()


# ------------------------------------------------------------- the store


def _on_begun(desk: Desk, given: told.Begun) -> list[out.Effect]:
    line = desk.line
    if line is None:
        return []
    attempt = given.attempt
    desk.tally = replace(desk.tally, attempts=desk.tally.attempts + 1)
    if not attempt.decision.allowed:
        desk.say(f"{line.claim.lead.name} may not be called now: {attempt.decision.why}")
        return desk.ask_for_lead()
    line.attempt_id = attempt.id
    if line.hang_up:
        at, mono = desk.clock.now(), desk.clock.monotonic()
        ended = phone.Ended(
            at=at, mono=mono, call=line.call, result=Result.FAILED, reason="Hung up before the dial.",
            ended_by="rep",
        )  # fmt: skip
        return _on_ended(desk, line, ended)
    return [out.Place(line.call, attempt.e164, desk.caller_id)]


def _on_finished(desk: Desk, given: told.Finished) -> list[out.Effect]:
    line = desk.line
    if line is None or line.attempt_id != given.attempt_id:
        return []
    if given.plan is not None:
        return _move_on(desk, given.attempt_id, given.disposition, given.plan)
    line.stored = True
    return _record(line) if line.chosen is not None else []


def _on_recorded(desk: Desk, given: told.Recorded) -> list[out.Effect]:
    desk.tally = replace(
        desk.tally,
        contacts=desk.tally.contacts + given.disposition.contact,
        won=desk.tally.won + given.disposition.won,
    )
    return _move_on(desk, given.attempt_id, given.disposition, given.plan)


def _move_on(desk: Desk, attempt_id: int, disposition: Disposition | None, plan: Plan) -> list[out.Effect]:
    lead = desk.claim.lead if desk.claim is not None else None
    desk.last_attempt = attempt_id if disposition is not None else None
    words = disposition.label if disposition else (desk.call.result_text if desk.call else "")
    desk.say(_summary(lead, words, plan))
    return desk.ask_for_lead()


def _summary(lead: Lead | None, words: str, plan: Plan) -> str:
    name = lead.name if lead is not None else "Lead"
    return f"{name}: {words}. {plan.reason}".rstrip()


def _on_undone(desk: Desk, given: told.Undone) -> list[out.Effect]:
    effects: list[out.Effect] = []
    if desk.claim is not None:
        effects.append(out.Release(desk.claim, "undo of the call before"))
    desk.show(given.claim, given.card)
    attempt, now = given.attempt, desk.clock.monotonic()
    answered = attempt.answered_at is not None
    desk.call = CallView(
        attempt.e164, attempt.caller_id, dialed_mono=now - attempt.talk_ms,
        answered_mono=now - attempt.talk_ms if answered else None, ended_mono=now,
        result=attempt.result or "", result_text="Taken back: choose again.",
    )  # fmt: skip
    desk.line = Line(
        given.claim, call="", attempt_id=attempt.id, ended=True, stored=True, answered=answered
    )
    desk.say(f"{given.claim.lead.name}: taken back. Choose the right disposition.")
    return [*effects, *desk.enter(ShiftState.WRAP_UP)]


def _on_told(desk: Desk, given: told.Told) -> list[out.Effect]:
    return desk.say(given.text)


def _on_refused(desk: Desk, given: told.Refused) -> list[out.Effect]:
    """A write did not happen: nothing is lost, the rep hears why and may press the key again."""
    desk.say(given.why, alarm=True)
    match given.effect:
        case out.ClaimNext():
            desk._claiming = False
            desk.reason = given.why
            return []
        case out.Begin():
            desk.line = desk.call = None
            if given.lease_lost:
                return desk.ask_for_lead()
            return desk.enter(ShiftState.PREVIEW)
        case out.Dispose():
            if desk.line is not None:
                desk.line.disposing, desk.line.chosen = False, None
            return []
        case out.Undo() | out.Skip():
            return desk.ask_for_lead()
        case _:
            return []


# ------------------------------------------------------------- the phone


def _on_phone_state(desk: Desk, given: told.PhoneState) -> list[out.Effect]:
    desk.phone_ok, desk.phone_line = given.ok, given.text
    return []


def _on_phone_said(desk: Desk, given: told.PhoneSaid) -> list[out.Effect]:
    line, event = desk.line, given.event
    if line is None or line.ended or getattr(event, "call", None) != line.call or desk.call is None:
        return []
    assert line.attempt_id is not None  # a call is placed only after its attempt is on disk
    match event:
        case phone.Invited():
            return [out.Instant(line.attempt_id, "invited", event.at, event.sip_call_id)]
        case phone.Ringing():
            desk.call = replace(desk.call, ringing_mono=event.mono)
            return [
                out.Instant(line.attempt_id, "ringing", event.at),
                *desk.enter(ShiftState.RINGING),
            ]
        case phone.Answered():
            line.answered = True
            desk.call = replace(desk.call, answered_mono=event.mono)
            return [
                out.Instant(line.attempt_id, "answered", event.at),
                *desk.enter(ShiftState.TALKING),
            ]
        case phone.Ended():
            return _on_ended(desk, line, event)
        case _:
            return []


def _on_ended(desk: Desk, line: Line, event: phone.Ended) -> list[out.Effect]:
    line.ended = True
    assert line.attempt_id is not None
    assert desk.call is not None
    desk.call = replace(desk.call, ended_mono=event.mono, result=event.result, result_text=event.reason)
    desk.tally = replace(desk.tally, talk_ms=desk.tally.talk_ms + event.talk_ms)
    return [
        out.Finish(line.attempt_id, event, automatic=line.chosen is None),
        *desk.enter(ShiftState.WRAP_UP),
    ]


_PRESSES: dict[str, Callable[[Desk], list[out.Effect]]] = {
    "dial": _dial,
    "hang_up": _hang_up,
    "mute": _mute,
    "undo": _undo,
}

_HANDLERS: dict[type, Callable[..., list[out.Effect]]] = {
    told.Claimed: _on_claimed,
    told.NothingDue: _on_nothing_due,
    told.LookAgain: _on_look_again,
    told.Pressed: _on_pressed,
    told.Disposed: _on_disposed,
    told.Keypad: _on_keypad,
    told.Noted: _on_noted,
    told.Skipped: _on_skipped,
    told.Paused: _on_paused,
    told.Resumed: _on_resumed,
    told.Begun: _on_begun,
    told.Finished: _on_finished,
    told.Recorded: _on_recorded,
    told.Undone: _on_undone,
    told.Told: _on_told,
    told.Refused: _on_refused,
    told.PhoneState: _on_phone_state,
    told.PhoneSaid: _on_phone_said,
}
