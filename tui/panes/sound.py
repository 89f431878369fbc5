"""How the call sounds, as parts of a line: microphone, meters, recording, quality."""

from __future__ import annotations

from cadence.model import ShiftState as S
from floor.view import CallView
from tui.lines import Part
from tui.meter import CELLS, SILENT_MS, Bar
from tui.scene import Scene

_RECORDING: dict[str, tuple[Part, ...]] = {
    "on": (("(R) REC", "alarm"),),
    "paused": (("REC paused", "alarm"),),
    "failed": (("REC failed", "alarm"),),
    "objected": (("not recorded: they object", "note"),),
}


def microphone(scene: Scene, *, short: bool = False) -> tuple[Part, ...]:
    """Whether they hear the rep, and what to do about it unless `short`; nothing while nobody could."""
    shown = spoken_with(scene)
    if shown is None:
        return ()
    if shown.muted:
        return (("(x) MUTED" if short else "(x) MUTED: m unmutes", "alarm"),)
    if shown.held:
        return (("(-) they hear nothing", "note"),)
    if _silent(scene, shown):
        return (("(?) MIC SILENT" if short else "(?) MIC SILENT: is it switched off?", "alarm"),)
    if scene.view.levels is None:
        return (("(o) mic on", "good"),)
    return (("(o) mic ", "good"), *bar(scene.ui.meter.microphone, scene.mono))


def meters(scene: Scene, room: int, *, mine: bool = False) -> tuple[Part, ...]:
    """The other side's level in a call; on the idle desk both, with `mine`; none without `room` (cells)."""
    if scene.view.levels is None:
        return ()
    meter = scene.ui.meter
    if spoken_with(scene) is not None:
        parts: tuple[Part, ...] = (("  them ", "dim"), *bar(meter.speaker, scene.mono))
    elif mine:
        parts = (
            ("mic ", "dim"),
            *bar(meter.microphone, scene.mono),
            ("  speaker ", "dim"),
            *bar(meter.speaker, scene.mono),
        )
    else:
        return ()
    return parts if room >= width_of(parts) else ()


def bar(level: Bar, mono: int) -> tuple[Part, ...]:
    """A level: thick as far as it reaches, told apart without colour."""
    cells = level.shown(mono)
    return ("━" * cells, "level"), ("·" * (CELLS - cells), "rule")


def recording(shown: CallView | None, *, short: bool = False) -> tuple[Part, ...]:
    """Whether a call is being recorded: a rep must never be in doubt."""
    if shown is None or not shown.recording or shown.ended_mono is not None:
        return ()
    words = _RECORDING.get(shown.recording, ((f"REC {shown.recording}", "alarm"),))
    told = " notice plays" if shown.notice_plays else " tell them" if shown.tell else ""
    return words if short or not told or shown.recording != "on" else (*words, (told, "note"))


def heard(scene: Scene) -> tuple[Part, ...]:
    """One word for the sound, with its figures where it is not good; clicks; what sounds like a machine."""
    shown = spoken_with(scene)
    if shown is None:
        return ()
    clicks = scene.ui.meter.clicks_at(scene.mono)
    parts: list[Part] = []
    if shown.quality == "good":
        parts.append(("sound good", "dim"))
    elif shown.quality:
        lost = f" {shown.lost_permille / 10:.1f} % lost, jitter {shown.jitter_ms} ms"
        parts += [(f"sound {shown.quality}", "alarm" if shown.quality == "poor" else "note"), (lost, "dim")]
    if clicks:
        parts.append(("  " * bool(parts) + f"{clicks} click{'s' * (clicks > 1)} in your headset", "note"))
    if shown.hint:
        parts.append(("  " * bool(parts) + shown.hint, "note"))
    return tuple(parts)


def spoken_with(scene: Scene) -> CallView | None:
    """The call the rep's microphone is on: an answered one that has not ended."""
    view = scene.view
    shown = view.second if view.on_second and view.second is not None else view.call
    if view.state is not S.TALKING or shown is None:
        return None
    return shown if shown.answered_mono is not None and shown.ended_mono is None else None


def _silent(scene: Scene, shown: CallView) -> bool:
    answered = shown.answered_mono or 0
    return scene.view.levels is not None and scene.ui.meter.silent_ms(scene.mono, answered) >= SILENT_MS


def width_of(parts: tuple[Part, ...]) -> int:
    """How many cells `parts` take; for texts of ours, which are one cell a character."""
    return sum(len(part if isinstance(part, str) else part[0]) for part in parts)
