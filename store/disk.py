"""What has to be on the disk before it is relied on."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def settle_folder(folder: Path) -> None:
    """Make the names of `folder`'s files durable, where folders can be synced."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
