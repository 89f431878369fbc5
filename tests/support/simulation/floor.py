"""A floor that runs on the real store with a clock moved by hand: people ask, reps call, mails go out.

Only the telephone and the mail server are not there: what they would say comes
from `world`. Everything happens in the order of time, one thing at a moment.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from pathlib import Path

from support.factories import FIRM
from support.simulation import rota
from support.simulation.callers import Ring, Switchboard
from support.simulation.world import (
    ASKS_AGAIN,
    OFFICE,
    REPLIES,
    UNSUBSCRIBES,
    WRITES_DO_NOT_CALL,
    Ended,
    World,
)

from cadence.happenings import Replied, Reviewed
from cadence.model import Result
from cadence.rulebook import load
from config.clock import DAY, HOUR, MINUTE, SECOND, HandClock
from store.errors import LeaseLost
from store.records import Attempt, CallEnd, Claim, NewLead
from store.store import Store

FIRST_DAY = date(
    2026, 10, 26
)  # a Monday; the clocks change on the first Sunday, Veterans Day is in week three
MAIL_ROUND_MS = 5 * MINUTE
_SKIPS, _GIVES_BACK, _TAKES_BACK, _DIES = 0.005, 0.003, 0.005, 0.0005  # of calls: assumed

NOT_REACHED = (Result.NO_ANSWER, Result.DECLINED, Result.BUSY)

Life = Iterator[int]  # a life yields the moment at which it goes on


@dataclass(frozen=True, slots=True)
class Hold:
    """A rep had a lead, as the rep saw it."""

    lead_id: int
    rep: str
    from_at: int
    to_at: int


@dataclass
class Floor:
    """The floor; `run` fills the store, the rest is what was seen."""

    store: Store
    clock: HandClock
    dice: random.Random
    world: World
    callers: Switchboard
    holds: list[Hold] = field(default_factory=list)
    _agenda: list[tuple[int, int, Life]] = field(default_factory=list)
    _order: count[int] = field(default_factory=count)
    _latest: dict[Life, int] = field(default_factory=dict)  # a life goes on at the moment it was given last
    _reps: dict[str, Life] = field(default_factory=dict)
    _idle: set[str] = field(default_factory=set)
    _taken: dict[int, tuple[str, int]] = field(default_factory=dict)  # lead to who answered it, and when

    def run(self, leads: int) -> None:
        """Four weeks with so many leads."""
        start = self.clock.now()
        end = start + len(rota.WEEKS) * 7 * DAY
        self._begin(start, self._arrivals(self.world.arrivals(start, rota.WEEKS, leads)))
        self._begin(start + SECOND, self._mail_room())
        for rep in rota.REPS:
            self._reps[rep] = self._rep(rep)
            self._begin(start, self._reps[rep])
        while self._agenda and self._agenda[0][0] < end:
            at, place, life = heapq.heappop(self._agenda)
            if self._latest.get(life) != place:
                continue  # it was woken before this moment came
            self.clock.advance(max(0, at - self.clock.now()))
            again = next(life, None)
            if again is None:
                del self._latest[life]
            else:
                self._begin(again, life)
        self.clock.advance(end - self.clock.now())

    # ---- time

    def _begin(self, at: int, life: Life) -> None:
        self._latest[life] = place = next(self._order)
        heapq.heappush(self._agenda, (at, place, life))

    def _wake_somebody(self) -> None:
        """There is news: an idle desk looks every two seconds."""
        if self._idle:
            rep = self.dice.choice(sorted(self._idle))
            self._idle.remove(rep)
            self._begin(self.clock.now() + self.dice.randrange(2 * SECOND), self._reps[rep])

    def _later(self, ms: int, act: Callable[[], object]) -> None:
        def life() -> Life:
            act()
            self._wake_somebody()
            yield from ()

        self._begin(self.clock.now() + ms, life())

    # ---- those who ask

    def _arrivals(self, coming: list[tuple[int, NewLead]]) -> Life:
        for at, new in coming:
            yield at
            self.store.leads.add(new)
            self._wake_somebody()
            if self.dice.random() < ASKS_AGAIN:
                self._later(self.dice.choice((10 * MINUTE, 3 * HOUR, 2 * DAY, 9 * DAY)), self._asking(new))
            if new.phones and self.dice.random() < WRITES_DO_NOT_CALL:
                self._later(self.dice.randrange(3 * DAY), self._forbidding(new))

    def _asking(self, new: NewLead) -> Callable[[], object]:
        return lambda: self.store.leads.add(new)

    def _forbidding(self, new: NewLead) -> Callable[[], object]:
        return lambda: self.store.dnc.add(new.phones[0].e164, "office", "wrote to us")

    # ---- the mail room

    def _mail_room(self) -> Life:
        while True:
            self.store.outbox.stage(500, FIRM)
            while (mail := self.store.outbox.take()) is not None:
                if mail.address in self.world.bouncing:
                    self.store.outbox.failed(mail.id, "550 no such user", permanent=True)
                    continue
                self.store.outbox.sent(mail.id, "250 ok")
                self._answered(mail.lead_id, mail.address)
            yield self.clock.now() + MAIL_ROUND_MS

    def _answered(self, lead_id: int, address: str) -> None:
        if (chance := self.dice.random()) < REPLIES:
            self._later(
                self.dice.randrange(DAY),
                lambda: self.store.leads.happen(lead_id, Replied(self.clock.now()), why="answered a mail"),
            )
        elif chance < REPLIES + UNSUBSCRIBES:
            self._later(self.dice.randrange(DAY), lambda: self.store.dnc.add(address, "mail", "unsubscribed"))

    # ---- the reps

    def _rep(self, rep: str) -> Life:
        for day in rota.days(rep, FIRST_DAY, self.dice):
            yield day.begins
            shift = self.store.shifts.clock_in(rep, rep.title(), "floor", 1, alive=lambda _: False)
            self.store.attempts.recover(rep)
            self.callers.at_work[rep] = shift.id
            for until in (day.lunch, day.ends):
                while self.clock.now() < until:
                    yield from self._one_lead(rep, shift.id, until)
                del self.callers.at_work[rep]
                if until == day.lunch:
                    yield day.back
                    self.callers.at_work[rep] = shift.id
            self.store.shifts.clock_out(shift.id)

    def _one_lead(self, rep: str, shift_id: int, until: int) -> Life:
        found = self.store.queue.claim(rep, shift_id)
        if not isinstance(found, Claim):
            self._idle.add(rep)
            yield min(until, found.next_at or until)
            self._idle.discard(rep)
            ring = self.callers.answering.pop(rep, None)
            if ring is not None:
                yield from self._answer(ring, rep, shift_id)
            return
        began = self.clock.now()
        yield began + self.dice.randrange(2_000, 8_000)  # reading the card
        yield from self._work(found, rep, shift_id)
        by, at = self._taken.get(found.lead.id, (rep, 0))
        lost = by != rep and at >= began  # they called meanwhile, and a colleague answered
        self.holds.append(Hold(found.lead.id, rep, began, at if lost else self.clock.now()))

    def _work(self, claim: Claim, rep: str, shift_id: int) -> Life:
        store, now, chance = self.store, self.clock.now(), self.dice.random()
        if not claim.phone.e164:
            store.leads.happen(claim.lead.id, Reviewed(now), rep=rep)
            store.queue.release(claim, "looked at")
        elif chance < _SKIPS:
            self._unless_lost(lambda: store.queue.skip(claim, "speaks another language", now + 2 * HOUR))
        elif chance < _SKIPS + _GIVES_BACK:
            store.queue.release(claim, "a colleague knows them")
        else:
            attempt = self._unless_lost(lambda: store.attempts.begin(claim, rep, shift_id))
            if attempt is not None and attempt.decision.allowed:
                yield from self._call(attempt, claim, rep)

    def _unless_lost(self, act: Callable[[], Attempt | None]) -> Attempt | None:
        """A do-not-call that arrives while the card is read takes the lead away."""
        try:
            return act()
        except LeaseLost:
            return None

    def _call(self, attempt: Attempt, claim: Claim, rep: str) -> Life:
        ended = self.world.call(attempt.e164, self.clock.now() - claim.lead.arrived_at)
        yield from self._ring(attempt, ended)
        if self.dice.random() < _DIES:
            yield self.clock.now() + 5 * MINUTE  # the machine is started again
            self.store.attempts.recover(rep, alive=lambda _: False)
            return
        yield self.clock.now() + ended.talk_ms + 300
        end = CallEnd(ended.result, self.clock.now(), ended.ring_ms, ended.talk_ms, ended_by="lead")
        self.store.attempts.finish(attempt.id, end, rep)
        if ended.result is Result.ANSWERED:
            yield self.clock.now() + self.dice.randrange(4_000, 25_000)  # after the call
            self._say(attempt, ended.code, rep)
        if ended.result in NOT_REACHED or ended.code == "voicemail":
            self._perhaps_calls_back(attempt.e164)

    # ---- those who call back

    def _perhaps_calls_back(self, e164: str) -> None:
        after_ms = self.callers.calls_back()
        if after_ms is not None:
            self._later(after_ms, lambda: self._rings(e164))

    def _rings(self, e164: str) -> None:
        """They call; a free rep may take it at once."""
        self.callers.ring(e164, self._idle, self.clock.now(), self._later)
        for rep in self._idle & self.callers.answering.keys():
            self._idle.remove(rep)
            self._begin(self.clock.now(), self._reps[rep])

    def _answer(self, ring: Ring, rep: str, shift_id: int) -> Life:
        store, began = self.store, self.clock.now()
        attempt, claim = store.inbound.answer(ring.e164, "", ring.sip_call_id, rep, shift_id, began)
        if claim is not None:
            self._taken[claim.lead.id] = (rep, began)
        code, talk_ms = self.world.conversation(self.callers.dice)
        yield began + talk_ms
        end = CallEnd(Result.ANSWERED, self.clock.now(), 0, talk_ms, ended_by="lead")
        store.attempts.finish(attempt.id, end, rep)
        yield self.clock.now() + self.callers.dice.randrange(4_000, 25_000)
        self._say(attempt, code, rep)
        if claim is not None:
            self.holds.append(Hold(claim.lead.id, rep, began, self.clock.now()))

    def _ring(self, attempt: Attempt, ended: Ended) -> Life:
        instant = self.store.attempts.instant
        if ended.sent:
            instant(attempt.id, "invited", self.clock.now(), f"call-{attempt.id}")
        yield self.clock.now() + 1_500
        if ended.ring_ms:
            instant(attempt.id, "ringing", self.clock.now())
            yield self.clock.now() + ended.ring_ms
        if ended.result is Result.ANSWERED:
            instant(attempt.id, "answered", self.clock.now())

    def _say(self, attempt: Attempt, code: str, rep: str) -> None:
        agreed = self.world.callback_time(self.clock.now()) if code == "callback" else None
        if self.dice.random() < _TAKES_BACK:
            self.store.attempts.dispose(attempt.id, "gatekeeper", rep)
            self.store.attempts.undo(attempt.id, rep)
        self.store.attempts.dispose(attempt.id, code, rep, callback_at=agreed)


def simulate(path: Path, leads: int, seed: int = 7) -> Floor:
    """Four weeks of a floor in the database `path`, left open."""
    start = datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, tzinfo=OFFICE)
    clock, dice = HandClock(round(start.timestamp() * 1000)), random.Random(seed)
    store = Store.open(path, load(), clock, zone=OFFICE.key)
    floor = Floor(store, clock, dice, World(dice), Switchboard(store, random.Random(seed + 1)))
    floor.run(leads)
    return floor
