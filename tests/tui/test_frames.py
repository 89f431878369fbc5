"""The screen, letter by letter: one text file for every state and overlay at each size.

`pytest tests/tui/test_frames.py --snapshot-update` writes them anew; read the diff.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.cells import cell_len
from support.frames import frame
from support.scenes import SCENES, STATES

GOLDEN = Path(__file__).parent / "golden"
SIZES = {"80x24": (80, 24), "120x40": (120, 40)}
SMALL = (60, 15)


def compare(text: str, name: str, size: str, request: pytest.FixtureRequest) -> None:
    path = GOLDEN / size / f"{name}.txt"
    if request.config.getoption("update_snapshots"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.exists(), f"no golden frame {path.name} at {size}: run with --snapshot-update and read it"
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", SCENES)
async def test_frame_is_the_golden_one(name: str, size: str, request: pytest.FixtureRequest) -> None:
    text = await frame(name, SIZES[size])
    width, height = SIZES[size]
    lines = text.splitlines()
    assert len(lines) == height
    assert max(map(cell_len, lines)) <= width
    compare(text, name, size, request)


@pytest.mark.parametrize("name", ["preview", "talking"])
async def test_a_small_window_says_what_it_needs_and_keeps_the_state_in_sight(
    name: str, request: pytest.FixtureRequest
) -> None:
    text = await frame(name, SMALL)
    assert "needs 80 columns by 24 rows" in " ".join(text.split())
    assert name.upper() in text
    compare(text, name, "60x15", request)


async def test_every_state_can_be_told_without_colour() -> None:
    heads = {name: (await frame(name, (80, 24))).splitlines()[0][:20] for name in STATES}
    seen = {heads[name][1:16].split("0")[0] for name in
            ("ready", "preview", "dialing", "ringing", "talking", "wrap_up", "not_ready")}  # fmt: skip
    assert len(seen) == 7
    assert all(head[1:4].strip() for head in heads.values()), "a state has a sign"


@pytest.mark.parametrize("size", [(20, 4), (1, 1), (79, 24), (80, 23), (300, 100)])
async def test_no_size_of_window_is_too_strange(size: tuple[int, int]) -> None:
    assert await frame("talking", size)
