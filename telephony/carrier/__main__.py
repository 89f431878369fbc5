"""The practice carrier's process: take the pipes, read the set-up, only then load the stack."""

from __future__ import annotations

import os
import signal

import msgspec

from config.clock import SystemClock
from telephony.carrier.reports import CarrierSetup, CarrierTrouble
from telephony.pipe import Pipe


def main() -> None:
    """Serve the controller at the other end of the pipes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pipe = Pipe.claim()
    line = pipe.first_line()
    if not line:
        os._exit(0)
    try:
        setup = msgspec.json.decode(line, type=CarrierSetup)
        from telephony.carrier.loop import Carrier

        carrier = Carrier(pipe, setup, SystemClock())
    except Exception as error:  # noqa: BLE001 - whatever it is, the controller must hear it
        pipe.send(CarrierTrouble(text=getattr(error, "reason", "") or str(error) or type(error).__name__))
        os._exit(1)
    carrier.run()


if __name__ == "__main__":
    main()
