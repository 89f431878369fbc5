"""Whether a process of this machine still runs."""

from __future__ import annotations

import os


def process_exists(pid: int) -> bool:
    """Whether there is a process of that id here, ours or not."""
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
