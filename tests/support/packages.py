"""What the system's packages have brought."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path


@cache
def modules_of(program: str) -> Path | None:
    """The folder of a program's modules; None without them or without the program."""
    if shutil.which(program) is None:
        return None
    places = (f"{lib}/{program}/modules" for lib in ("lib*", "lib*/*"))  # all of /usr/lib takes seconds
    return next((folder for place in places for folder in sorted(Path("/usr").glob(place))), None)
