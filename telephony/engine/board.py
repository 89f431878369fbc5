"""What calls, account and sound share inside the phone process: set-up, clock, way up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from config.clock import Clock
from config.text import for_terminal
from telephony.account import Account
from telephony.pipe import Pipe
from telephony.protocol import Event, Trouble


@dataclass(slots=True)
class Board:
    """One for the process."""

    pipe: Pipe
    clock: Clock
    account: Account
    rep: Any = None  # telephony.engine.audio.RepSound once the stack runs
    door: Any = None  # telephony.engine.door.Door, likewise
    ears: Any = None  # telephony.engine.recorder.Drawer, likewise
    ringback: Any = None  # telephony.engine.ringback.Ringback, likewise

    def send(self, event: Event) -> None:
        """Report to the client."""
        self.pipe.send(event)

    def trouble(self, text: str) -> None:
        """Report something that no call owns."""
        self.send(Trouble(at=self.clock.now(), mono=self.clock.monotonic(), text=for_terminal(text)[:300]))
