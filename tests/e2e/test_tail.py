"""A supervisor watches from another terminal."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from typing import Any

from support.practice_home import Person, practice_home
from support.program import PROGRAM, environment
from support.tmux import needs_tmux, pane, workstation

pytestmark = needs_tmux


class Tail:
    """`sixring tail -f --json`, line by line as it prints."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._lines: Queue[str] = Queue()
        assert process.stdout is not None
        threading.Thread(target=self._read, args=(process.stdout,), daemon=True).start()

    def _read(self, stream: Any) -> None:
        for line in stream:
            self._lines.put(line)

    def until(self, kind: str, seconds: float = 20) -> list[dict[str, Any]]:
        """The events up to the next of `kind`."""
        seen: list[dict[str, Any]] = []
        while not seen or seen[-1]["kind"] != kind:
            seen.append(json.loads(self._lines.get(timeout=seconds)))
        return seen


@contextmanager
def tail(home: Path) -> Iterator[Tail]:
    command = [PROGRAM, "tail", "-f", "--json", "-n", "0", "--home", home]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment(None)) as process:
        try:
            yield Tail(process)
        finally:
            process.terminate()


def test_an_attempt_is_seen_while_it_happens(tmp_path: Path) -> None:
    home = practice_home(tmp_path / "home", [Person("Tom Talking", "8"), Person("Nia Next", "2")])
    columns = pane([PROGRAM, "tail", "-f", "--home", home], (120, 30), environment(None))
    with tail(home) as watched, columns as read_by_eye, workstation(home) as desk:
        assert watched.until("shift.in")[-1]["rep"] == "sam"
        desk.until("PREVIEW.*Tom Talking")
        desk.press("Space")
        opened = watched.until("attempt.opened")[-1]
        answered = watched.until("attempt.answered")[-1]
        assert opened["attempt_id"] == answered["attempt_id"]
        read_by_eye.until(r"sam +attempt\.answered +lead 1")
        desk.until(r"talk 00:(0[1-9]|[1-5]\d)")  # still in the call that the supervisor sees
        desk.type("8")
        passed = watched.until("attempt.disposed")
        assert [each["kind"] for each in passed if each["kind"].startswith("attempt")] == [
            "attempt.ended", "attempt.disposed",
        ]  # fmt: skip
        assert passed[-1]["body"]["disposition"] == "won"
        read_by_eye.until(r"sam +attempt\.disposed +lead 1 +won")
        desk.until("PREVIEW.*Nia Next")
        desk.type("qq")
        watched.until("shift.out")
        assert desk.ended() == 0
        read_by_eye.press("C-c")
        assert read_by_eye.ended() == 130
