"""Take docs/workstation.png: the real workstation, in a real call on the practice floor.

    python scripts/screenshot.py [--out FILE] [--size 80x24]

Opens a practice floor in a throw-away home, drives the real station and the
real app by their keys through two conversations into a third, and takes the
picture there. Nothing on it is staged but the people. Needs the development
requirements and the font DejaVu Sans Mono.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from cadence.model import ShiftState  # noqa: E402
from config.errors import SixringError, UsageError  # noqa: E402
from config.home import Home  # noqa: E402
from floor.practice import practice_floor  # noqa: E402
from floor.station import Rep, Station  # noqa: E402
from floor.workplace import desk_of  # noqa: E402
from tui.app import Workstation  # noqa: E402

FONT = "DejaVu Sans Mono"
LARGEST = 200_000  # bytes: it stands in the README
LEADS = 40
TALKS = ("0", "8")  # how the conversations before the picture end: interested, won
STAYS, SPEAKS = "8", "1"  # last digits of numbers whose people stay on the line, and who speak
TALK_S, PICTURE_AT_S, PATIENCE_S = 3.0, 12.2, 30.0
NO_HELD_KEY_S = 0.8  # the workstation takes a space soon after a space for a held key


def main(arguments: list[str]) -> int:
    """Take the picture; 1 with a sentence where that is not possible."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "workstation.png")
    parser.add_argument("--size", default="80x24", help="columns x rows")
    given = parser.parse_args(arguments)
    columns, rows = (int(part) for part in given.size.split("x"))
    try:
        check_font()
        with tempfile.TemporaryDirectory(prefix="sixring-picture-") as folder:
            svg = asyncio.run(picture(Home(Path(folder)), (columns, rows)))
        size = write_png(svg, given.out)
    except SixringError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{given.out}: {size} bytes\n")
    return 0


def check_font() -> None:
    """Without the font cairo takes a proportional one, and the columns of the picture shear.

    Raises:
        UsageError: the font is not installed, or nobody can tell.
    """
    asked = shutil.which("fc-match")
    if asked is None:
        raise UsageError("fc-match is missing, so fonts cannot be looked up: install fontconfig.")
    found = subprocess.run(
        [asked, "-f", "%{family}", FONT], capture_output=True, text=True, check=False
    ).stdout
    if FONT not in found:
        raise UsageError(f"The font {FONT} is not installed (Debian: apt-get install fonts-dejavu-core).")


async def picture(home: Home, size: tuple[int, int]) -> str:
    """The workstation in a call, as SVG."""
    async with practice_floor(home, LEADS) as floor:
        rep = floor.place.settings.rep
        async with desk_of(floor.place, Rep(rep.login, rep.name)) as (station, begin):
            app = Workstation(station, begin)
            async with app.run_test(size=size) as pilot:
                keyboard = Keyboard(station, pilot.press)
                await keyboard.work_into_a_call()
                await pilot.pause()
                svg = app.export_screenshot(title="sixring")
                await keyboard.press("0")
                await keyboard.until(ShiftState.PREVIEW, ShiftState.READY)
            return svg


class Keyboard:
    """A rep's fingers: presses keys, and watches what the desk makes of them."""

    def __init__(self, station: Station, press: Callable[..., Awaitable[None]]) -> None:
        self._station = station
        self.press = press  # takes Textual's names of keys
        self._changed = asyncio.Event()
        station.subscribe(self._changed.set)

    async def until(self, *states: ShiftState) -> None:
        """Wait for one of `states`.

        Raises:
            UsageError: it did not come.
        """
        try:
            async with asyncio.timeout(PATIENCE_S):
                while self._station.view.state not in states:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise UsageError(f"The desk stayed in {self._station.view.state}: {self._station.view}") from None

    async def work_into_a_call(self) -> None:
        """Two conversations, then a third that goes on; leads that would not answer are skipped.

        Raises:
            UsageError: no lead of the practice floor answers.
        """
        endings = list(TALKS)
        for _ in range(LEADS):
            await self.until(ShiftState.PREVIEW)
            card = self._station.view.card
            digit = card.phone.e164[-1] if card is not None else ""
            if endings and digit == SPEAKS:
                await self._talk(TALK_S)
                await self.press(endings.pop(0))
                await asyncio.sleep(NO_HELD_KEY_S)
            elif digit == STAYS and not endings:
                return await self._talk(PICTURE_AT_S)
            else:
                await self.press("s", "6")
        raise UsageError("No lead of this practice floor answers.")

    async def _talk(self, seconds: float) -> None:
        await self.press("space")
        await self.until(ShiftState.TALKING)
        await asyncio.sleep(seconds)


def write_png(svg: str, out: Path) -> int:
    """Write the picture; its size in bytes.

    Textual's SVG names a web font. Without it the letters of DejaVu Sans Mono
    are 0.16 px narrower than the cells they are laid into.

    Raises:
        UsageError: the picture is too large for a README.
    """
    import cairosvg

    svg = re.sub(r"@font-face\s*{.*?}", "", svg, flags=re.DOTALL).replace("Fira Code", FONT)
    svg = svg.replace("<style>", "<style>text{letter-spacing:0.16px}", 1)
    png: bytes = cairosvg.svg2png(bytestring=svg.encode())
    if len(png) > LARGEST:
        raise UsageError(f"The picture has {len(png)} bytes, more than {LARGEST}: take a smaller --size.")
    out.write_bytes(png)
    return len(png)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
