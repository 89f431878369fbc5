"""Every state and every overlay of the workstation, each as a short script on a fake desk."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from support.fake_desk import NOW, FakeDesk

from cadence.model import CallKind, Lane, PlannedCall
from cadence.model import ShiftState as S
from config.clock import HandClock
from floor.view import Tally
from tui.app import Workstation

Script = Callable[[FakeDesk, Workstation], None]
NAMED = {" ": "space", "?": "question_mark", "#": "number_sign", "/": "slash", "\n": "enter"}


def keys(app: Workstation, typed: Iterable[str]) -> None:
    """Type `typed`; names of more than one letter are Textual's names of keys."""
    for each in typed:
        name = NAMED.get(each, each)
        app.session.key(name, each if len(each) == 1 and each != "\n" else "")
    app.repaint()


def hand(desk: FakeDesk) -> HandClock:
    """The desk's clock, to be moved."""
    assert isinstance(desk.clock, HandClock)
    return desk.clock


def ready(desk: FakeDesk, app: Workstation) -> None:
    desk.enter(S.READY, card=None, call=None)


def nothing_due(desk: FakeDesk, app: Workstation) -> None:
    ready(desk, app)
    desk.set(
        reason="Everyone left is outside their calling hours.",
        next_due_at=NOW + 754_000,
        queue=(),
        queue_total=0,
    )


def preview(desk: FakeDesk, app: Workstation) -> None:
    hand(desk).advance(7_000)
    desk.set(message="Zoe Adler: no answer. u takes it back.", can_undo=True)


def preview_not_callable(desk: FakeDesk, app: Workstation) -> None:
    assert desk.view.card
    plan = replace(desk.view.card.plan, call=PlannedCall(CallKind.RETRY, 2, Lane.SOON, NOW))
    why = "the number's window is 08:00 to 21:00 in Los Angeles, it is 06:15 there"
    shown = replace(desk.view.card, callable_now=False, callable_why=why, attempts=2, plan=plan)
    shown = replace(shown, next_mail="", history=(), local_time="")
    desk.set(card=shown)


def dialing(desk: FakeDesk, app: Workstation) -> None:
    keys(app, " ")
    hand(desk).advance(2_400)


def ringing(desk: FakeDesk, app: Workstation) -> None:
    dialing(desk, app)
    desk.ring()
    hand(desk).advance(11_000)


def ringing_by_hand(desk: FakeDesk, app: Workstation) -> None:
    ringing(desk, app)
    desk.set(card=None)


def talking(desk: FakeDesk, app: Workstation) -> None:
    ringing(desk, app)
    desk.answer()
    desk.set(tally=Tally(attempts=37, contacts=4, won=1, talk_ms=2_700_000, callbacks_due=3))
    hand(desk).advance(192_000)


def muted(desk: FakeDesk, app: Workstation) -> None:
    talking(desk, app)
    keys(app, "m")


def held(desk: FakeDesk, app: Workstation) -> None:
    talking(desk, app)
    keys(app, "o")


def poor_sound(desk: FakeDesk, app: Workstation) -> None:
    talking(desk, app)
    assert desk.view.call
    desk.set(call=replace(desk.view.call, quality="poor", lost_permille=42, jitter_ms=71))


def machine(desk: FakeDesk, app: Workstation) -> None:
    talking(desk, app)
    assert desk.view.call
    desk.set(call=replace(desk.view.call, hint="beep heard"))


def recorded(desk: FakeDesk, app: Workstation) -> None:
    talking(desk, app)
    keys(app, "r")


def recording_paused(desk: FakeDesk, app: Workstation) -> None:
    recorded(desk, app)
    keys(app, "mr")


def keypad(desk: FakeDesk, app: Workstation) -> None:
    talking(desk, app)
    keys(app, "#4")


def pause_after_call(desk: FakeDesk, app: Workstation) -> None:
    talking(desk, app)
    keys(app, "p1")


def wrap_up(desk: FakeDesk, app: Workstation) -> None:
    talking(desk, app)
    desk.end(text="they hung up after 3 min 12 s")
    hand(desk).advance(4_000)


def not_ready(desk: FakeDesk, app: Workstation) -> None:
    desk.enter(S.NOT_READY, card=None, call=None, reason="Lunch")
    hand(desk).advance(61_000)


def fault(desk: FakeDesk, app: Workstation) -> None:
    words = "The phone cannot dial now: no answer from sip.example.com. The lead stays with you."
    desk.set(phone_ok=False, phone_line="retrying in 12 s: no answer", message=words, alarm=True)


def refused_key(desk: FakeDesk, app: Workstation) -> None:
    keys(app, "1")


def do_not_call_once(desk: FakeDesk, app: Workstation) -> None:
    talking(desk, app)
    keys(app, "9")


def note(desk: FakeDesk, app: Workstation) -> None:
    talking(desk, app)
    keys(app, "nasked for the rate sheet")


def callback(desk: FakeDesk, app: Workstation) -> None:
    talking(desk, app)
    keys(app, "6")


def callback_typed(desk: FakeDesk, app: Workstation) -> None:
    talking(desk, app)
    keys(app, "6tsoonish\n")


def skip(desk: FakeDesk, app: Workstation) -> None:
    keys(app, "s")


def pause(desk: FakeDesk, app: Workstation) -> None:
    keys(app, "p")


def find(desk: FakeDesk, app: Workstation) -> None:
    keys(app, "/al")


def keys_help(desk: FakeDesk, app: Workstation) -> None:
    keys(app, "?")


def number(desk: FakeDesk, app: Workstation) -> None:
    keys(app, "d415 555 01")


def refusal(desk: FakeDesk, app: Workstation) -> None:
    keys(app, "d+14155559990\n")


def timeline(desk: FakeDesk, app: Workstation) -> None:
    keys(app, "t")


def named(*scripts: Script) -> dict[str, Script]:
    """Scripts by name."""
    return {getattr(script, "__name__", ""): script for script in scripts}


STATES = named(
    ready, nothing_due, preview, preview_not_callable, dialing, ringing, ringing_by_hand, talking, muted,
    held, poor_sound, machine, recorded, recording_paused, keypad, pause_after_call, wrap_up, not_ready,
    fault, refused_key, do_not_call_once,
)  # fmt: skip
OVERLAYS = named(note, callback, callback_typed, skip, pause, find, keys_help, timeline, number, refusal)
SCENES = STATES | OVERLAYS


def plain(app: Workstation) -> str:
    """The screen as its letters, without a colour."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips) + "\n"
