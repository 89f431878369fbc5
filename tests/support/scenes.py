"""Every state and every overlay of the workstation, each as a short script on a fake desk."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from support.fake_desk import NOW, FakeDesk, lead

from cadence.dispositions import Disposition, Outcome
from cadence.model import CallKind, Lane, PlannedCall
from cadence.model import ShiftState as S
from config.clock import HandClock
from floor.view import Choice, IncomingView, LevelsView, Tally
from tui.app import Workstation

Script = Callable[[FakeDesk, Workstation], None]
MORE = (
    Disposition("fax", "Fax machine", Outcome.NEXT),
    Disposition("moved", "Moved away", Outcome.NEXT),
    Disposition("threat", "Threatened us", Outcome.NEXT, confirm=True),
)
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
    shown = replace(shown, next_mail="", history=(), last="", zone="")
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


def other(desk: FakeDesk, app: Workstation) -> None:
    talking(desk, app)
    keys(app, "w")


def other_once(desk: FakeDesk, app: Workstation) -> None:
    talking(desk, app)
    desk.set(dispositions=(*desk.view.dispositions, *MORE))
    keys(app, "w4")


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


def measured(desk: FakeDesk, app: Workstation, levels: LevelsView) -> None:
    """The headset's levels, taken up by the screen at this moment."""
    desk.set(levels=levels)
    app.session.view_changed()


def calls_here(desk: FakeDesk, app: Workstation) -> None:
    hand(desk).advance(7_000)
    desk.rings_here(IncomingView("+14155550177", "Nia Brandt", "Brandt Freight", known=True,
                                 note="kim has them: callback at 15:30"))  # fmt: skip
    hand(desk).advance(6_000)


def unknown_calls(desk: FakeDesk, app: Workstation) -> None:
    ready(desk, app)
    desk.rings_here(IncomingView("+442079460123", "ACME Ltd"))
    hand(desk).advance(2_000)


def withheld_calls(desk: FakeDesk, app: Workstation) -> None:
    desk.rings_here(IncomingView(""))


def calls_while_typing(desk: FakeDesk, app: Workstation) -> None:
    keys(app, "nasked about a, i and x")
    calls_here(desk, app)


def calls_over_a_picker(desk: FakeDesk, app: Workstation) -> None:
    skip(desk, app)
    calls_here(desk, app)


def calls_over_find(desk: FakeDesk, app: Workstation) -> None:
    find(desk, app)
    calls_here(desk, app)


def inbound(desk: FakeDesk, app: Workstation) -> None:
    calls_here(desk, app)
    keys(app, "a")
    measured(desk, app, LevelsView(-26, -22))
    hand(desk).advance(42_000)


def levels_idle(desk: FakeDesk, app: Workstation) -> None:
    measured(desk, app, LevelsView(-34, -96))


def levels(desk: FakeDesk, app: Workstation) -> None:
    recorded(desk, app)
    assert desk.view.call
    desk.set(call=replace(desk.view.call, quality="good", secure=True))
    measured(desk, app, LevelsView(-20, -33))


def mic_silent(desk: FakeDesk, app: Workstation) -> None:
    talking(desk, app)
    measured(desk, app, LevelsView(-96, -20))
    hand(desk).advance(5_000)


def clicks(desk: FakeDesk, app: Workstation) -> None:
    levels(desk, app)
    measured(desk, app, LevelsView(-20, -33, under_runs=3))


def notice_plays(desk: FakeDesk, app: Workstation) -> None:
    levels(desk, app)
    assert desk.view.call
    desk.set(call=replace(desk.view.call, tell=False, notice_plays=True))


def objected(desk: FakeDesk, app: Workstation) -> None:
    levels(desk, app)
    assert desk.view.call
    desk.set(call=replace(desk.view.call, recording="objected"))


def object_once(desk: FakeDesk, app: Workstation) -> None:
    levels(desk, app)
    keys(app, "e")


def retrying(desk: FakeDesk, app: Workstation) -> None:
    mono = desk.clock.monotonic()
    desk.set(phone_ok=False, phone_line="no answer", phone_retry_mono=mono + 12_000)
    hand(desk).advance(3_000)


def transfer(desk: FakeDesk, app: Workstation) -> None:
    levels(desk, app)
    keys(app, "x")


def transfer_at_once(desk: FakeDesk, app: Workstation) -> None:
    desk.team = tuple(Choice(str(n), f"Colleague {n}", f"20{n}") for n in range(1, 10))
    transfer(desk, app)
    keys(app, "!")


def transfer_number(desk: FakeDesk, app: Workstation) -> None:
    transfer(desk, app)
    keys(app, "d+1415555")


def given_at_once(desk: FakeDesk, app: Workstation) -> None:
    transfer_at_once(desk, app)
    keys(app, "3")


def second_rings(desk: FakeDesk, app: Workstation) -> None:
    transfer(desk, app)
    keys(app, "2")
    hand(desk).advance(4_000)


def second_talks(desk: FakeDesk, app: Workstation) -> None:
    second_rings(desk, app)
    desk.second_answers()
    hand(desk).advance(12_000)


def second_waits(desk: FakeDesk, app: Workstation) -> None:
    second_talks(desk, app)
    keys(app, "l")


def joining(desk: FakeDesk, app: Workstation) -> None:
    second_talks(desk, app)
    keys(app, "x")


def lead_gone(desk: FakeDesk, app: Workstation) -> None:
    second_talks(desk, app)
    desk.end()
    hand(desk).advance(9_000)


def no_transfer_numbers(desk: FakeDesk, app: Workstation) -> None:
    desk.team = ()
    transfer(desk, app)


def found(desk: FakeDesk, app: Workstation) -> None:
    keys(app, ["/", *"lind"])
    app.session.found("lind", [lead(1)])
    keys(app, "\n")


def named(*scripts: Script) -> dict[str, Script]:
    """Scripts by name."""
    return {getattr(script, "__name__", ""): script for script in scripts}


STATES = named(
    ready, nothing_due, preview, preview_not_callable, dialing, ringing, ringing_by_hand, talking, muted,
    held, poor_sound, machine, recorded, recording_paused, keypad, pause_after_call, wrap_up, not_ready,
    fault, refused_key, do_not_call_once, calls_here, unknown_calls, withheld_calls, inbound, levels_idle,
    levels, mic_silent, clicks, notice_plays, objected, object_once, retrying, given_at_once,
    second_rings, second_talks, second_waits, joining, lead_gone,
)  # fmt: skip
OVERLAYS = named(
    note, other, other_once, callback, callback_typed, skip, pause, find, found, keys_help, timeline, number,
    refusal, transfer, transfer_at_once, transfer_number, no_transfer_numbers, calls_while_typing,
    calls_over_a_picker, calls_over_find,
)  # fmt: skip
SCENES = STATES | OVERLAYS


def plain(app: Workstation) -> str:
    """The screen as its letters, without a colour."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips) + "\n"
