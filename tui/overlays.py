"""What opens above the desk: pickers, help, search, timeline. Pure, like the panes."""

from __future__ import annotations

from collections.abc import Callable

from rich.text import Text

from cadence.model import Phone
from floor.actions import ACTIONS
from floor.view import Choice
from tui.lines import Part, filled, folded, line, padded, pretty, rule, wrapped
from tui.open_keys import help_tops, within
from tui.outcome_keys import why_not_record
from tui.panes.card import row, rows
from tui.scene import Scene
from tui.ui import TRANSFERRING, Mode

TALL = frozenset({Mode.HELP, Mode.FIND, Mode.FOUND, Mode.TIMELINE, Mode.REFUSAL})
SHOWN = TALL | TRANSFERRING | {Mode.OTHER, Mode.CALLBACK, Mode.CALLBACK_TIME, Mode.SKIP, Mode.PAUSE}
_COLUMN = 5  # colleagues in a column
TYPED_TIME = 'in your words and their time: "tomorrow 14:30", "27 Nov 9:00"'


def overlay(scene: Scene, width: int, height: int) -> list[Text]:
    """The open overlay."""
    draw = _DRAWN.get(scene.ui.mode)
    return filled(draw(scene, width, height) if draw else [], height)


def _title(text: str, note: str, width: int) -> list[Text]:
    return [line(" ", (text, "title"), "  ", (note, "dim"), width=width), Text("")]


def _choices(scene: Scene, width: int) -> list[Text]:
    return [line("  ", (each.key, "key"), "  ", each.label, width=width) for each in scene.ui.choices]


def _callback(scene: Scene, width: int, height: int) -> list[Text]:
    title = _title(f"Call {scene.ui.lead_name} back", "times are the lead's own", width)
    if scene.ui.mode is Mode.CALLBACK_TIME:
        problem = [
            line(" ", (each, "alarm"), width=width) for each in wrapped(scene.ui.message, width - 2, 3)
        ]
        return [*title, line("  Type a time, ", TYPED_TIME, width=width), Text(""), *problem]
    last = line("  ", ("t", "key"), "  another time, typed", width=width)
    return [*title[: 2 if height > len(scene.ui.choices) + 2 else 1], *_choices(scene, width), last]


def _other(scene: Scene, width: int, _: int) -> list[Text]:
    """Those that do not fit this call are there and faint, as the digits are."""
    rows = []
    for choice, each in zip(scene.ui.choices, scene.view.others, strict=False):
        usable = not why_not_record(scene.view, each)
        again = scene.ui.armed is not None and scene.ui.armed.key == choice.key
        style = "armed" if again else "" if usable else "off"
        rows.append(
            line("  ", (choice.key, "key" if usable else "off"), "  ", (choice.label, style), width=width)
        )
    return [*_title("Another outcome", "ends the call if it is up, as a digit does", width), *rows]


def _skip(scene: Scene, width: int, _: int) -> list[Text]:
    return [
        *_title(f"Skip {scene.ui.lead_name}: why?", "it stays in the queue; the skip is logged", width),
        *_choices(scene, width),
    ]


def _pause(scene: Scene, width: int, _: int) -> list[Text]:
    when = (
        "from now on"
        if scene.view.call is None or scene.view.call.ended_mono is not None
        else "after this call"
    )
    return [*_title("Not ready: why?", when, width), *_choices(scene, width)]


def _help(scene: Scene, width: int, height: int) -> list[Text]:
    rows = [_help_row("1-9 0", "outcome", "End the call if it is up, record it, bring the next lead.", width)]
    rows += [_help_row(action.key, action.label, action.help, width) for action in ACTIONS]
    title = _title("Keys", "letters work in either case; ? or enter closes, j k scroll", width)
    top = within(scene.ui.cursor, help_tops(height))
    return [*title[: 2 if len(rows) + 2 <= height else 1], *rows[top:]]


def _help_row(key: str, label: str, words: str, width: int) -> Text:
    return line("  ", (f"{key:<6}", "key"), padded(label, 10), (words, "dim"), width=width)


def _timeline(scene: Scene, width: int, _: int) -> list[Text]:
    ui = scene.ui
    known = ui.timeline[ui.cursor :] if ui.timeline_of == ui.lead_id else ()
    rows = [made for each in known for made in folded(each, width)]
    rows = rows or [line(("  reading ...", "dim"), width=width)]
    return [*_title(f"Timeline of {ui.lead_name}", "t or enter closes, j k scroll", width), *rows]


def _find(scene: Scene, width: int, height: int) -> list[Text]:
    ui = scene.ui
    room = max(height - 2, 1)
    top = max(min(ui.cursor - room // 2, len(ui.found) - room), 0)
    rows = [_found_row(scene, index, width) for index in range(top, min(top + room, len(ui.found)))]
    if not rows:
        words = (
            "nobody found"
            if ui.searched and ui.searched == ui.line.text
            else "type a name, company, number or mail"
        )
        rows = [line(("  " + words, "dim"), width=width)]
    return [*_title("Find", f"{len(ui.found)} found" if ui.found else "", width), *rows]


def _found_row(scene: Scene, index: int, width: int) -> Text:
    lead = scene.ui.found[index]
    here = index == scene.ui.cursor
    number = pretty(lead.phones[0].e164) if lead.phones else "no number"
    third = max((width - 6) // 3, 8)
    parts: tuple[Part, ...] = (
        ("> " if here else "  ", "key"), (padded(lead.name, third), "strong" if here else ""), " ",
        (padded(lead.company, third - 4), "dim"), " ", (padded(number, 18), "number"), " ",
        (lead.status.value.replace("_", " "), "dim"),
    )  # fmt: skip
    return line(*parts, width=width)


def _lead(scene: Scene, width: int, _: int) -> list[Text]:
    """A lead that was found: its card in a few lines, then its timeline."""
    ui = scene.ui
    lead = ui.found[ui.picked]
    numbers = ", ".join(_number_words(each) for each in lead.phones) or "none"
    note = lead.notes.strip().rsplit("\n", 1)[-1]
    place = " · ".join(part for part in (lead.company, lead.title) if part)
    card = [
        line(" ", (lead.name, "strong"), "  ", (place, "dim"), width=width),
        row("numbers", width, (numbers, "number")),
        row("mail", width, lead.email or "none"),
        row("status", width, lead.status.value.replace("_", " "), ("  from " + lead.source, "dim")),
        *rows("note", width, note or "-", 2),
        rule("Timeline", width),
    ]
    told = [made for each in (ui.story or ())[ui.cursor :] for made in folded(each, width)]
    return [*card, *(told or [line(("  reading ...", "dim"), width=width)])]


def _number_words(phone: Phone) -> str:
    kind = f" {phone.kind}" if phone.kind else ""
    return f"{pretty(phone.e164)}{kind}{' (bad)' if phone.bad else ''}"


def _transfer(scene: Scene, width: int, _: int) -> list[Text]:
    ui = scene.ui
    how: Part = ("after a word with them; this call waits on hold", "dim")
    if ui.blind:
        how = ("AT ONCE: the call leaves your desk", "alarm")
    title = [line(" ", ("Give the call to", "title"), "  ", how, width=width), Text("")]
    if ui.mode is Mode.TRANSFER_NUMBER:
        return [*title, line("  Type a number or an extension.", width=width)]
    half = width // 2
    column = max((len(ui.choices) + 1) // 2, min(len(ui.choices), _COLUMN))
    left, right = ui.choices[:column], ui.choices[column:]
    made = []
    for index, each in enumerate(left):
        beside = right[index : index + 1]
        parts = [*_colleague(each, half), *(part for other in beside for part in _colleague(other, half))]
        made.append(line(*parts, width=width))
    return [*title, *made, line("  ", ("d", "key"), "  another number, typed", width=width)]


def _colleague(choice: Choice, width: int) -> tuple[Part, ...]:
    number = pretty(choice.value)
    return ("  ", (choice.key, "key"), "  ", padded(choice.label, width - 22), (padded(number, 17), "number"))


def _refusal(scene: Scene, width: int, _: int) -> list[Text]:
    refusal = scene.view.refusal
    if refusal is None:
        return []
    rows: list[Text] = []
    for check in refusal.checks[scene.ui.cursor :]:
        sign: Part = ("[ok] ", "good") if check.passed else ("[no] ", "alarm")
        first, *more = wrapped(check.why or check.given, width - 24, 3) or [""]
        rows.append(line("  ", sign, padded(check.name.replace("_", " "), 16), first, width=width))
        rows += [line(" " * 23, each, width=width) for each in more]
    return [*_title(f"Not dialed: {pretty(refusal.number)}", "enter closes, j k scroll", width), *rows]


_DRAWN: dict[Mode, Callable[[Scene, int, int], list[Text]]] = {
    Mode.OTHER: _other,
    Mode.CALLBACK: _callback,
    Mode.CALLBACK_TIME: _callback,
    Mode.SKIP: _skip,
    Mode.PAUSE: _pause,
    Mode.HELP: _help,
    Mode.TIMELINE: _timeline,
    Mode.FIND: _find,
    Mode.FOUND: _lead,
    Mode.TRANSFER: _transfer,
    Mode.TRANSFER_NUMBER: _transfer,
    Mode.REFUSAL: _refusal,
}
