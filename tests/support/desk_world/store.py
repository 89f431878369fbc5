"""The store of a desk's world: it answers one effect after the other, and remembers what it was asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from support.bench import BOOK, attempt, card, claim, ended_attempt

from cadence.model import Plan, Result
from cadence.recording import Mode, Recordable
from floor import desk_effects as out
from floor import desk_inputs as told
from store.records import Caller

ALWAYS = Recordable(Mode.ANNOUNCE, True, "", "2026-01-01")
REFUSALS = ("gate_says_no", "store_says_no", "store_says_never", "nothing_due")
"""What the store may say of the next effect that it can refuse."""


class WorldStore:
    """One rep's attempts and leads, and how often each caller and recording was written."""

    def __init__(self, ids: Iterator[int], feed: Callable[[told.Input], None]) -> None:
        """`feed` takes every answer; `ids` number leads and attempts."""
        self.ids, self.feed = ids, feed
        self.pending: list[out.Effect] = []
        self.refusing = ""  # one of `REFUSALS`, until it has been said
        self.open: set[int] = set()  # attempts, as in the next three
        self.closed: dict[int, Result] = {}
        self.beside: set[int] = set()  # of second lines, and of calls for help: nothing more is asked of them
        self.disposed: set[int] = set()
        self.helped: dict[str, int] = {}  # attempts of calls for help, by call
        self.leased: set[int] = set()  # leads in the rep's hands
        self.lead_of: dict[int, int] = {}  # by attempt
        self.begun: Counter[int] = Counter()  # recordings, by attempt; likewise the next three
        self.packed: Counter[int] = Counter()
        self.erased: Counter[int] = Counter()
        self.objected: Counter[int] = Counter()
        self.spoken_to: Counter[str] = Counter()  # callers, by Call-ID; likewise the next two
        self.missed: Counter[str] = Counter()
        self.elsewhere: Counter[str] = Counter()

    def step(self) -> None:
        """Answer one effect."""
        if self.pending:
            effect = self.pending.pop(0)
            handler = _HANDLERS.get(type(effect))
            if handler is not None:
                handler(self, effect)

    def step_all(self) -> None:
        """Answer all there is."""
        for _ in range(200):
            if not self.pending:
                return
            self.step()
        raise AssertionError("the desk and the store never come to rest")

    def claim_next(self, effect: out.ClaimNext) -> None:
        if self._refused("store_says_no"):
            self.feed(told.Refused(effect, "The disk is full."))
            return
        if self._refused("nothing_due"):
            self.feed(told.NothingDue(None, "Nobody may be called now."))
            return
        held = claim(next(self.ids))
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
        if self._refused("store_says_never"):
            self.leased.discard(effect.claim.lead.id)
            self.feed(told.Refused(effect, "The lease is lost.", over=True))
            return
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

    def keep_help(self, effect: out.KeepHelp) -> None:
        if effect.ended is None and self._refused("store_says_never"):
            self.feed(told.Refused(effect, "It is kept in a file.", over=True, fault=True))
            return
        number = self.helped.setdefault(effect.call, 0)
        if not number:
            number = self.helped[effect.call] = self._opened(None)
        if effect.ended is not None:
            assert number in self.open, "finished twice"
            self.open.discard(number)
            self.closed[number] = Result(effect.ended.result)
            self._disposed(number)
        self.feed(told.HelpKept(effect.call, number))

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
        held = claim(next(self.ids))
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
        if self._refused("store_says_never"):
            self._disposed(number)
            self.feed(told.Refused(effect, "There is no such attempt.", over=True))
            return
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
        if self._refused("store_says_never"):
            self._disposed(number)
            self.feed(told.Refused(effect, "It was recorded by somebody else.", over=True))
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
        if self._refused("store_says_never"):
            self.feed(told.Refused(effect, "The lead was touched again.", over=True))
            return
        if self._refused("store_says_no"):
            self.feed(told.Refused(effect, "The disk is full."))
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
        number = next(self.ids)
        self.open.add(number)
        if lead is not None:
            self.lead_of[number] = lead
        return number

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


def _plan() -> Plan:
    return replace(claim().plan, reason="call 2 of 6 at 10:40")


_HANDLERS: dict[type, Callable[[WorldStore, Any], None]] = {
    out.ClaimNext: WorldStore.claim_next,
    out.Release: WorldStore.let_go,
    out.Skip: WorldStore.let_go,
    out.Begin: WorldStore.begin,
    out.BeginByHand: WorldStore.begin_by_hand,
    out.KeepHelp: WorldStore.keep_help,
    out.BeginInbound: WorldStore.begin_inbound,
    out.BeginBeside: WorldStore.begin_beside,
    out.AskTransfer: WorldStore.ask_transfer,
    out.KeepMissed: WorldStore.keep_missed,
    out.AskCaller: WorldStore.ask_caller,
    out.TakenElsewhere: WorldStore.taken_elsewhere,
    out.Finish: WorldStore.finish,
    out.Dispose: WorldStore.dispose,
    out.LetGo: WorldStore.message_lets_go,
    out.SettleMessage: WorldStore.settle_message,
    out.Undo: WorldStore.undo,
    out.KeepTransfer: WorldStore.kept_transfer,
    out.RecordingBegun: WorldStore.recording_begun,
    out.RecordingOver: WorldStore.recording_over,
    out.RecordingErased: WorldStore.recording_erased,
    out.Objected: WorldStore.keep_objection,
}
