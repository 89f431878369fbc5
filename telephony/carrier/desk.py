"""What the carrier's calls share: clock, sounds, the way up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from config.clock import Clock
from telephony.carrier.reports import CarrierReport, CarrierTrouble
from telephony.carrier.tones import Sounds
from telephony.pipe import Pipe


@dataclass(slots=True)
class Desk:
    """One for the process."""

    pipe: Pipe
    clock: Clock
    sounds: Sounds
    succeed: Callable[[str, int], Any]  # makes the call that follows one of that number, in a stack's slot
    silence: Any = None  # the null device: keeps RTP flowing when nobody speaks

    def send(self, report: CarrierReport) -> None:
        """Tell the controller."""
        self.pipe.send(report)

    def trouble(self, text: str) -> None:
        """Tell it of a failure."""
        self.send(CarrierTrouble(text=text))
