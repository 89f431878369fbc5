"""What happened with the lead and what is planned: history, timeline, notes."""

from __future__ import annotations

from rich.text import Text

from tui.lines import filled, folded, line, rule, wrapped
from tui.scene import Scene


def history(scene: Scene, width: int, height: int) -> list[Text]:
    """What happened with this lead, newest first."""
    shown = scene.view.card
    rows = shown.history if shown else ()
    words: list[Text] = []
    for each in rows:
        if len(words) < height - 1:
            words += folded(each, width, min(3, height - 1 - len(words)))
    return filled([rule("History", width), *(words or [line(("  nothing yet", "dim"), width=width)])], height)


def timeline(scene: Scene, width: int, height: int) -> list[Text]:
    """The lead's way through its cadence, past and planned; its end is what comes next."""
    ui, shown = scene.ui, scene.view.card
    rows = ui.timeline if shown is not None and ui.timeline_of == shown.lead.id else ()
    words = [made for each in rows for made in folded(each, width)]
    return filled([rule("Timeline", width), *words[max(len(words) - height + 1, 0) :]], height)


def notes(scene: Scene, width: int, height: int) -> list[Text]:
    """The lead's notes, the latest at the end."""
    shown = scene.view.card
    rows: list[str] = []
    for note in shown.lead.notes.splitlines() if shown else ():
        rows += wrapped(note, width - 4, 4)
    tail = rows[-(height - 1) :] if height > 1 else []
    return filled([rule("Notes", width), *(line("  ", each, width=width) for each in tail)], height)
