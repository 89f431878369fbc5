"""What the practice carrier does for a number: a list of timed steps. Pure.

Seconds count from the INVITE and are multiplied by the carrier's pace.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

_CODE = re.compile(r"code([3-6]\d\d)(?:q(\d{1,3}))?").fullmatch


class Act(Enum):
    """One thing a called side can do."""

    RING = auto()  # 180
    RINGBACK = auto()  # 183 with sound
    ANSWER = auto()  # 200
    PERSON = auto()  # speak once
    STAY = auto()  # speak round and round
    VOICEMAIL = auto()  # greeting and beep
    ECHO = auto()
    HANG_UP = auto()
    REFUSE = auto()  # a final code
    CANCEL = auto()  # a caller gives up; nothing once it was answered


@dataclass(frozen=True, slots=True)
class Step:
    """Do `act` `at_s` seconds after the INVITE."""

    at_s: float
    act: Act
    code: int = 0
    q850: int = 0


_SCRIPTS: dict[str, tuple[Step, ...]] = {
    "1": (
        Step(0, Act.RING),
        Step(2, Act.ANSWER),
        Step(2.3, Act.PERSON),
        Step(30, Act.HANG_UP),
    ),
    "2": (Step(0.3, Act.REFUSE, 486, 17),),
    "3": (Step(0.2, Act.RING), Step(90, Act.REFUSE, 480, 19)),
    "4": (Step(0, Act.RING), Step(3, Act.ANSWER), Step(3.3, Act.VOICEMAIL), Step(90, Act.HANG_UP)),
    "5": (Step(0.2, Act.REFUSE, 404, 1),),
    "6": (Step(0, Act.RING), Step(1.5, Act.REFUSE, 603, 21)),
    "7": (Step(0, Act.RING), Step(1.5, Act.ANSWER), Step(1.6, Act.PERSON), Step(6, Act.HANG_UP)),
    "8": (Step(0, Act.RING), Step(1.5, Act.ANSWER), Step(1.8, Act.STAY)),
    "9": (
        Step(0, Act.RINGBACK),
        Step(4, Act.ANSWER),
        Step(4.3, Act.PERSON),
        Step(32, Act.HANG_UP),
    ),
    "0": (Step(0, Act.RING), Step(0.5, Act.ANSWER), Step(0.5, Act.ECHO)),
}


def script(number: str) -> tuple[Step, ...]:
    """The steps for `number`; 404 for one that ends in no digit."""
    if number == "dead":
        return ()
    code = _CODE(number)
    if code:
        return (Step(0.2, Act.REFUSE, int(code[1]), int(code[2] or 0)),)
    return _SCRIPTS.get(number[-1:], _SCRIPTS["5"])
