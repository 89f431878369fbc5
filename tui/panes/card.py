"""The lead on the desk: who, which number, what time it is there, why now, what comes next."""

from __future__ import annotations

from rich.text import Text

from cadence.model import ShiftState as S
from floor.actions import STILL_STARTING, is_starting
from floor.view import CardView
from tui.lines import Part, filled, line, mmss, pretty, wrapped
from tui.scene import Scene, attempt_words, wall_time

_LABEL = 10  # width of the label column


def card(scene: Scene, width: int, height: int) -> list[Text]:
    """The lead, or why there is none."""
    shown = scene.view.card
    made = _no_card(scene, width) if shown is None else _card(scene, shown, width, height)
    return filled(made, height)


def _card(scene: Scene, shown: CardView, width: int, height: int) -> list[Text]:
    lead = shown.lead
    place = " · ".join(part for part in (lead.company, lead.title) if part)
    note = lead.notes.strip().rsplit("\n", 1)[-1]
    top = [
        line(" ", (lead.name, "strong"), width=width),
        line(" ", (place, "dim"), width=width),
        row("number", width, (pretty(shown.phone.e164), "number"), ("  " + shown.phone.kind, "dim")),
        *_there_rows(scene, shown, width),
        row("attempt", width, attempt_words(shown)),
        *rows("why now", width, shown.reason, 2, "strong"),
        row("last", width, shown.last or "never called"),
    ]
    mail = row("mail", width, shown.next_mail or "none planned")
    return [*top, *rows("note", width, note or "-", max(height - len(top) - 1, 1)), mail]


def _there_rows(scene: Scene, shown: CardView, width: int) -> list[Text]:
    """The lead's time, and whether a call is allowed now; a refusal gets lines of its own."""
    time = wall_time(scene.now, scene.now, shown.zone) if shown.zone else "time unknown"
    if shown.callable_now:
        return [row("there", width, f"{time}  ", ("[ok]", "good"), " may be called")]
    first, *more = wrapped(shown.callable_why or "not now", width - _LABEL - 7, 2)
    return [
        row("there", width, time),
        row("gate", width, ("[no]", "alarm"), " " + first),
        *(row("", width, " " * 5, each) for each in more),
    ]


def rows(label: str, width: int, text: str, most: int, style: str = "") -> list[Text]:
    """A labelled text on up to `most` lines."""
    pieces = wrapped(text, width - _LABEL - 2, most) or [""]
    return [row(label if index == 0 else "", width, (piece, style)) for index, piece in enumerate(pieces)]


def row(label: str, width: int, *parts: Part) -> Text:
    """A labelled line."""
    return line((f" {label:<{_LABEL}}", "dim"), *parts, width=width - 1)


def _no_card(scene: Scene, width: int) -> list[Text]:
    view = scene.view
    if is_starting(view):
        title, words = "Starting", STILL_STARTING
    elif view.state is S.NOT_READY:
        title, words = (
            "Not ready",
            f"{view.reason.capitalize()}. p brings you back, and the next lead with you.",
        )
    elif view.next_due_at is not None:
        wait = max(view.next_due_at - scene.now, 0)
        title = "Nothing to call now"
        when = f"at {wall_time(view.next_due_at, scene.now, view.zone)}, in {mmss(wait)}"
        words = f"{view.reason} The next lead may be called {when}."
    elif view.call is not None:
        title, words = _of_no_lead(view.call.inbound)
    else:
        title, words = "No lead on the desk", view.reason or "Looking for the next lead."
    return [
        line(" ", (title, "strong"), width=width),
        Text(""),
        *(line(" ", text, width=width) for text in wrapped(words.lstrip(". "), width - 2, 4)),
    ]


def _of_no_lead(inbound: bool) -> tuple[str, str]:
    if inbound:
        return "They called you", "Without a lead on the card: what you record stays with the call."
    return "Dialed by hand", "No lead of ours has this number: what you record stays with it."
