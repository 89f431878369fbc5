"""A faithful store and phone round a desk: effects are answered in order, when the test lets it.

Everything that can happen to a desk has a name, so that a property test can
draw a history as a list of names. `settle` lets the world come to rest;
`support.desk_world.rules` says what must hold whatever was done.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from support.bench import NOW, Bench
from support.desk_world.phone import WorldPhone
from support.desk_world.store import REFUSALS, WorldStore

from cadence.model import ShiftState
from floor import desk_effects as out
from floor import desk_inputs as told
from telephony import protocol

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
    "call help": told.NumberTyped("911"),
    "ask a colleague": told.TransferTo("204"),
    "call help beside": told.TransferTo("911"),
    "ask nobody": told.TransferTo(" "),
    "give it away": told.TransferTo("207", blind=True),
    "leave": told.Leaving(),
    "phone lost": told.PhoneState(False, "no answer", 4_000),
    "phone back": told.PhoneState(True, "registered"),
    "store away": told.StoreState("the database is locked"),
    "store back": told.StoreState(),
}
"""What the rep may do, by name."""

NO_KEYS = ("look again", "phone lost", "phone back", "store away", "store back", "leave")
"""Those of `KEYS` that no rep presses."""


class World:
    """A desk with a store and a phone that do what they are asked, and remember it."""

    def __init__(self) -> None:
        """The desk has asked for its first lead."""
        self.bench = Bench()
        self.desk = self.bench.desk
        self.desk.notice = True
        ids = count(1)
        self.phone = WorldPhone(self.bench.clock, ids, self._heard)
        self.store = WorldStore(ids, self._feed)
        self.store.pending += self.bench.effects

    def do(self, name: str) -> None:
        """Do one thing of `HISTORIES`."""
        self.bench.clock.advance(700)
        if name in KEYS:
            self.press(name)
        elif name in REFUSALS:
            self.store.refusing = name
        else:
            HAPPENINGS[name](self)

    def press(self, name: str) -> None:
        """One of `KEYS`. None of the rep's own does nothing in silence."""
        desk, message = self.desk, self.desk.message
        desk.message = ""
        seen = bool(self._feed(KEYS[name])) or bool(desk.message)
        waits = any(line and (line.hang_up or line.chosen) for line in (desk.line, desk.second_line))
        assert seen or waits or name in NO_KEYS, f"{name}: nothing is said"
        desk.message = desk.message or message

    @property
    def stayed_away(self) -> bool:
        """Whether somebody who was taken back is still on hold, by their own doing."""
        return any(line is not None and line.away for line in (self.desk.line, self.desk.second_line))

    def settle(self) -> None:
        """Everybody hangs up, the store catches up."""
        self.store.refusing = ""
        for _ in range(20):
            self.store.step_all()
            self.phone.everybody_hangs_up()
        assert not self.phone.calls

    def lead_gone(self) -> None:
        """The lead hangs up."""
        if self.desk.line is not None:
            self.phone.end(self.desk.line.call)

    def second_gone(self) -> None:
        """The one on the second line hangs up, or does not answer."""
        if self.desk.second_line is not None:
            self.phone.end(self.desk.second_line.call)

    def messages_played(self) -> None:
        """The messages that play come to their end."""
        for call in list(self.desk.drops):
            self.phone.message_played(call)

    def lead_taken(self) -> None:
        """The lead on the card goes onto the do-not-call list."""
        held = self.desk.claim
        if held is not None and self.desk.state is ShiftState.PREVIEW:
            self.store.leased.discard(held.lead.id)
            self._feed(told.LeadTaken(held.token, "They are not to be called any more."))

    def _heard(self, event: protocol.AnyEvent) -> None:
        self._feed(told.PhoneSaid(event))

    def _feed(self, given: told.Input) -> list[out.Effect]:
        """Tell the desk; what it asks of the phone is done at once, what it asks of the store waits."""
        effects = self.bench.tell(given)
        for effect in effects:
            if not self.phone.carry_out(effect, self.desk.drops.keys()):
                self.store.pending.append(effect)
        return effects


HAPPENINGS: dict[str, Callable[[World], object]] = {
    "step": lambda world: world.store.step(),
    "step_all": lambda world: world.store.step_all(),
    "ring": lambda world: world.phone.ring(),
    "rung_out": lambda world: world.phone.rung_out(),
    "answered_elsewhere": lambda world: world.phone.answered_elsewhere(),
    "connect": lambda world: world.phone.connect(),
    "lead_gone": World.lead_gone,
    "second_gone": World.second_gone,
    "transfer_taken": lambda world: world.phone.transfer_taken(),
    "transfer_refused": lambda world: world.phone.transfer_refused(),
    "engine_dies": lambda world: world.phone.engine_dies(),
    "message_played": World.messages_played,
    "obliging": lambda world: world.phone.obliging(),
    "disobliging": lambda world: world.phone.disobliging(),
    "asks_again": lambda world: world.phone.asks_again(),
    "notice_heard": lambda world: world.phone.notice_heard(),
    "notice_fails": lambda world: world.phone.notice_fails(),
    "disk_full": lambda world: world.phone.disk_full(),
    "sounds": lambda world: world.phone.sounds(),
    "lead_taken": World.lead_taken,
}
"""What the world may do, by name."""

HISTORIES = (*KEYS, *HAPPENINGS, *REFUSALS)
"""Every name that `World.do` takes."""
