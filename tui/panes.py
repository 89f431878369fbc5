"""The panes of the desk: pure functions from a scene and a size to lines."""

from __future__ import annotations

from rich.text import Text

from cadence.dispositions import Disposition
from cadence.model import ShiftState as S
from floor.view import CallView, CardView, QueueLine
from tui.lines import Part, clean, filled, folded, line, mmss, padded, rule, spread, wrapped
from tui.router import IN_CALL, why_not_record
from tui.scene import SIGNS, WORDS, Scene, attempt_words, ring_ms, wall_time
from tui.ui import Mode

_LABEL = 10  # width of the card's label column


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


# ------------------------------------------------------------- the lead


def card(scene: Scene, width: int, height: int) -> list[Text]:
    """The lead: who, which number, what time it is there, why now, what comes next."""
    shown = scene.view.card
    made = _no_card(scene, width) if shown is None else _card(shown, width, height)
    return filled(made, height)


def _card(shown: CardView, width: int, height: int) -> list[Text]:
    lead = shown.lead
    place = " · ".join(part for part in (lead.company, lead.title) if part)
    note = lead.notes.strip().rsplit("\n", 1)[-1]
    rows = [
        line(" ", (lead.name, "strong"), width=width),
        line(" ", (place, "dim"), width=width),
        _row("number", width, (pretty(shown.phone.e164), "number"), ("  " + shown.phone.kind, "dim")),
        *_there_rows(shown, width),
        _row("attempt", width, attempt_words(shown)),
        *_rows("why now", width, shown.reason, 2, "strong"),
        _row("last", width, shown.history[0] if shown.history else "never called"),
    ]
    mail = _row("mail", width, shown.next_mail or "none planned")
    return [*rows, *_rows("note", width, note or "-", max(height - len(rows) - 1, 1)), mail]


def _there_rows(shown: CardView, width: int) -> list[Text]:
    """The lead's time, and whether a call is allowed now; a refusal gets lines of its own."""
    time = shown.local_time or "time unknown"
    if shown.callable_now:
        return [_row("there", width, f"{time}  ", ("[ok]", "good"), " may be called")]
    first, *more = wrapped(shown.callable_why or "not now", width - _LABEL - 7, 2)
    return [
        _row("there", width, time),
        _row("gate", width, ("[no]", "alarm"), " " + first),
        *(_row("", width, " " * 5, each) for each in more),
    ]


def _rows(label: str, width: int, text: str, most: int, style: str = "") -> list[Text]:
    pieces = wrapped(text, width - _LABEL - 2, most) or [""]
    return [_row(label if index == 0 else "", width, (piece, style)) for index, piece in enumerate(pieces)]


def _row(label: str, width: int, *parts: Part) -> Text:
    return line((f" {label:<{_LABEL}}", "dim"), *parts, width=width - 1)


def _no_card(scene: Scene, width: int) -> list[Text]:
    view = scene.view
    if view.state is S.NOT_READY:
        title, words = (
            "Not ready",
            f"{view.reason.capitalize()}. p brings you back, and the next lead with you.",
        )
    elif view.next_due_at is not None:
        wait = max(view.next_due_at - scene.now, 0)
        title = "Nothing to call now"
        when = f"at {wall_time(view.next_due_at, scene.now)}, in {mmss(wait)}"
        words = f"{view.reason} The next lead may be called {when}."
    elif view.call is not None:
        title, words = "Dialed by hand", "No lead of ours has this number: what you record stays with it."
    else:
        title, words = "No lead on the desk", view.reason or "Looking for the next lead."
    return [
        line(" ", (title, "strong"), width=width),
        Text(""),
        *(line(" ", text, width=width) for text in wrapped(words.lstrip(". "), width - 2, 4)),
    ]


def pretty(e164: str) -> str:
    """A number the way its country writes it, with the country's code."""
    from cadence.numbers import pretty as written  # its metadata is slow to load: not before a lead is shown

    return written(e164)


# ------------------------------------------------------------- the queue


COUNTED_TO = 1_000  # the store counts a lane no further: a screen asks every few seconds


def queue(scene: Scene, width: int, height: int) -> list[Text]:
    """The next leads in rank order, each with the reason of its place."""
    view, top = scene.view, scene.ui.queue_top
    shown = view.queue[top : top + (height - 1) // 2]
    rows = [row for index, each in enumerate(shown) for row in _queue_pair(each, top + index == 0, width)]
    below = max(view.queue_total, len(view.queue)) - top - len(shown)
    title = line(
        (" Queue ", "title"),
        (f"{view.queue_total}{'+' if view.queue_total >= COUNTED_TO else ''} to call", "dim"),
        width=width,
    )
    note = line(
        (f"{top} above " if top else "", "dim"), (f"{below} more " if below > 0 else "", "dim"), width=width
    )
    if not view.queue:
        rows = [line((" nobody waits", "dim"), width=width)]
    return filled([spread(title, note, width), *rows], height)


def _queue_pair(row: QueueLine, first: bool, width: int) -> list[Text]:
    """A lead on two lines, so that its reason is shown whole."""
    company = f"  {row.company}" if row.company else ""
    held = f"[{row.held_by}] " if row.held_by else ""
    return [
        line(
            (">" if first else " ", "key"), (row.name or "no name", "strong"), (company, "dim"), width=width
        ),
        line("  ", (held, "note"), (row.reason, "dim"), width=width),
    ]


# -------------------------------------------------------------- the call


def call(scene: Scene, width: int, height: int) -> list[Text]:
    """The call in words, its two timers, the microphone, and the phone line."""
    view = scene.view
    shown = view.call
    sign = ("[ok] ", "good") if view.phone_ok else ("[!!] ", "alarm")
    caller: tuple[Part, ...] = ()
    if shown is not None and shown.caller_id:
        caller = (("  shown as ", "dim"), pretty(shown.caller_id))
    line_row: tuple[Part, ...] = (("  line ", "dim"), sign, view.phone_line or "no phone yet")
    rows = [
        rule("Call", width),
        line(" ", *_call_words(scene), width=width),
        line(*_timers(shown, scene.mono), width=width),
    ]
    if height > len(rows) + 1:
        rows += [line(*line_row, width=width), line(*caller, width=width)]
    else:
        rows.append(line(*line_row, *caller, width=width))
    return filled(rows, height)


def _call_words(scene: Scene) -> tuple[Part, ...]:
    shown, state = scene.view.call, scene.view.state
    if shown is None:
        return ((" no call", "dim"),)
    number = pretty(shown.number)
    if state is S.DIALING:
        return (" calling ", (number, "number"), ", no ring yet")
    if state is S.RINGING:
        return (" ringing at ", (number, "number"), "  you hear the network" if shown.early else "")
    if state is S.TALKING:
        secure = ("  secure", "good") if shown.secure else ""
        doing = (" ON HOLD: ", "alarm") if shown.held else " talking with "
        return (doing, (number, "number"), secure, *_sounding(shown), *_heard(shown))
    words = shown.result_text or shown.result.replace("_", " ") or "the call has ended"
    return (" ended ", (number, "number"), ": ", (words, "strong"))


def _sounding(shown: CallView) -> tuple[Part, ...]:
    """How the call sounds: one word, with its figures where it is not good."""
    if not shown.quality:
        return ()
    if shown.quality == "good":
        return (("  sound good", "dim"),)
    lost = f"{shown.lost_permille / 10:.1f} % lost, jitter {shown.jitter_ms} ms"
    return ((f"  sound {shown.quality}", "alarm" if shown.quality == "poor" else "note"), (f" {lost}", "dim"))


def _heard(shown: CallView) -> tuple[Part, ...]:
    """What sounds like a machine: the rep's ear decides."""
    return ((f"  {shown.hint}", "note"),) if shown.hint else ()


def _timers(shown: CallView | None, mono: int) -> tuple[Part, ...]:
    if shown is None:
        return (("  ring --:--    talk --:--", "dim"),)
    microphone: tuple[Part, ...] = ()
    if shown.answered_mono is not None and shown.ended_mono is None:
        microphone = (
            (("(x) MUTED: they cannot hear you", "alarm"),) if shown.muted else (("(o) mic on", "good"),)
        )
    return (
        ("  ring ", "dim"), mmss(ring_ms(shown, mono)),
        ("    talk ", "dim"), (mmss(shown.talk_ms(mono)), "strong"), "    ", *microphone, *_recorded(shown),
    )  # fmt: skip


def _recorded(shown: CallView) -> tuple[Part, ...]:
    """Whether this is being recorded: a rep must never be in doubt."""
    if not shown.recording or shown.ended_mono is not None:
        return ()
    if shown.recording != "on":
        return ("  ", (f"REC {shown.recording}", "alarm"))
    return ("  ", ("(R) REC", "alarm"), (" tell them" if shown.tell else "", "note"))


# ------------------------------------------------- history and what comes


def history(scene: Scene, width: int, height: int) -> list[Text]:
    """What happened with this lead, newest first."""
    shown = scene.view.card
    rows = shown.history if shown else ()
    words = [made for each in rows for made in folded(each, width)] or [
        line(("  nothing yet", "dim"), width=width)
    ]
    return filled([rule("History", width), *words], height)


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


# ------------------------------------------------------ dispositions


def dispositions(scene: Scene, width: int, height: int) -> list[Text]:
    """Ten keys that never move, whether they work now or not."""
    view = scene.view
    note = ""
    if scene.ui.keypad:
        note = "KEYPAD ON: digits are tones, # ends it"
    elif view.state not in IN_CALL and view.state is not S.WRAP_UP:
        note = "(after dialing)"
    elif view.state is S.WRAP_UP:
        note = "one key records the call and brings the next lead"
    by_key = {each.key: each for each in view.dispositions}
    rows = ["12345", "67890"]
    columns = _columns([[_label(by_key.get(key)) for key in row] for row in rows], width)
    made = [_disposition_row(scene, by_key, row, columns, width) for row in rows]
    return filled([rule("Disposition", width, note), *made], height)


def _label(disposition: Disposition | None) -> str:
    if disposition is None:
        return "-"
    return disposition.label + (" (twice)" if disposition.confirm else "")


def _columns(rows: list[list[str]], width: int) -> list[int]:
    widths = [max(len(row[index]) for row in rows) + 4 for index in range(len(rows[0]))]
    spare = width - 1 - sum(widths)
    return widths if spare >= 0 else [max((width - 1) // len(widths), 8)] * len(widths)


def _disposition_row(
    scene: Scene, by_key: dict[str, Disposition], keys: str, columns: list[int], width: int
) -> Text:
    parts: list[Part] = [" "]
    for key, column in zip(keys, columns, strict=True):
        disposition = by_key.get(key)
        usable = (
            disposition is not None and not scene.ui.keypad and not why_not_record(scene.view, disposition)
        )
        armed = scene.ui.armed is not None and scene.ui.armed.key == key
        style = "armed" if armed else "" if usable else "off"
        parts += [(key, "key" if usable else "off"), (" " + padded(_label(disposition), column - 2), style)]
    return line(*parts, width=width)


# ---------------------------------------------------- message and frame


def message(scene: Scene, width: int, _: int) -> list[Text]:
    """What just happened or why a key did nothing; or the line being typed."""
    ui, view = scene.ui, scene.view
    prompts = {
        Mode.NOTE: f"note for {clean(ui.lead_name, 20)}> ",
        Mode.CALLBACK_TIME: "call back> ",
        Mode.FIND: "find> ",
        Mode.NUMBER: "dial> ",
    }
    if ui.mode in prompts:
        return [_typed_line(prompts[ui.mode], ui.line.text, ui.line.cursor, width)]
    if ui.armed is not None:
        return [line((" [?] ", "armed"), (ui.message, "armed"), width=width)]
    if ui.message:
        return [line(" ", (ui.message, "note"), width=width)]
    if view.alarm and view.message:
        return [line((" [!] FAULT ", "alarm"), (view.message, "alarm"), width=width)]
    if view.message:
        return [line(" ", view.message or (view.news, "dim"), width=width)]
    return [line(" ", (view.news, "dim"), width=width)]


def _typed_line(prompt: str, text: str, cursor: int, width: int) -> Text:
    """The part of a typed line that holds its cursor."""
    made = line(" ", (prompt, "key"), width=width)
    room = max(width - made.cell_len - 2, 1)
    before = text[:cursor]
    while Text(before).cell_len > room:
        before = before[1:]
    made.append_text(line(before, width=room))
    made.append(text[cursor : cursor + 1] or " ", "cursor")
    made.append_text(line(text[cursor + 1 :], width=max(width - made.cell_len, 0)))
    return made


def too_small(scene: Scene, width: int, height: int) -> list[Text]:
    """A window too small to work in: say so, and keep the state in sight."""
    words = "Sixring needs 80 columns by 24 rows; this window has fewer. Keys still work, the call goes on."
    head = header(scene, max(width, 30), 1)[0]
    head.truncate(width)
    return filled(
        [head, Text(""), *(line(" ", each, width=width) for each in wrapped(words, width - 2, 6))], height
    )
