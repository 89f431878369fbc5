"""The level meters: quick up, slow down, cheap to draw, and loud about a headset that is switched off."""

from __future__ import annotations

import pytest
from support.fake_desk import FakeDesk
from support.frames import counted_repaints
from support.scenes import SCENES, hand, measured, plain

from floor.view import LevelsView
from tui.app import Workstation
from tui.meter import CELLS, CLICKS_SHOWN_MS, SILENT_MS, Bar, Meter, first


@pytest.mark.parametrize(
    ("dbfs", "cells"), [(-96, 0), (-55, 0), (-46, 1), (-30, 3), (-14, 5), (-6, CELLS), (0, CELLS)]
)
def test_a_bar_is_as_long_as_the_peak_is_loud(dbfs: int, cells: int) -> None:
    meter = Meter().after(LevelsView(dbfs, dbfs), 0)
    assert (meter.microphone.shown(0), meter.speaker.shown(0)) == (cells, cells)


def test_a_bar_jumps_up_and_sinks_slowly_measured_or_not() -> None:
    bar = Bar().after(-6, 0).after(-96, 250)
    assert [bar.shown(mono) for mono in (250, 500, 750, 2_000)] == [6, 5, 4, 0]
    again = bar.after(-96, 500).after(-96, 750)
    assert again.shown(750) == bar.shown(750)
    assert bar.after(-6, 400).shown(400) == CELLS


def test_silence_is_counted_from_its_first_measurement_and_ends_with_any_sound() -> None:
    meter = Meter().after(LevelsView(-96, 0), 1_000).after(LevelsView(-96, 0), 2_000)
    assert meter.silent_ms(5_000, since=0) == 4_000
    assert meter.silent_ms(5_000, since=4_500) == 500, "not from before the call"
    assert meter.after(LevelsView(-80, 0), 5_000).silent_ms(9_000, since=0) == 0, "a live room has noise"


def test_clicks_are_shown_while_they_are_news() -> None:
    meter = first(LevelsView(-30, -30, under_runs=40), 0)
    assert meter.clicks_at(0) == 0, "what was before is old news"
    meter = meter.after(LevelsView(-30, -30, under_runs=42), 1_000)
    meter = meter.after(LevelsView(-30, -30, under_runs=43), 2_000)
    assert meter.clicks_at(2_000) == 3
    assert meter.clicks_at(2_000 + CLICKS_SHOWN_MS) == 0
    later = meter.after(LevelsView(-30, -30, under_runs=44), 60_000)
    assert later.clicks_at(60_000) == 1
    restarted = later.after(LevelsView(-30, -30, under_runs=0), 60_250)
    assert restarted.clicks_at(60_250) == 1


async def frame(name: str, *levels: LevelsView, mono: int = 0, **changes: object) -> str:
    desk = FakeDesk()
    app = Workstation(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        SCENES[name](desk, app)
        for each in levels:
            measured(desk, app, each)
            hand(desk).advance(mono)
        desk.set(**changes)
        await pilot.pause()
        app.repaint()
        await pilot.pause()
        return plain(app)


SILENT = LevelsView(-96, -30)


async def test_a_microphone_that_gives_nothing_for_seconds_is_told() -> None:
    assert "MIC SILENT" not in await frame("talking", SILENT, mono=SILENT_MS - 500)
    assert "(?) MIC SILENT: is it switched off?" in await frame("talking", SILENT, mono=SILENT_MS)
    assert "MIC SILENT" not in await frame("talking", SILENT, LevelsView(-70, -30), mono=SILENT_MS)


@pytest.mark.parametrize("scene", ["muted", "held", "preview", "ringing", "wrap_up"])
async def test_a_microphone_that_is_meant_to_be_silent_is_not_told(scene: str) -> None:
    assert "MIC SILENT" not in await frame(scene, SILENT, mono=60_000)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_change_of_level_repaints_one_line(
    monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    desk = FakeDesk()
    app = Workstation(desk)
    async with app.run_test(size=size) as pilot:
        SCENES["levels"](desk, app)
        await pilot.pause()
        painted = counted_repaints(monkeypatch)
        desk.set(levels=LevelsView(-6, -6))
        await pilot.pause()
        assert painted == [1]
        desk.set(levels=LevelsView(-6, -5))
        await pilot.pause()
        assert painted == [1], "a level that fills the same cells repaints nothing"


async def test_levels_without_a_headset_are_not_drawn() -> None:
    assert "mic" not in await frame("preview")
    assert "(o) mic on" in await frame("talking")
    assert "mic ━━━━··  speaker ······" in await frame("preview", LevelsView(-20, -96))
