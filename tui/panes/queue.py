"""The next leads in rank order, each with the reason of its place."""

from __future__ import annotations

from rich.text import Text

from floor.view import QueueLine
from tui.lines import filled, line, spread
from tui.scene import Scene

COUNTED_TO = 1_000  # the store counts a lane no further: a screen asks every few seconds


def queue(scene: Scene, width: int, height: int) -> list[Text]:
    """Two lines a lead, so that its reason is shown whole."""
    view = scene.view
    top = max(min(scene.ui.queue_top, len(view.queue) - 1), 0)
    shown = view.queue[top : top + (height - 1) // 2]
    rows = [made for index, each in enumerate(shown) for made in _pair(each, top + index == 0, width)]
    below = max(view.queue_total, len(view.queue)) - top - len(shown)
    title = line((" Queue ", "title"), ("" if top else _now(view.queue_total), "dim"), width=width)
    note = line(
        (f"{top} above  " if top else "", "dim"), (f"{below} below " if below > 0 else "", "dim"), width=width
    )
    return filled([spread(title, note, width), *rows], height)


def _now(count: int) -> str:
    """How many may be called now; below them stand those that come later."""
    if not count:
        return "nobody to call now"
    return f"{count}{'+' if count >= COUNTED_TO else ''} to call now"


def _pair(row: QueueLine, first: bool, width: int) -> list[Text]:
    company = f"  {row.company}" if row.company else ""
    held = f"[{row.held_by}] " if row.held_by else ""
    return [
        line(
            (">" if first else " ", "key"), (row.name or "no name", "strong"), (company, "dim"), width=width
        ),
        line("  ", (held, "note"), (row.reason, "dim"), width=width),
    ]
