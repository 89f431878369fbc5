"""What makes a start quicker."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def importing() -> Iterator[None]:
    """Import a lot without the garbage collector, which would walk all of it again and again.

    Modules are never garbage, so it need not look at them later either: not in
    the middle of a call.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
