"""Carries out a desk's store effects, and says in the desk's inputs what came of them.

Everything here runs on the store's thread (`floor.store_room`); each method
is one or a few short transactions.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from cadence.happenings import Reviewed
from cadence.model import CallKind
from cadence.rulebook import Rulebook
from config.clock import MINUTE, Clock
from floor import desk_effects as ask
from floor import desk_inputs as told
from floor.call_end import call_end
from floor.card import card_view, forecast
from floor.news import latest
from floor.view import CardView, QueueLine
from store.help_calls import HelpCall
from store.records import Claim
from store.store import Store

_SKIP_MS = 30 * MINUTE
_NEWS_MS = MINUTE  # so long it is news


@dataclass(frozen=True, slots=True)
class Glance:
    """The queue as the pane shows it."""

    lines: tuple[QueueLine, ...]
    total: int
    callbacks_due: int
    seen: int = 0  # the event that `news` is read up to
    news: str = ""
    news_at: int = 0  # monotonic ms


def recording_of(store: Store, attempt_id: int) -> str:
    """What there is of the recording of a call that is over, as `CallView.recording` has it."""
    found = store.recordings.of_attempt(attempt_id)
    if found is None:
        return ""
    return "objected" if found.objected_at else "kept" if found.state in ("open", "kept") else ""


def help_call(rep: str, told_of: ask.KeepHelp) -> HelpCall:
    """What the store is told of a call for help; of the same one, under the same token."""
    word = sha256(f"{rep} {told_of.call}".encode()).digest()
    return HelpCall(
        int.from_bytes(word[:8]) >> 2, told_of.number, told_of.caller_id, told_of.dialed_at,
        told_of.invited_at, told_of.sip_call_id, told_of.ringing_at, told_of.answered_at, told_of.secure,
        call_end(told_of.ended) if told_of.ended is not None else None,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Clerk:
    """One rep's hand in the store."""

    rep: str
    shift_id: int
    book: Rulebook
    clock: Clock
    colleagues: frozenset[str] = frozenset()  # numbers of the settings that a call may be given to

    def carry_out(self, store: Store, effect: ask.StoreEffect) -> told.Input | None:
        """Do `effect`; the input that tells the desk of it, None where nothing needs telling.

        Raises:
            SixringError: it was not done; nothing of it is on disk.
        """
        match effect:
            case ask.ClaimNext():
                return self._claim(store)
            case ask.Begin():
                attempt = store.attempts.begin(effect.claim, self.rep, self.shift_id, effect.caller_id)
                return told.Begun(attempt)
            case ask.BeginByHand():
                return self._begin_by_hand(store, effect)
            case ask.KeepHelp():
                return self._keep_help(store, effect)
            case ask.BeginInbound() | ask.KeepMissed() | ask.AskCaller() | ask.TakenElsewhere():
                return self._of_caller(store, effect)
            case ask.BeginBeside():
                return self._begin_beside(store, effect)
            case ask.AskTransfer(call, typed):
                return told.TransferJudged(call, *store.attempts.may_be_given_to(typed))
            case ask.Finish():
                return self._finish(store, effect)
            case ask.Dispose():
                return self._dispose(store, effect)
            case ask.SettleMessage():
                return self._settle_message(store, effect)
            case ask.Undo():
                return self._undo(store, effect.attempt_id)
            case _:
                return self._note_down(store, effect)

    def _note_down(self, store: Store, effect: ask.StoreEffect) -> told.Input | None:
        match effect:
            case ask.Instant():
                store.attempts.instant(
                    effect.attempt_id, effect.name, effect.at, effect.sip_call_id, secure=effect.secure
                )
            case ask.KeepTransfer():
                store.attempts.transferred(
                    effect.attempt_id, effect.target, effect.done, effect.attended, effect.at, effect.reason
                )
            case ask.Announced():
                store.recordings.announced(effect.attempt_id, effect.at)
            case ask.Objected():
                store.recordings.objected(effect.attempt_id, self.rep, effect.at)
                return told.ObjectionKept(effect.attempt_id)
            case ask.LetGo():
                store.attempts.let_go(effect.attempt_id)
            case ask.Enter():
                store.shifts.state(self.shift_id, effect.state, effect.reason, at=effect.at)
            case ask.Release():
                store.queue.release(effect.claim, effect.why)
            case ask.Skip():
                self._skip(store, effect)
            case ask.Note():
                store.leads.note(effect.lead_id, self.rep, effect.text)
                return told.NoteKept(effect.lead_id, effect.text.strip())
            case _:
                raise TypeError(f"not a store effect: {effect}")
        return None

    def _skip(self, store: Store, effect: ask.Skip) -> None:
        """Put the lead off; one that only wanted a person's look has had it, and comes back much later."""
        claim, call = effect.claim, effect.claim.plan.call
        if call is not None and call.kind is CallKind.REVIEW:
            store.leads.happen(claim.lead.id, Reviewed(self.clock.now()), self.rep, effect.reason)
            store.queue.release(claim, "reviewed")
        else:
            store.queue.skip(claim, effect.reason, self.clock.now() + _SKIP_MS)

    def _claim(self, store: Store) -> told.Input:
        found = store.queue.claim(self.rep, self.shift_id)
        if isinstance(found, Claim):
            return told.Claimed(found, self._card(store, found))
        return told.NothingDue(found.next_at, found.why)

    def _begin_by_hand(self, store: Store, effect: ask.BeginByHand) -> told.Input:
        attempt, claim = store.attempts.begin_by_hand(effect.typed, self.rep, self.shift_id, effect.caller_id)
        return told.BegunByHand(attempt, claim, self._card(store, claim) if claim is not None else None)

    def _keep_help(self, store: Store, told_of: ask.KeepHelp) -> told.Input:
        """Safe to repeat."""
        call = help_call(self.rep, told_of)
        return told.HelpKept(told_of.call, store.attempts.keep_help(call, self.rep, self.shift_id))

    def _of_caller(
        self, store: Store, effect: ask.BeginInbound | ask.KeepMissed | ask.AskCaller | ask.TakenElsewhere
    ) -> told.Input | None:
        """All are safe to repeat."""
        match effect:
            case ask.AskCaller(call, number, name, sip_call_id, at):
                caller = store.inbound.rings(number, name, sip_call_id, self.rep, self.shift_id, at)
                return told.CallerKnown(call, caller)
            case ask.TakenElsewhere():
                store.inbound.taken_elsewhere(effect.sip_call_id)
                return None
            case ask.KeepMissed(number, name, sip_call_id, at, why):
                kept = store.inbound.missed(number, name, sip_call_id, self.rep, at, why)
                return told.MissedKept(kept.name, kept.number, why, kept.first)
            case ask.BeginInbound(number, name, sip_call_id, at):
                attempt, claim = store.inbound.answer(number, name, sip_call_id, self.rep, self.shift_id, at)
                card = self._card(store, claim) if claim is not None else None
                return told.BegunInbound(attempt, claim, card)

    def _begin_beside(self, store: Store, effect: ask.BeginBeside) -> told.Input:
        attempt = store.attempts.begin_beside(
            effect.typed, self.rep, self.shift_id, effect.caller_id, effect.beside,
            colleague=effect.typed in self.colleagues,
        )  # fmt: skip
        return told.BegunBeside(attempt)

    def _settle_message(self, store: Store, effect: ask.SettleMessage) -> told.Input:
        """Safe to repeat, like its two halves."""
        store.attempts.finish(effect.attempt_id, call_end(effect.ended), self.rep, automatic=False)
        store.attempts.dispose(effect.attempt_id, effect.disposition.code, self.rep)
        return told.MessageOver(effect.name, effect.disposition, effect.left)

    def _finish(self, store: Store, effect: ask.Finish) -> told.Input:
        end = call_end(effect.ended)
        done = store.attempts.finish(effect.attempt_id, end, self.rep, automatic=effect.automatic)
        return told.Finished(effect.attempt_id, done.disposition, done.plan, done.settled)

    def _dispose(self, store: Store, effect: ask.Dispose) -> told.Input:
        choice = effect.choice
        plan = store.attempts.dispose(
            effect.attempt_id, choice.disposition.code, self.rep, callback_at=choice.callback_at
        )
        return told.Recorded(effect.attempt_id, choice.disposition, plan)

    def _undo(self, store: Store, attempt_id: int) -> told.Input:
        claim = store.attempts.undo(attempt_id, self.rep)
        return told.Undone(
            store.attempts.get(attempt_id), claim, self._card(store, claim),
            recording=recording_of(store, attempt_id),
        )  # fmt: skip

    def _card(self, store: Store, claim: Claim) -> CardView:
        return card_view(store, claim, self.book, self.clock.now())

    def look_at(self, store: Store, claim: Claim) -> told.LeadTaken | told.Forecast | None:
        """Why the lead in preview is not the rep's any more, else whether it may be called now.

        None: there is no number to call.
        """
        if lost := store.queue.why_lost(claim):
            return told.LeadTaken(claim.token, lost)
        return forecast(store, claim, self.book, self.clock.now()) if claim.phone.e164 else None

    def glance(self, store: Store, rows: int, before: Glance) -> Glance:
        """The first `rows` of the queue in rank order, its size, and what is new since `before`."""
        due, callbacks = store.queue.due_for(self.rep)
        lines = tuple(
            QueueLine(row.lead_id, row.name, row.company, row.reason, row.held_by)
            for row in store.queue.peek(self.rep, rows, 0)
            if row.held_by != self.rep  # that one is on the card
        )
        seen, news = latest(store, before.seen, self.rep)
        mono = self.clock.monotonic()
        since = mono if news else before.news_at
        if not news and mono - since < _NEWS_MS:
            news = before.news
        return Glance(lines, due, callbacks, seen, news, since)
