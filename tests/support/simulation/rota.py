"""When the reps work: weekly hours, lunch, sickness, late mornings, and one week that is too much."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from support.simulation.world import OFFICE

from config.clock import MINUTE

HARD_WEEK = 2  # the third: more leads, fewer reps
WEEKS = [1.0, 1.0, 1.6, 1.0]  # how many leads ask, week by week

# Hours of a day in New York, Monday to Sunday; lunch; weekdays of the hard week spent ill.
_REPS: dict[str, tuple[dict[range, tuple[float, float]], float, range]] = {
    "ana": ({range(5): (8.5, 17.0)}, 12.0, range(3)),
    "ben": ({range(5): (9.0, 17.5)}, 12.5, range(1, 4)),
    "cai": ({range(1, 6): (10.0, 18.5)}, 13.5, range(0)),
    "dee": ({range(4): (11.5, 20.0), range(5, 6): (10.0, 15.0)}, 15.0, range(0)),
    "eli": ({range(1, 5): (12.5, 21.0), range(6, 7): (12.0, 17.0)}, 16.5, range(0)),
}
REPS = tuple(_REPS)
_LUNCH_MS = 30 * MINUTE
_ILL, _LATE = 0.02, 0.1  # of days: assumed


@dataclass(frozen=True, slots=True)
class Day:
    """One rep's day, ms UTC."""

    begins: int
    lunch: int
    back: int
    ends: int


def days(rep: str, first: date, dice: random.Random) -> Iterator[Day]:
    """The days `rep` works from `first`, a Monday, on."""
    hours, lunch, ill = _REPS[rep]
    for n in range(7 * len(WEEKS)):
        weekday = n % 7
        span = next((span for days, span in hours.items() if weekday in days), None)
        sick = dice.random() < _ILL or (n // 7 == HARD_WEEK and weekday in ill)
        late = dice.randrange(10, 45) * MINUTE if dice.random() < _LATE else 0
        if span is None or sick:
            continue
        day = first + timedelta(days=n)
        noon = max(_at(day, lunch), _at(day, span[0]) + late)
        yield Day(_at(day, span[0]) + late, noon, noon + _LUNCH_MS, _at(day, span[1]))


def _at(day: date, hour: float) -> int:
    wall = datetime(day.year, day.month, day.day, int(hour), round(hour % 1 * 60), tzinfo=OFFICE)
    return round(wall.timestamp() * 1000)
