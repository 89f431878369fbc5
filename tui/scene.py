"""Everything one frame is drawn from, and the words and timers that follow from it."""

from __future__ import annotations

from datetime import datetime, tzinfo

import msgspec

from cadence.model import CallKind, Lane, ShiftState
from config.text import for_terminal
from floor.view import CallView, CardView, DeskView
from tui.ui import Ui

SIGNS = {
    ShiftState.READY: "[ ]",
    ShiftState.PREVIEW: "[>]",
    ShiftState.DIALING: ">> ",
    ShiftState.RINGING: ">>>",
    ShiftState.TALKING: "(*)",
    ShiftState.WRAP_UP: "[!]",
    ShiftState.NOT_READY: "|| ",
}
WORDS = {
    state: state.value.replace("_", "-" if state is ShiftState.WRAP_UP else " ").upper()
    for state in ShiftState
}


class Scene(msgspec.Struct, frozen=True):
    """The desk, the screen's own state, and the two clocks, at one moment."""

    view: DeskView
    ui: Ui
    mono: int  # `Clock.monotonic` ms
    now: int  # ms UTC

    @property
    def running_since(self) -> int:
        """Since when the header's timer runs: the ring, the talk, or the state; they are never mixed."""
        state, call = self.view.state, self.view.call
        if call is not None and call.ended_mono is not None and self.view.second is not None:
            call = self.view.second  # the lead has gone: the rep still talks with the other
        own = {
            ShiftState.DIALING: call.dialed_mono if call else None,
            ShiftState.RINGING: call.ringing_mono if call else None,
            ShiftState.TALKING: call.answered_mono if call else None,
        }.get(state)
        return self.view.since_mono if own is None else own


def ring_ms(call: CallView, mono: int) -> int | None:
    """How long it rang; None when it did not."""
    if call.ringing_mono is None:
        return None
    return _first(call.answered_mono, call.ended_mono, mono) - call.ringing_mono


def attempt_words(card: CardView) -> str:
    """Which attempt the next dial is: `2 of 6`, or why it is none of the six."""
    number = card.attempts + 1
    planned = card.plan.call
    if planned is None:
        return f"{number}, not planned by the cadence"
    if planned.lane is Lane.RETURNED:
        return f"{number}, they had called"
    if planned.kind is CallKind.CALLBACK:
        return f"{number}, a callback was agreed"
    if planned.kind is CallKind.NURTURE:
        return f"{number}, after the cadence"
    step = f"{planned.step} of {card.steps}"
    if planned.kind is CallKind.RETRY:
        return f"{number}, again for step {step}"
    return f"{step}" if number == planned.step else f"{number}, for step {step}"


def window_title(view: DeskView) -> str:
    """The state and the lead for the title of the window; a name in it is a stranger's text."""
    word, name = WORDS[view.state], view.card.lead.name if view.card else ""
    if view.incoming is not None:
        word, name = "INCOMING", view.incoming.name or view.incoming.number
    return " ".join(part for part in (word, for_terminal(name[:80]), "- sixring") if part)


def wall_time(ms: int, now: int, zone: str = "") -> str:
    """A moment on the clock of `zone` (empty: the machine's): `14:05 EST`; with its day if not today."""
    here = _zone(zone)
    moment = datetime.fromtimestamp(ms / 1000, here).astimezone(here)
    today = datetime.fromtimestamp(now / 1000, here).astimezone(here)
    return moment.strftime("%H:%M %Z" if moment.date() == today.date() else "%a %d %b %H:%M %Z")


def _zone(name: str) -> tzinfo | None:
    from zoneinfo import ZoneInfo  # not before a desk has nothing to do: the first paint needs none

    return ZoneInfo(name) if name else None


def _first(*moments: int | None) -> int:
    return next(moment for moment in moments if moment is not None)
