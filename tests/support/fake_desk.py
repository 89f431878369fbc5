"""A desk with a script, for tests of the screen's own behaviour.

It keeps what was asked of it in `asked`, holds a clock moved by hand, and lets
a test play the telephone: `ring`, `answer`, `end`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cadence
from cadence import dispositions
from cadence.model import CallKind, Check, Lane, Lead, LeadStatus, Phone, Plan, PlannedCall, PlannedMail
from cadence.model import ShiftState as S
from config.clock import HOUR, Clock, HandClock
from config.errors import SixringError
from floor.actions import BY_NAME, IN_CALL
from floor.view import CallView, CardView, Choice, DeskView, IncomingView, QueueLine, Refusal

NOW = 1_795_286_520_000  # 2026-11-21 18:42 UTC, a Saturday
SHIPPED = dispositions.load(Path(cadence.__file__).parent / "data" / "dispositions.toml")

PEOPLE = (
    ("Ana Moreno", "Halcyon Freight", "Operations director", "web form 40 s ago, never called"),
    ("Bo Lindqvist", "Birch & Vale", "Owner", "callback agreed for 14:10 PST"),
    ("Cy Patel", "Delta Dental Group", "Practice manager", "step 3, due since 13:40"),
    ("Dee Okafor", "Rossi Grain", "Buyer", "arrived Thu, never called"),
    ("Eli Rossi", "Kim Optics", "", "busy 20 min ago, again now"),
    ("Fay Kim", "Novak HVAC", "Office lead", "step 4, due since 09:00"),
    ("Gus Novak", "Ostrava Tools", "Plant manager", "step 4, due since 09:12"),
    ("Hal Jones", "Jones Steel", "Sales", "step 5, due since Fri"),
    ("Ivy Adeyemi", "Alma Clinics", "Head of care", "step 5, due since Fri"),
    ("Jo Tanaka", "Calder Oil", "Dispatcher", "step 6, due since Thu"),
)

HISTORY = (
    "Fri 20 Nov 14:05  no answer, rang 25 s (sam)",
    "Fri 20 Nov 13:58  mail 1 sent",
    "Fri 20 Nov 13:57  arrived, web form",
)
CALLBACKS = (
    "in 1 hour      11:45",
    "in 3 hours     13:45",
    "this afternoon 15:30",
    "Mon 23 Nov     09:30",
    "Mon 23 Nov     14:00",
    "Tue 24 Nov     09:30",
)
PAUSES = (Choice("1", "Break", "break"), Choice("2", "Lunch", "lunch"), Choice("3", "Meeting", "meeting"))
SKIPS = (Choice("1", "Someone else is talking to them", "in_contact"), Choice("2", "Other", "other"))


def lead(index: int, **changes: object) -> Lead:
    """A made-up lead; numbers are from the range kept for fiction."""
    name, company, title, _ = PEOPLE[index % len(PEOPLE)]
    made = Lead(
        id=index + 1, name=name, company=company, title=title, email=f"lead{index}@example.com", country="US",
        region="CA", zone="America/Los_Angeles", source="web form", arrived_at=NOW - 40_000,
        notes="Asked about the Oakland lane.\nGate: Rosa, try after 10.",
        phones=(Phone(index + 1, f"+1415555{100 + index % 100:04}", "mobile"),),
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def card(index: int, **changes: object) -> CardView:
    """A lead as it lies on the desk."""
    person = lead(index)
    plan = Plan(
        LeadStatus.OPEN, "inbound-six", 1, NOW - HOUR, calls_done=1,
        call=PlannedCall(CallKind.STEP, 2, Lane.SOON, NOW),
        mail=PlannedMail(2, "second", NOW + 24 * HOUR),
    )  # fmt: skip
    made = CardView(
        lead=person, plan=plan, phone=person.phones[0], reason=PEOPLE[index % len(PEOPLE)][3], attempts=1,
        zone="America/Los_Angeles", history=HISTORY, last=HISTORY[0],
        next_mail="step 2, Sun 09:00",
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


class FakeDesk:
    """A `DeskPort` that does what a desk does, at once and in memory."""

    def __init__(self, clock: Clock | None = None, *, leads: int = 60) -> None:
        self.clock: Clock = clock or HandClock(NOW)
        self.asked: list[tuple[object, ...]] = []
        self.recorded: list[tuple[int, str, int | None]] = []
        self.notes: list[tuple[int | None, str]] = []
        self.left = asyncio.Event()
        self.asked_timelines: list[Lead | None] = []
        self.leave_takes_s = 0.0
        self.team = (Choice("1", "Support", "204"), Choice("2", "Kim Park", "+14155550122"))
        self._subscribers: list[Callable[[], None]] = []
        self._next = 0
        self._leads = leads
        self.view = DeskView(
            S.READY, self.clock.monotonic(), "sam", "Sam Reyes", dispositions=SHIPPED.offered,
            phone_line="registered at sip.example.com", phone_ok=True,
        )  # fmt: skip
        self.next_lead()

    # ------------------------------------------------ what a test can do

    def set(self, **changes: object) -> None:
        """Change the view and say so."""
        self.view = replace(self.view, **changes)  # type: ignore[arg-type]
        for changed in self._subscribers:
            changed()

    def enter(self, state: S, **changes: object) -> None:
        """Go to `state` now."""
        self.set(state=state, since_mono=self.clock.monotonic(), **changes)

    def next_lead(self, **changes: object) -> None:
        """Put the next lead on the desk."""
        shown = card(self._next)
        rows = tuple(
            QueueLine(index + 1, lead(index).name, lead(index).company, PEOPLE[index % len(PEOPLE)][3])
            for index in range(self._next + 1, min(self._next + 41, self._leads))
        )
        self._next += 1
        values: dict[str, object] = {
            "card": shown, "call": None, "queue": rows, "queue_total": max(self._leads - self._next, 0),
        }  # fmt: skip
        self.enter(S.PREVIEW, **(values | changes))

    def ring(self) -> None:
        """The far end rings."""
        assert self.view.call
        self.enter(S.RINGING, call=replace(self.view.call, ringing_mono=self.clock.monotonic()))

    def answer(self) -> None:
        """Somebody answers."""
        assert self.view.call
        tally = replace(self.view.tally, contacts=self.view.tally.contacts + 1)
        self.enter(S.TALKING, call=replace(self.view.call, answered_mono=self.clock.monotonic()), tally=tally)

    def end(self, result: str = "answered", text: str = "they hung up") -> None:
        """The call ends; with a second line, the rep goes on talking there."""
        assert self.view.call
        ended = replace(
            self.view.call, ended_mono=self.clock.monotonic(), result=result, result_text=text, muted=False
        )
        if self.view.second is None:
            self.enter(S.WRAP_UP, call=ended)
        else:
            self.set(call=ended, on_second=True)

    def rings_here(self, caller: IncomingView | None = None) -> None:
        """Somebody calls this desk; any but a free one passes it on."""
        if self.view.state in (S.READY, S.PREVIEW):
            shown = caller or IncomingView("+14155550177", "Nia Brandt", "Brandt Freight", known=True)
            self.set(incoming=replace(shown, since_mono=self.clock.monotonic()))

    def gives_up(self) -> None:
        """The caller hangs up before anybody answers."""
        if self.view.incoming is not None:
            self.set(incoming=None, message=f"Missed: {self.view.incoming.name}. First in the queue.")

    def second_answers(self) -> None:
        """The one on the second line answers."""
        assert self.view.second
        self.set(second=replace(self.view.second, answered_mono=self.clock.monotonic()))

    def second_ends(self) -> None:
        """The second line is over; the lead, if still there, is taken back from hold."""
        assert self.view.call
        self.set(second=None, on_second=False)
        if self.view.call.ended_mono is not None:
            self.enter(S.WRAP_UP)
        else:
            self.set(call=replace(self.view.call, held=False))

    # ----------------------------------------------------------- DeskPort

    def subscribe(self, changed: Callable[[], None]) -> None:
        self._subscribers.append(changed)

    def press(self, action: str) -> None:
        self.asked.append(("press", action))
        refusal = BY_NAME[action].why_not_now(self.view)
        if refusal:
            self.set(message=refusal)
        elif action in ("answer", "pass_on", "transfer", "line"):
            self._second_half(action)
        elif action == "dial":
            assert self.view.card
            call = CallView(self.view.card.phone.e164, "+12125550100", dialed_mono=self.clock.monotonic())
            tally = replace(self.view.tally, attempts=self.view.tally.attempts + 1)
            self.enter(S.DIALING, call=call, tally=tally, message="", can_undo=False)
        elif action == "hang_up" and self.view.on_second:
            self.second_ends()
        elif action == "hang_up":
            self.end("no_answer", "you hung up")
        elif action == "mute":
            assert self.view.call
            off, second = not self.view.call.muted, self.view.second
            self.set(call=replace(self.view.call, muted=off), second=second and replace(second, muted=off))
        elif action == "hold":
            assert self.view.call
            self.set(call=replace(self.view.call, held=not self.view.call.held))
        elif action == "record":
            assert self.view.call
            now = {"": "on", "on": "paused", "paused": "on"}[self.view.call.recording]
            self.set(call=replace(self.view.call, recording=now, tell=True))
        elif action == "undo":
            self._next -= 2
            self.next_lead(message="Taken back.", can_undo=False)

    def _second_half(self, action: str) -> None:
        """What the telephone's second half does: a caller, a second line."""
        view, now = self.view, self.clock.monotonic()
        if action == "answer":
            assert view.incoming
            call = CallView(
                view.incoming.number, inbound=True, ringing_mono=view.incoming.since_mono, answered_mono=now
            )
            theirs = card(8, lead=lead(8, name=view.incoming.name, company=view.incoming.company))
            known = theirs if view.incoming.known else None
            self.enter(S.TALKING, card=known, call=call, incoming=None, message="")
        elif action == "pass_on":
            self.gives_up()
        elif action == "line":
            assert view.call
            self.set(on_second=not view.on_second, call=replace(view.call, held=not view.on_second))
        elif view.second is not None and view.second.answered_mono is None:
            self.set(message="The second line is not answered yet: h gives it up.")
        elif view.second is not None and view.call is not None:
            self.set(call=replace(view.call, passing_to=f"{view.second.name} ({view.second.number})"))

    def dial_number(self, typed: str) -> None:
        self.asked.append(("dial_number", typed))
        refusal = BY_NAME["number"].why_not(self.view.state)
        if refusal:
            self.set(message=refusal)
        elif "999" in typed:
            checks = (
                Check("number", typed, True, ""),
                Check("do_not_call", "listed", False, "On the do-not-call list: asked on the phone (sam)."),
                Check("cap_24h", "0 of 4", True, ""),
            )
            self.set(
                message=f"{typed} may not be called now: {checks[1].why}", last_number=typed,
                refusal=Refusal(typed, checks),
            )  # fmt: skip
        else:
            call = CallView(typed, "+12125550100", dialed_mono=self.clock.monotonic())
            self.enter(S.DIALING, card=None, call=call, last_number=typed, message="", refusal=None)

    def dispose(self, code: str, callback_at: int | None = None) -> None:
        self.asked.append(("dispose", code, callback_at))
        disposition = next(each for each in self.view.dispositions if each.code == code)
        if self.view.state not in (*IN_CALL, S.WRAP_UP):
            self.set(message=f"No call to record as {disposition.label.lower()}: space dials.")
            return
        lead = self.view.card.lead if self.view.card else Lead(0, "this number")
        self.recorded.append((lead.id, disposition.code, callback_at))
        tally = replace(self.view.tally, won=self.view.tally.won + disposition.won)
        news = f"{lead.name}: {disposition.label.lower()}. u takes it back."
        if self.view.after_call_pause:
            gone: dict[str, object] = {"card": None, "call": None, "after_call_pause": False}
            self.enter(S.NOT_READY, reason="Break", message=news, **gone)
        else:
            self.next_lead(message=news, can_undo=True, tally=tally, second=None, on_second=False)

    def note(self, text: str, lead_id: int | None = None) -> None:
        self.asked.append(("note", text, lead_id))
        self.notes.append((lead_id, text))
        self.set(message="Note kept.")

    def skip(self, reason: str) -> None:
        self.asked.append(("skip", reason))
        self.next_lead(message="Skipped. The lead stays in the queue.")

    def pause(self, reason: str) -> None:
        self.asked.append(("pause", reason))
        if self.view.state in (*IN_CALL, S.WRAP_UP):
            self.set(after_call_pause=True, message="You go not-ready after this call.")
        else:
            self.enter(S.NOT_READY, reason=reason, card=None, call=None)

    def resume(self) -> None:
        self.asked.append(("resume",))
        if self.view.after_call_pause:
            self.set(after_call_pause=False, message="You stay ready after this call.")
        else:
            self.next_lead()

    def transfer(self, target: str, *, blind: bool = False) -> None:
        self.asked.append(("transfer", target, blind))
        assert self.view.call
        if blind:
            self.set(call=replace(self.view.call, passing_to=f"{self._name_of(target)} ({target})"))
        else:
            now = self.clock.monotonic()
            self.set(
                call=replace(self.view.call, held=True), on_second=True,
                second=CallView(target, dialed_mono=now, ringing_mono=now, name=self._name_of(target)),
            )  # fmt: skip

    def colleagues(self) -> tuple[Choice, ...]:
        return self.team

    def _name_of(self, number: str) -> str:
        return next((each.label for each in self.team if each.value == number), "")

    def keypad(self, digit: str) -> None:
        self.asked.append(("keypad", digit))
        self.set(message=f"Sent tone {digit}.")

    def callback_choices(self) -> tuple[Choice, ...]:
        return tuple(
            Choice(str(index), label, str(NOW + index * HOUR))
            for index, label in enumerate(CALLBACKS, start=1)
        )

    def skip_choices(self) -> tuple[Choice, ...]:
        return SKIPS

    def pause_choices(self) -> tuple[Choice, ...]:
        return PAUSES

    def parse_callback(self, text: str) -> int:
        if text == "tomorrow 14:30":
            return NOW + 32 * HOUR
        raise SixringError(f"{text!r} is not a time; type it like tomorrow 14:30 or 27 Nov 9:00.")

    async def find(self, text: str) -> list[Lead]:
        people = [lead(index) for index in range(len(PEOPLE))]
        return [each for each in people if text.lower() in f"{each.name} {each.company}".lower()]

    async def timeline(self, lead: Lead | None = None) -> list[str]:
        self.asked_timelines.append(lead)
        return [
            "x Fri 20 Nov 13:57  arrived       web form",
            "x Fri 20 Nov 13:58  mail 1        sent",
            "x Fri 20 Nov 14:05  call 1        no answer",
            "> Sat 21 Nov 10:42  call 2        now",
            "  Sun 22 Nov 09:00  mail 2        planned",
            "  Mon 23 Nov 10:00  call 3        planned",
        ]

    async def leave(self) -> None:
        self.asked.append(("leave",))
        await asyncio.sleep(self.leave_takes_s)
        self.left.set()
