"""The phone process as it is where the stack's library hides the functions that pjsua2 does not show."""

from __future__ import annotations

import ctypes
from typing import Any

from telephony.engine.__main__ import main


def hidden(path: str, *_: Any, **__: Any) -> object:
    raise OSError(f"{path} is not for you")


if __name__ == "__main__":
    ctypes.CDLL = hidden  # type: ignore[assignment, misc]
    main()
