"""A faithful store and phone round a desk: effects are answered in order, when the test lets it.

Everything that can happen to a desk is a method without arguments, so that a
property test can draw a history as a list of names. `settle` lets the world
come to rest; `check` then says what must hold whatever was done.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from support.bench import BOOK, NOW, Bench, attempt, card, claim, ended_attempt

from cadence.model import Plan, Result, ShiftState
from cadence.recording import Mode, Recordable
from floor import desk_effects as out
from floor import desk_inputs as told
from floor.actions import IN_CALL
from store.records import Caller
from telephony import protocol as phone

ALWAYS = Recordable(Mode.ANNOUNCE, True, "", "2026-01-01")

_PRESSES = (
    "dial", "hang_up", "mute", "hold", "undo", "answer", "pass_on", "transfer", "line", "record", "object",
    "voicemail",
)  # fmt: skip

_CODES = (
    "no_answer", "voicemail", "bad_number", "not_interested", "do_not_call", "interested", "language_barrier",
)  # fmt: skip

KEYS: dict[str, told.Input] = {
    **{name: told.Pressed(name) for name in _PRESSES},
    **{f"disposition {code}": told.Disposed(code, NOW + 60_000) for code in _CODES},
    "pause": told.Paused("break"),
    "resume": told.Resumed(),
    "skip": told.Skipped("other", "Other"),
    "tone": told.Keypad("5"),
    "note": told.Noted("note"),
    "look again": told.LookAgain(),
    "number": told.NumberTyped("+1 415 555 0131"),
    "ask a colleague": told.TransferTo("204"),
    "ask nobody": told.TransferTo(" "),
    "give it away": told.TransferTo("207", blind=True),
    "phone lost": told.PhoneState(False, "no answer", 4_000),
    "phone back": told.PhoneState(True, "registered"),
}
"""What the rep may do, by name."""

HAPPENINGS = (
    "step", "step_all", "ring", "rung_out", "answered_elsewhere", "connect", "lead_gone", "second_gone",
    "transfer_taken", "transfer_refused", "engine_dies", "message_played",
    "lead_taken",
)  # fmt: skip
"""What the world may do, by name."""

REFUSALS = ("gate_says_no", "store_says_no")
"""What the store may say of the next effect that it can refuse."""


class World:
    """A store and a phone that do what they are asked, and remember it."""

    def __init__(self) -> None:
        self.bench = Bench()
        self.desk = self.bench.desk
        self.desk.notice = True
        self.pending: list[out.Effect] = list(self.bench.effects)
        self.ids = 0
        self.refusing = ""
        self.open: set[int] = set()
        self.closed: dict[int, Result] = {}
        self.beside: set[int] = set()  # attempts of second lines: nothing more is asked of them
        self.disposed: set[int] = set()
        self.leased: set[int] = set()  # leads in the rep's hands
        self.lead_of: dict[int, int] = {}
        self.calls: dict[str, str] = {}  # live ones: rings, comes, goes, talks
        self.held: dict[str, bool] = {}
        self.passing: dict[str, str] = {}  # calls that are being given away, to which second line
        self.recorded: dict[str, str] = {}
        self.begun: Counter[int] = Counter()  # recordings, by attempt; likewise the next three
        self.packed: Counter[int] = Counter()
        self.erased: Counter[int] = Counter()
        self.objected: Counter[int] = Counter()
        self.rang: Counter[str] = Counter()
        self.spoken_to: Counter[str] = Counter()
        self.missed: Counter[str] = Counter()
        self.elsewhere: Counter[str] = Counter()

    # ------------------------------------------------------------- driving

    def do(self, name: str) -> None:
        """Do one thing of `KEYS`, `HAPPENINGS` or `REFUSALS`."""
        self.bench.clock.advance(700)
        if name in KEYS:
            self.feed(KEYS[name])
        elif name in REFUSALS:
            self.refusing = name
        else:
            getattr(self, name)()

    def feed(self, given: told.Input) -> None:
        """Tell the desk; what it asks of the phone is done at once, what it asks of the store waits."""
        self._carry_out(self.bench.tell(given))

    def _carry_out(self, effects: list[out.Effect]) -> None:
        for effect in effects:
            if type(effect) in _PHONE:
                _PHONE[type(effect)](self, effect)
            else:
                self.pending.append(effect)

    def heard(self, event: phone.AnyEvent) -> None:
        """The phone says something."""
        self.feed(told.PhoneSaid(event))

    def step(self) -> None:
        """The store answers one effect."""
        if self.pending:
            effect = self.pending.pop(0)
            handler = _STORE.get(type(effect))
            if handler is not None:
                handler(self, effect)

    def step_all(self) -> None:
        """The store answers all it was asked."""
        for _ in range(200):
            if not self.pending:
                return
            self.step()
        raise AssertionError("the desk and the store never come to rest")

    def settle(self) -> None:
        """Everybody hangs up, the store catches up."""
        self.refusing = ""
        for _ in range(20):
            self.step_all()
            for call in list(self.passing):
                self._transferred(call, done=False)
            for call in list(self.calls):
                self.end(call)
        assert not self.calls

    # --------------------------------------------------------- the world

    def ring(self) -> None:
        """Somebody calls."""
        self.ids += 1
        call = f"in-{self.ids}"
        self.calls[call] = "rings"
        self.rang[call] += 1
        number = "" if self.ids % 5 == 0 else f"+1415555{self.ids % 9000 + 1000:04}"
        self.heard(
            phone.Incoming(at=NOW, mono=self._mono, call=call, number=number, name="Kim", sip_call_id=call)
        )

    def rung_out(self) -> None:
        """The one who rings, or is being connected, gives up."""
        for call in self._in_state("rings", "comes"):
            self.end(call)

    def answered_elsewhere(self) -> None:
        """The one who rings was answered on another phone."""
        for call in self._in_state("rings"):
            del self.calls[call]
            self.heard(self._ended(call, Result.NO_ANSWER, elsewhere=True))

    def connect(self) -> None:
        """Whoever is dialed, or was taken, is connected."""
        for call in self._in_state("goes", "comes"):
            if self.calls[call] == "goes":
                self.heard(phone.Ringing(at=NOW, mono=self._mono, call=call))
            if call in self.calls:
                self.calls[call] = "talks"
                self.heard(phone.Answered(at=NOW, mono=self._mono, call=call))

    def lead_gone(self) -> None:
        """The lead hangs up."""
        if self.desk.line is not None:
            self.end(self.desk.line.call)

    def second_gone(self) -> None:
        """The one on the second line hangs up, or does not answer."""
        if self.desk.second_line is not None:
            self.end(self.desk.second_line.call)

    def transfer_taken(self) -> None:
        """The transfer goes through."""
        for call in list(self.passing):
            self._transferred(call, done=True)

    def transfer_refused(self) -> None:
        """The transfer does not go through."""
        for call in list(self.passing):
            self._transferred(call, done=False)

    def engine_dies(self) -> None:
        """The phone process is killed: every call ends in its name, and it is back."""
        self.passing.clear()
        for call in list(self.calls):
            del self.calls[call]
            self.heard(self._ended(call, Result.INTERRUPTED, ended_by="engine"))
        self.heard(phone.Down(at=NOW, mono=self._mono, code=-9, restarting=True))

    def message_played(self) -> None:
        """A message that plays comes to its end."""
        for call in list(self.desk.drops):
            self.heard(phone.Played(at=NOW, mono=self._mono, call=call))
            self.end(call)

    def lead_taken(self) -> None:
        """The lead on the card goes onto the do-not-call list."""
        held = self.desk.claim
        if held is not None and self.desk.state is ShiftState.PREVIEW:
            self.leased.discard(held.lead.id)
            self.feed(told.LeadTaken(held.token, "They are not to be called any more."))

    def end(self, call: str) -> None:
        """A call is over; nothing happens for one that is over already."""
        state = self.calls.pop(call, "")
        if not state:
            return
        self.passing.pop(call, None)
        if call in self.recorded:
            self.heard(phone.Recorded(at=NOW, mono=self._mono, call=call, path=self.recorded.pop(call), ms=9))
        self.heard(self._ended(call, Result.ANSWERED if state == "talks" else Result.NO_ANSWER))

    def _transferred(self, call: str, *, done: bool) -> None:
        to = self.passing.pop(call)
        self.heard(phone.Transferred(at=NOW, mono=self._mono, call=call, done=done, reason="Declined."))
        if done:
            self.end(call)
            self.end(to)

    def _ended(self, call: str, result: Result, **more: Any) -> phone.Ended:
        return phone.Ended(at=NOW, mono=self._mono, call=call, result=result, **more)

    def _in_state(self, *states: str) -> list[str]:
        return [call for call, state in self.calls.items() if state in states]

    @property
    def _mono(self) -> int:
        return self.bench.clock.monotonic()

    # ---------------------------------------------------------- the phone

    def place(self, effect: out.Place | out.PlaceBeside) -> None:
        first = [call for call, state in self.calls.items() if state in ("goes", "comes", "talks")]
        away = set(self.desk.drops)
        if isinstance(effect, out.PlaceBeside):
            away.add(effect.beside)
        assert not set(first) - away, "two calls at once"
        self.calls[effect.call] = "goes"
        self.heard(phone.Invited(at=NOW, mono=self._mono, call=effect.call))

    def take(self, effect: out.Answer) -> None:
        assert self.calls.get(effect.call) == "rings", "a call was taken that does not ring"
        self.calls[effect.call] = "comes"

    def pass_on(self, effect: out.PassOn) -> None:
        self.end(effect.call)

    def hang_up(self, effect: out.HangUp) -> None:
        self.end(effect.call)

    def hold(self, effect: out.Hold) -> None:
        if self.calls.get(effect.call) == "talks" and self.held.get(effect.call, False) != effect.on:
            self.held[effect.call] = effect.on
            self.heard(phone.Held(at=NOW, mono=self._mono, call=effect.call, on=effect.on))

    def transfer(self, effect: out.Transfer) -> None:
        assert self.calls.get(effect.call) == "talks", "nobody is there to be given away"
        assert not effect.to or self.calls.get(effect.to) == "talks", "nobody is there to be joined with"
        assert effect.call not in self.passing
        self.passing[effect.call] = effect.to

    def record(self, effect: out.Record) -> None:
        if self.calls.get(effect.call) != "talks":
            return
        if effect.do == "stop":
            path = self.recorded.pop(effect.call, "")
            self.heard(phone.Recorded(at=NOW, mono=self._mono, call=effect.call, path=path, ms=9))
            return
        path = self.recorded.setdefault(effect.call, f"{effect.attempt_id}.wav")
        paused = effect.do == "pause"
        self.heard(phone.Recording(at=NOW, mono=self._mono, call=effect.call, path=path, paused=paused))

    # ---------------------------------------------------------- the store

    def claim_next(self, _: out.ClaimNext) -> None:
        self.ids += 1
        held = claim(self.ids)
        assert not self.leased, "one lead a rep"
        self.leased.add(held.lead.id)
        shown = replace(card(held), recording=ALWAYS)
        self.feed(told.Claimed(held, shown))

    def let_go(self, effect: out.Release | out.Skip) -> None:
        if isinstance(effect, out.Skip) and self._refused("store_says_no"):
            self.leased.discard(effect.claim.lead.id)
            self.feed(told.Refused(effect, "The lease is lost.", over=True))
            return
        self.leased.discard(effect.claim.lead.id)

    def begin(self, effect: out.Begin) -> None:
        if self._refused("store_says_no"):
            self.feed(told.Refused(effect, "The disk is full."))
            return
        number, lead = self._opened(effect.claim.lead.id), effect.claim.lead.id
        allowed = not self._refused("gate_says_no")
        if not allowed:
            self._block(number)
            self.leased.discard(lead)
        self.feed(told.Begun(attempt(effect.claim, allowed=allowed, number=number)))

    def begin_by_hand(self, effect: out.BeginByHand) -> None:
        if self._refused("store_says_no"):
            self.feed(told.Refused(effect, "That is no number."))
            return
        number, allowed = self._opened(None), not self._refused("gate_says_no")
        made = replace(attempt(claim(number), allowed=allowed, number=number), lead_id=None)
        if not allowed:
            self._block(number)
        self.feed(told.BegunByHand(made, None, None))

    def begin_inbound(self, effect: out.BeginInbound) -> None:
        self.leased.clear()  # whatever the rep still held
        self.spoken_to[effect.sip_call_id] += 1
        if self._refused("store_says_no"):
            self.feed(told.Refused(effect, "That cannot be kept.", over=True))
            return
        if not effect.number:
            number = self._opened(None)
            made = replace(attempt(claim(number), number=number), lead_id=None, e164="")
            self.feed(told.BegunInbound(made, None, None))
            return
        self.ids += 1
        held = claim(self.ids)
        self.leased.add(held.lead.id)
        number = self._opened(held.lead.id)
        shown = replace(card(held), recording=ALWAYS)
        self.feed(told.BegunInbound(attempt(held, number=number), held, shown))

    def begin_beside(self, effect: out.BeginBeside) -> None:
        assert effect.beside in self.open | set(self.closed)
        if self._refused("store_says_no"):
            self.feed(told.Refused(effect, "That is no number."))
            return
        number, allowed = self._opened(None), not self._refused("gate_says_no")
        self.beside.add(number)
        if not allowed:
            self._block(number)
        made = replace(attempt(claim(number), allowed=allowed, number=number), lead_id=None, e164="204")
        self.feed(told.BegunBeside(made))

    def ask_transfer(self, effect: out.AskTransfer) -> None:
        if self._refused("store_says_no"):
            self.feed(told.Refused(effect, "That is no number."))
            return
        allowed = not self._refused("gate_says_no")
        judged = attempt(claim(1), allowed=allowed, number=1).decision
        self.feed(told.TransferJudged(effect.call, effect.typed, judged))

    def keep_missed(self, effect: out.KeepMissed) -> None:
        self.missed[effect.sip_call_id] += 1
        self.feed(told.MissedKept("Kim", effect.number, effect.why, first=True))

    def taken_elsewhere(self, effect: out.TakenElsewhere) -> None:
        self.elsewhere[effect.sip_call_id] += 1

    def ask_caller(self, effect: out.AskCaller) -> None:
        self.feed(told.CallerKnown(effect.call, Caller(effect.number, 3, "Kim Lee", held_by="bo")))

    def finish(self, effect: out.Finish) -> None:
        number, result = effect.attempt_id, Result(effect.ended.result)
        assert number in self.open, "finished twice, or never begun"
        self.open.discard(number)
        self.closed[number] = result
        said = BOOK.dispositions.automatic(result) if effect.automatic else None
        waits = (result is Result.ANSWERED or not effect.automatic) and number not in self.beside
        if not waits:
            self._disposed(number)
        self.feed(told.Finished(number, said, None if waits else _plan(), not waits))

    def dispose(self, effect: out.Dispose) -> None:
        number = effect.attempt_id
        assert number in self.closed, "disposed before its result was on disk"
        assert number not in self.disposed, "disposed twice"
        if self._refused("store_says_no"):
            self.feed(told.Refused(effect, "The disk is full."))
            return
        self._disposed(number)
        self.feed(told.Recorded(number, effect.choice.disposition, _plan()))

    def message_lets_go(self, effect: out.LetGo) -> None:
        self.leased.discard(self.lead_of.get(effect.attempt_id, 0))

    def settle_message(self, effect: out.SettleMessage) -> None:
        assert effect.attempt_id in self.open, "settled twice, or never begun"
        self.open.discard(effect.attempt_id)
        self.closed[effect.attempt_id] = Result(effect.ended.result)
        self.disposed.add(effect.attempt_id)
        self.feed(told.MessageOver(effect.name, effect.disposition, effect.left))

    def undo(self, effect: out.Undo) -> None:
        number = effect.attempt_id
        if self._refused("store_says_no"):
            self.feed(told.Refused(effect, "The lead was touched again.", over=True))
            return
        self.disposed.discard(number)
        held = claim(number)
        self.lead_of[number] = held.lead.id
        self.leased.clear()
        self.leased.add(held.lead.id)
        self.feed(told.Undone(ended_attempt(held, self.closed[number], number), held, card(held)))

    def kept_transfer(self, effect: out.KeepTransfer) -> None:
        assert effect.attempt_id in self.open, "a transfer is written before the end of its call"

    def recording_begun(self, effect: out.RecordingBegun) -> None:
        self.begun[effect.attempt_id] += 1

    def recording_over(self, effect: out.RecordingOver) -> None:
        self.packed[effect.attempt_id] += 1

    def recording_erased(self, effect: out.RecordingErased) -> None:
        assert self.objected[effect.attempt_id], "deleted, and nobody objected"
        self.erased[effect.attempt_id] += 1

    def keep_objection(self, effect: out.Objected) -> None:
        self.objected[effect.attempt_id] += 1
        self.feed(told.ObjectionKept(effect.attempt_id))

    def _opened(self, lead: int | None) -> int:
        self.ids += 1
        self.open.add(self.ids)
        if lead is not None:
            self.lead_of[self.ids] = lead
        return self.ids

    def _block(self, number: int) -> None:
        self.open.discard(number)
        self.closed[number] = Result.BLOCKED
        self.disposed.add(number)

    def _disposed(self, number: int) -> None:
        self.disposed.add(number)
        self.leased.discard(self.lead_of.get(number, 0))

    def _refused(self, kind: str) -> bool:
        refused, self.refusing = self.refusing == kind, "" if self.refusing == kind else self.refusing
        return refused

    # ---------------------------------------------------------- what holds

    def check_lines(self) -> None:
        """What holds at every moment at which the store has caught up."""
        desk, second = self.desk, self.desk.second_line
        assert self.desk.caller is None or desk.state in (ShiftState.READY, ShiftState.PREVIEW)
        if self.pending or desk.line is None or desk.passing is not None:
            return
        talking = [line.call for line in (desk.line, second) if line and self.calls.get(line.call) == "talks"]
        heard = [call for call in talking if not self.held.get(call, False)]
        assert len(heard) <= 1, "both lines are heard at once"
        if second is not None and len(talking) == 2:
            assert heard, "everybody is on hold"
            assert desk.talked_on is not None
            assert heard == [desk.talked_on.call], "the screen shows the other line"

    def check_rest(self) -> None:
        """What holds once everybody has hung up and everything is on disk."""
        desk = self.desk
        assert not self.open, "an attempt was begun and never finished"
        waiting = set(self.closed) - self.disposed
        assert len(waiting) <= 1, "two calls wait for a key"
        assert bool(waiting) == (desk.state is ShiftState.WRAP_UP)
        assert desk.state not in IN_CALL
        assert (desk.second_line, desk.second, desk.passing, desk.on_second) == (None, None, None, False)
        assert (desk.caller, desk.incoming, desk.undoing) == (None, None, False)
        assert not desk.drops
        held = {desk.claim.lead.id} if desk.claim is not None else set()
        assert self.leased <= held, "a lead is held by a desk that does not show it"
        for number in self.begun:
            assert self.begun[number] == 1
            assert self.packed[number] + self.erased[number] >= 1, "a recording is left open"
            assert bool(self.objected[number]) == bool(self.erased[number]), "they objected"
        for call in self.rang:
            told_of = self.spoken_to[call] + self.missed[call] + self.elsewhere[call]
            assert told_of == 1, f"{call} was kept {told_of} times"


def _plan() -> Plan:
    return replace(claim().plan, reason="call 2 of 6 at 10:40")


_PHONE: dict[type, Callable[[World, Any], None]] = {
    out.Place: World.place,
    out.PlaceBeside: World.place,
    out.Answer: World.take,
    out.PassOn: World.pass_on,
    out.HangUp: World.hang_up,
    out.Hold: World.hold,
    out.Transfer: World.transfer,
    out.Record: World.record,
}
_STORE: dict[type, Callable[[World, Any], None]] = {
    out.ClaimNext: World.claim_next,
    out.Release: World.let_go,
    out.Skip: World.let_go,
    out.Begin: World.begin,
    out.BeginByHand: World.begin_by_hand,
    out.BeginInbound: World.begin_inbound,
    out.BeginBeside: World.begin_beside,
    out.AskTransfer: World.ask_transfer,
    out.KeepMissed: World.keep_missed,
    out.AskCaller: World.ask_caller,
    out.TakenElsewhere: World.taken_elsewhere,
    out.Finish: World.finish,
    out.Dispose: World.dispose,
    out.LetGo: World.message_lets_go,
    out.SettleMessage: World.settle_message,
    out.Undo: World.undo,
    out.KeepTransfer: World.kept_transfer,
    out.RecordingBegun: World.recording_begun,
    out.RecordingOver: World.recording_over,
    out.RecordingErased: World.recording_erased,
    out.Objected: World.keep_objection,
}


def histories() -> Iterator[str]:
    """Every name that `World.do` takes."""
    yield from KEYS
    yield from HAPPENINGS
    yield from REFUSALS
