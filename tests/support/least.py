"""The least of some measurements: a loaded machine adds to one of them, and takes from none."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

TRIES = 6


async def least(measured: Callable[[], Awaitable[float]], enough: float) -> float:
    """Measure again until one is below `enough`, a few times at most; the least there was."""
    best = await measured()
    for _ in range(TRIES - 1):
        if best < enough:
            break
        best = min(best, await measured())
    return best
