"""The call in words, one line or two, with its timers; the microphone, the recording, the phone line."""

from __future__ import annotations

from rich.text import Text

from cadence.model import ShiftState as S
from floor.view import CallView
from tui.lines import Part, filled, line, mmss, padded, pretty, rule
from tui.panes import sound
from tui.scene import Scene, ring_ms

_DOING, _TIME, _BESIDE = 9, 10, 30  # columns of a line where there are two
_ROOMY = 7  # rows from which the sound has rows of its own


def call(scene: Scene, width: int, height: int) -> list[Text]:
    """What is on the line, how it sounds, and whether the phone can dial."""
    view = scene.view
    roomy = height >= _ROOMY
    title = rule("Call", width, "two lines" if view.second else "")
    rows = [title, *(_two_lines(scene, width, roomy) if view.second else _one_line(scene, width, roomy))]
    if roomy:
        rows += [
            line(*_phone(scene), width=width),
            line(*(_came(view.call) or _shown_as(view.call)), width=width),
            line("  ", *_sound(scene, (), width - 2), width=width),
            line("  ", *_joined(sound.recording(view.call), sound.heard(scene)), width=width),
        ]
    else:
        rows.append(line(*_phone(scene), *_shown_as(view.call), width=width))
    return filled(rows, height)


# -------------------------------------------------------------- one line


def _one_line(scene: Scene, width: int, roomy: bool) -> list[Text]:
    shown = scene.view.call
    heard = () if roomy or (shown is not None and shown.passing_to) else sound.heard(scene)
    words = line(" ", *_words(scene, roomy=roomy), *_spaced(heard), width=width)
    times = _timers(shown, scene.mono)
    if roomy:
        return [words, line(*times, width=width)]
    ours = _sound(scene, sound.recording(shown), width - 30)
    return [words, line(*times, "    ", *ours, width=width)]


def _words(scene: Scene, *, roomy: bool) -> tuple[Part, ...]:
    shown, state = scene.view.call, scene.view.state
    if shown is None:
        return ((" no call", "dim"),)
    number: Part = (pretty(shown.number) or "a withheld number", "number")
    came = () if roomy else _came(shown)
    if state is S.DIALING:
        return (" calling ", number, ", no ring yet")
    if state is S.RINGING and shown.inbound:
        return (" answering ", number, " ...")
    if state is S.RINGING:
        return (" ringing at ", number, "  you hear the network" if shown.early else "")
    if state is S.TALKING and shown.ended_mono is None:
        doing: Part = (" ON HOLD: ", "alarm") if shown.held else " talking with "
        return (doing, number, *(_passing(shown) or (*came, *_secure(shown))))
    words = shown.result_text or shown.result.replace("_", " ") or "the call has ended"
    return (" ended ", number, *came, ": ", (words, "strong"))


def _came(shown: CallView | None) -> tuple[Part, ...]:
    return (("  they called", "note"),) if shown is not None and shown.inbound else ()


def _secure(shown: CallView) -> tuple[Part, ...]:
    return (("  secure", "good"),) if shown.secure else ()


def _passing(shown: CallView) -> tuple[Part, ...]:
    if not shown.passing_to:
        return ()
    return ("  ", (f"giving it to {pretty(shown.passing_to)} ...", "note"))


def _timers(shown: CallView | None, mono: int) -> tuple[Part, ...]:
    if shown is None:
        return (("  ring --:--    talk --:--", "dim"),)
    return (
        ("  ring ", "dim"), mmss(ring_ms(shown, mono)),
        ("    talk ", "dim"), (mmss(shown.talk_ms(mono)), "strong"),
    )  # fmt: skip


# ------------------------------------------------------------- two lines


def _two_lines(scene: Scene, width: int, roomy: bool) -> list[Text]:
    """The lead's line above, the second below; `>` is before the one that is talked on."""
    view = scene.view
    made = []
    for shown, here in ((view.call, not view.on_second), (view.second, view.on_second)):
        if shown is None:
            continue
        mine = () if roomy else _beside(scene, shown, here=here, room=_BESIDE - 3)
        room = width - 2 - _DOING - _TIME - 2 - (0 if roomy else _BESIDE)
        made.append(
            line(
                ("> " if here else "  ", "key"), _doing(shown, here=here),
                (padded(_who(scene, shown, short=roomy), room), "strong" if here else ""), "  ",
                *_time(shown, scene.mono), *_spaced(mine), width=width,
            )
        )  # fmt: skip
    return made


def _doing(shown: CallView, *, here: bool) -> Part:
    if shown.ended_mono is not None:
        return padded("ended", _DOING), "dim"
    if shown.passing_to:
        return padded("joining", _DOING), "note"
    if shown.answered_mono is not None:
        talking = here and not shown.held
        return (padded("talking", _DOING), "good") if talking else (padded("ON HOLD", _DOING), "alarm")
    return padded("ringing" if shown.ringing_mono is not None else "calling", _DOING), "note"


def _who(scene: Scene, shown: CallView, *, short: bool) -> str:
    card = scene.view.card
    name = shown.name
    if shown is scene.view.call:
        name = card.lead.name if card else ""
    if short and name:
        return name
    return "  ".join(part for part in (name, pretty(shown.number)) if part) or "a withheld number"


def _time(shown: CallView, mono: int) -> tuple[Part, ...]:
    if shown.answered_mono is not None:
        return (("talk ", "dim"), (mmss(shown.talk_ms(mono)), "strong"))
    return (("ring ", "dim"), mmss(ring_ms(shown, mono)))


def _beside(scene: Scene, shown: CallView, *, here: bool, room: int) -> tuple[Part, ...]:
    """On the line that is talked on: how we sound; on each: whether it is recorded."""
    recorded = sound.recording(shown, short=True)
    return _sound(scene, recorded, room, short=True) if here else recorded


# ------------------------------------------------------------ the bottom


def _sound(scene: Scene, recorded: tuple[Part, ...], room: int, *, short: bool = False) -> tuple[Part, ...]:
    """Microphone, recording, and the other side's level where there is room left for it."""
    own = sound.microphone(scene, short=short)
    needed = sound.width_of(_joined(own, recorded))
    return _joined((*own, *sound.meters(scene, room - needed, mine=not own)), recorded)


def _phone(scene: Scene) -> tuple[Part, ...]:
    view = scene.view
    sign = ("[ok] ", "good") if view.phone_ok else ("[!!] ", "alarm")
    return ("  line ", "dim"), sign, view.phone_words(scene.mono) or "no phone yet"


def _shown_as(shown: CallView | None) -> tuple[Part, ...]:
    if shown is None or not shown.caller_id or shown.inbound:
        return ()
    return (("  shown as ", "dim"), pretty(shown.caller_id))


def _spaced(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    return ("  ", *parts) if parts else ()


def _joined(one: tuple[Part, ...], other: tuple[Part, ...]) -> tuple[Part, ...]:
    return (*one, *_spaced(other)) if one else other
