"""The fake desk on the machine's clock, its telephone playing by itself: for terminals and for the eye."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from support.fake_desk import FakeDesk  # noqa: E402

from config.clock import SystemClock  # noqa: E402


class LiveDesk(FakeDesk):
    """Rings after half a second, answers after two."""

    def press(self, action: str) -> None:
        super().press(action)
        if action == "dial":
            lead = self.view.card
            asyncio.get_running_loop().call_later(0.5, self._play, lead, self.ring)
            asyncio.get_running_loop().call_later(2.0, self._play, lead, self.answer)

    async def leave(self) -> None:
        await super().leave()
        _mark("left")

    def _play(self, lead: object, event: object) -> None:
        if self.view.card is lead and self.view.call is not None and self.view.call.ended_mono is None:
            event()  # type: ignore[operator]


def _mark(end: str) -> None:
    """Tell the test how the desk ended, where it cannot read it on the terminal."""
    if mark := os.environ.get("SIXRING_TEST_LEFT"):
        Path(mark).write_text(end, encoding="utf-8")


def main() -> int:
    """Run the workstation on a live desk."""
    import tui.app

    desk = LiveDesk(SystemClock())
    desk.leave_takes_s = 0.05
    try:
        return tui.app.run(desk)
    finally:
        end = "left" if desk.left.is_set() else "lost"
        if end == "lost":
            _mark(end)
        with contextlib.suppress(OSError):  # the terminal may be gone
            print(end, flush=True)


if __name__ == "__main__":
    sys.exit(main())
