"""The first row, and what stands in its place in a window too small to work in."""

from __future__ import annotations

from rich.text import Text

from cadence.model import ShiftState as S
from tui.lines import Part, filled, line, mmss, spread, wrapped
from tui.panes.incoming import caller, rings
from tui.scene import SIGNS, WORDS, Scene


def header(scene: Scene, width: int, _: int) -> list[Text]:
    """State with its sign, its timer, the lead, and the shift in numbers."""
    view = scene.view
    state = view.state
    left = line(
        (f" {SIGNS[state]} {WORDS[state]} ", f"state-{state.value}"),
        (f" {mmss(scene.mono - scene.running_since)} ", "timer"),
        (" then pause " if view.after_call_pause else "", "note"),
        " ",
        (_headline(scene), "strong"),
        width=width,
    )
    tally = view.tally
    numbers: list[Part] = [
        ("calls ", "dim"), str(tally.attempts), ("  contacts ", "dim"), str(tally.contacts),
        ("  won ", "dim"), str(tally.won),
    ]  # fmt: skip
    if width >= 100:
        numbers += [("  talk ", "dim"), mmss(tally.talk_ms)]
    if tally.callbacks_due:
        numbers += [("  due ", "dim"), (str(tally.callbacks_due), "strong")]
    return [spread(left, line(*numbers, " ", width=width), width)]


def _headline(scene: Scene) -> str:
    view = scene.view
    if view.state is S.NOT_READY:
        return view.reason
    return view.card.lead.name if view.card else "no lead"


def too_small(scene: Scene, width: int, height: int) -> list[Text]:
    """A window too small to work in: say so, and keep the state in sight."""
    words = "Sixring needs 80 columns by 24 rows; this window has fewer. Keys still work, the call goes on."
    head = header(scene, max(width, 30), 1)[0]
    head.truncate(width)
    rows = [head, Text("")]
    if rings(scene.view):
        asks = f"{caller(scene)} calls you: a answers, i passes the call on."
        rows = [head, *(line((f" {each}", "armed"), width=width) for each in wrapped(asks, width - 2, 3))]
    return filled([*rows, *(line(" ", each, width=width) for each in wrapped(words, width - 2, 6))], height)
