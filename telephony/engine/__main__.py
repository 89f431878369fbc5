"""The phone process's first steps: take the pipes, read who we are, only then load the stack."""

from __future__ import annotations

import gc
import os
import signal

import msgspec

from config.clock import SystemClock
from telephony.errors import NoWayError
from telephony.pipe import Pipe
from telephony.protocol import Configure, NoServer, Trouble


def main() -> None:
    """Serve the client at the other end of the pipes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pipe, clock = Pipe.claim(), SystemClock()
    line = pipe.first_line()
    if not line:
        os._exit(0)
    try:
        setup = msgspec.json.decode(line, type=Configure)
        from telephony.engine.loop import Engine
        from telephony.engine.names import be_brief

        be_brief()
        engine = Engine(pipe, setup, clock)
        gc.freeze()  # what exists now stays: no collection need walk it in a call
    except NoWayError as error:
        pipe.send(NoServer(at=clock.now(), mono=clock.monotonic(), why=str(error)))
        os._exit(1)
    except Exception as error:  # noqa: BLE001 - whatever it is, the client must hear it
        pipe.send(
            Trouble(
                at=clock.now(), mono=clock.monotonic(), text=_sentence("The phone could not start", error)
            )
        )
        os._exit(1)
    try:
        engine.run()
    except Exception as error:  # noqa: BLE001 - the client starts another one; tearing down would abort
        pipe.send(
            Trouble(at=clock.now(), mono=clock.monotonic(), text=_sentence("The phone process failed", error))
        )
        os._exit(1)


def _sentence(what: str, error: Exception) -> str:
    reason = getattr(error, "reason", "") or str(error) or type(error).__name__
    return f"{what}: {reason}."


if __name__ == "__main__":
    main()
