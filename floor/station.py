"""Runs a desk: carries its effects to store and phone, feeds their news back, keeps the view.

Phone effects go out at once, so that a hang-up never waits for a disk. Store
effects go to the scribe (`floor.scribe`), in the order the desk asked for them.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from cadence.caller_id import CallerId, by_campaign
from cadence.model import Lead
from cadence.rulebook import Rulebook
from config.clock import Clock
from config.errors import SixringError
from floor import desk_effects as out
from floor import desk_inputs as told
from floor.actions import IN_CALL
from floor.callback_times import choices as callback_times
from floor.callback_times import parse as parse_callback_time
from floor.card import first_phone, timeline
from floor.clerk import Clerk
from floor.desk import Desk
from floor.desk_rounds import DeskRounds
from floor.message import NO_MESSAGE
from floor.phone_orders import PhoneOrders
from floor.phone_words import PhoneWords
from floor.reasons import PAUSES, SKIPS, label_of
from floor.recordings import Keeper
from floor.recovered import LeftBehind, recovered
from floor.scribe import Scribe
from floor.spill import Spill, take_up
from floor.store_room import StoreRoom
from floor.view import Choice, DeskView, LevelsView
from store.errors import Impossible
from telephony import protocol as phone
from telephony.client import Phone

_log = logging.getLogger("sixring.floor")

_GOODBYE_S = 4.0
_MOVES_THE_QUEUE = (
    told.Claimed, told.NothingDue, told.Recorded, told.Finished, told.BegunInbound, told.MissedKept
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rep:
    """Who works at the desk."""

    login: str
    name: str


class Station:
    """A rep's desk with its store and its phone; a `floor.view.DeskPort`."""

    def __init__(
        self,
        room: StoreRoom,
        make_phone: Callable[[Callable[[phone.AnyEvent], None]], Phone],
        book: Rulebook,
        clock: Clock,
        rep: Rep,
        *,
        callers: tuple[CallerId, ...] = (),
        ring_timeout_ms: int = 25_000,
        phone_name: str = "",
        recordings: Path | None = None,
        message: Path | None = None,
        spill: Path | None = None,
        colleagues: tuple[Choice, ...] = (),
        zone: str = "",
        region: str = "US",
    ) -> None:
        """Nothing runs before `start`; `make_phone` gets the callback for the phone's events.

        `recordings` is the folder for them; None: this desk cannot record.
        `message` is where the rep's recorded message lies, if there is one; `spill` is where the facts lie
        that the store did not take.
        `colleagues` are those a call may be given to; `zone` is the firm's, for the screen's own times,
        and `region` its country, for numbers that are typed without one.
        """
        self._room, self._book, self._clock, self._rep = room, book, clock, rep
        self._words = PhoneWords(phone_name)
        self._phone = make_phone(self._heard)
        self._orders = PhoneOrders(self._phone, ring_timeout_ms, message)
        self._keeper = Keeper(room, recordings, clock, self._phone.send, self._alarm)
        chosen = by_campaign(callers, book.campaigns)
        names = {one.value: one.label for one in colleagues}
        self._desk = Desk(
            book.dispositions,
            clock,
            callers,
            campaign_callers=chosen,
            colleagues=names,
            rep=rep.login,
            region=region,
        )
        self._colleagues, self._zone = colleagues, zone
        if message is None or not message.is_file():
            self._desk.no_message = NO_MESSAGE
        self._levels: LevelsView | None = None
        self._spill = Spill(spill) if spill is not None else None
        self._clerk: Clerk | None = None
        self._scribe: Scribe | None = None
        self._rounds = DeskRounds(room, self._desk, clock, self._tell, self._show)
        self._watchers: list[Callable[[], None]] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._changed = asyncio.Event()
        self._floor_fault: Callable[[], str] = str  # an empty text
        self._view = self._draw()
        self._left = False

    # -------------------------------------------------------------- life

    async def start(self) -> None:
        """Clock in, close what an earlier death left open, start the phone, ask for a lead.

        Raises:
            SixringError: the rep is at work elsewhere, or the store or the phone will not start.
        """
        rep = self._rep
        shift = await self._room.run(
            lambda store: store.shifts.clock_in(rep.login, rep.name, socket.gethostname(), os.getpid())
        )
        numbers = frozenset(self._desk.colleagues)
        clerk = self._clerk = Clerk(rep.login, shift.id, self._book, self._clock, numbers)
        scribe = self._scribe = Scribe(self._room, clerk, self._tell, self._spill)
        await self._write_what_was_not(scribe, clerk)
        left = await self._recovered(clerk)
        await self._phone.start(patient=True)
        self._keeper.settle_left(rep.login)
        self._tasks = [asyncio.create_task(one) for one in (scribe.write(), *self._rounds.work(clerk))]
        self._tell(left.unsaid or told.Resumed())
        if left.words:
            self._tell(told.Told(left.words))

    async def _write_what_was_not(self, scribe: Scribe, clerk: Clerk) -> None:
        """What an earlier session of the rep could not write goes before what it left open is closed."""
        if self._spill is None:
            return
        try:
            found = await asyncio.to_thread(self._spill.read)
            left = await self._room.run(partial(take_up, clerk=clerk, left=found))
            if found:
                await asyncio.to_thread(self._spill.keep, left)
            scribe.inherit(left)
        except SixringError as error:
            self._alarm(str(error))
        else:
            if left:
                self._alarm(f"What an earlier session could not write is kept in {self._spill.path} still.")

    async def _recovered(self, clerk: Clerk) -> LeftBehind:
        """What cannot be closed stays open, and keeps nobody from working."""
        try:
            return await self._room.run(partial(recovered, clerk=clerk))
        except Impossible as error:
            return LeftBehind(words=f"What the session before left open cannot be closed: {error}")

    def hear_faults(self, fault: Callable[[], str]) -> None:
        """Show what `fault` says (empty: all is well) in place of the floor's news."""
        self._floor_fault = fault

    def take_notice(self, notice: Path) -> None:
        """Have `notice` played where a recording begins that they must be told of."""
        self._orders.notice, self._desk.notice = notice, True

    def warn(self, text: str) -> None:
        """Tell the rep of a fault of the place."""
        self._alarm(text)

    async def leave(self) -> None:
        """Hang up, write what is left, give the lead back, clock out, close the phone."""
        clerk = self._clerk
        if self._left or clerk is None:
            return
        self._left = True
        if self._tasks:
            await self._wind_up()
        await self._phone.close()
        if self._scribe is not None and self._tasks:
            await self._within_reason(self._scribe.done())  # who rang at the last moment was passed on
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._scribe is not None:
            await self._scribe.close()
        await self._keeper.close()
        await self._within_reason(self._room.run(lambda store: store.shifts.clock_out(clerk.shift_id)))

    async def _wind_up(self) -> None:
        """End the call, take no new lead, and see everything on disk, within reason."""
        self._tell(told.Leaving())
        await self._within_reason(self._quiet())

    async def _within_reason(self, work: Awaitable[None]) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_GOODBYE_S):
                await work

    async def _quiet(self) -> None:
        """Wait until no call is up and every store effect is on disk."""
        while self._desk.state in IN_CALL or self._desk.drops:
            self._changed.clear()
            await self._changed.wait()
        if self._scribe is not None:
            await self._scribe.done()

    # ---------------------------------------------------------- DeskPort

    @property
    def view(self) -> DeskView:
        """The desk as it is now."""
        return self._view

    @property
    def clock(self) -> Clock:
        """The clock of the view's instants."""
        return self._clock

    @property
    def phone_pid(self) -> int | None:
        """The phone process, while there is one."""
        return self._phone.pid

    def subscribe(self, changed: Callable[[], None]) -> None:
        """Call `changed` after every change of the view."""
        self._watchers.append(changed)

    def press(self, action: str) -> None:
        """Do an action that needs nothing more, by its name in `floor.actions`."""
        self._tell(told.Pressed(action))

    def dial_number(self, typed: str) -> None:
        """Dial what the rep typed."""
        self._tell(told.NumberTyped(typed))

    def dispose(self, code: str, callback_at: int | None = None) -> None:
        """Record the disposition called `code`."""
        self._tell(told.Disposed(code, callback_at))

    def note(self, text: str, lead_id: int | None = None) -> None:
        """Keep a note on a lead; on that of the card where none is named."""
        self._tell(told.Noted(text, lead_id))

    def skip(self, reason: str) -> None:
        """Pass the lead on."""
        self._tell(told.Skipped(reason, label_of(SKIPS, reason)))

    def pause(self, reason: str) -> None:
        """Go not-ready."""
        self._tell(told.Paused(reason))

    def resume(self) -> None:
        """Come back."""
        self._tell(told.Resumed())

    def keypad(self, digit: str) -> None:
        """Send one tone."""
        self._tell(told.Keypad(digit))

    def transfer(self, target: str, *, blind: bool = False) -> None:
        """Give the call to `target`."""
        self._tell(told.TransferTo(target, blind))

    def colleagues(self) -> tuple[Choice, ...]:
        """Whom a call may be given to."""
        return self._colleagues

    def callback_choices(self) -> tuple[Choice, ...]:
        """Times to offer, in the lead's local time and inside its calling window."""
        claim = self._desk.claim
        return callback_times(claim, self._book, self._clock.now()) if claim is not None else ()

    def skip_choices(self) -> tuple[Choice, ...]:
        """Reasons to skip."""
        return SKIPS

    def pause_choices(self) -> tuple[Choice, ...]:
        """Reasons to be not-ready."""
        return PAUSES

    def parse_callback(self, text: str) -> int:
        """A typed time in the lead's local time, as ms UTC.

        Raises:
            SixringError: no time, or in the past.
        """
        return parse_callback_time(text, self._desk.claim, self._clock.now())

    async def find(self, text: str) -> list[Lead]:
        """Leads matching `text`."""
        return await self._room.run(lambda store: store.leads.find(text, 50))

    async def timeline(self, lead: Lead | None = None) -> list[str]:
        """A lead from its arrival to what comes next; by default the card's."""
        claim = self._desk.claim
        if lead is None and claim is not None:
            lead = claim.lead
        if lead is None:
            return []
        phone = claim.phone if claim is not None and claim.lead.id == lead.id else first_phone(lead)
        return await self._room.run(partial(timeline, lead=lead, phone=phone, now=self._clock.now()))

    # ------------------------------------------------------------ inside

    def _heard(self, event: phone.AnyEvent) -> None:
        """Take an event of the phone process."""
        if isinstance(event, phone.Levels):
            self._show_levels(LevelsView(event.microphone, event.speaker, event.under_runs))
            return
        if isinstance(event, phone.Down):
            self._levels = None
        state = self._words.hear(event)
        if state is not None:
            self._tell(state)
        if isinstance(event, phone.Trouble):
            self._tell(told.Told(event.text))
        self._tell(told.PhoneSaid(event))

    def _tell(self, given: told.Input) -> None:
        """Feed the desk, send its effects on their way, redraw."""
        for effect in self._desk.handle(given):
            match effect:
                case out.Record() | out.RecordingBegun() | out.RecordingOver() | out.RecordingErased():
                    self._keeper.take(effect)
                case (
                    out.Place() | out.PlaceBeside() | out.HangUp() | out.Mute() | out.Hold() | out.Tone()
                    | out.PlayMessage() | out.Announce() | out.Answer() | out.PassOn() | out.Transfer()
                ):  # fmt: skip
                    self._orders.give(effect)
                case _ if self._scribe is not None:
                    self._scribe.take(effect)
        if isinstance(given, _MOVES_THE_QUEUE):
            self._rounds.glance_soon()
        self._show()

    def _show_levels(self, levels: LevelsView) -> None:
        """Four a second; of the desk nothing else changes by them."""
        if levels != self._levels:
            self._levels = levels
            self._show()

    def _alarm(self, text: str) -> None:
        self._tell(told.Told(text, alarm=True))

    def _show(self) -> None:
        self._view = self._draw()
        self._changed.set()
        for changed in self._watchers:
            changed()

    def _draw(self) -> DeskView:
        desk, glance = self._desk, self._rounds.glance
        return desk.draw(
            rep=self._rep.login, rep_name=self._rep.name, queue=glance.lines, queue_total=glance.total,
            callbacks_due=glance.callbacks_due,
            news=self._desk.why_unwritten or self._floor_fault() or glance.news, zone=self._zone,
            levels=self._levels,
        )  # fmt: skip
