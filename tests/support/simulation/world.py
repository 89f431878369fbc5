"""The people who ask, and how they take a call. What is assumed and what was read somewhere says so.

Read (cadence/data/studies.toml): nine of ten are reached within six calls, so
about one call in three reaches somebody (InsideSales 2007). Assumed, none of
it measured: everything else in this file. The shares are plain numbers in one
place, so that whoever knows better can put in their own.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from cadence.model import Result
from config.clock import DAY, HOUR, MINUTE
from store.records import NewLead, NewPhone

OFFICE = ZoneInfo("America/New_York")

# Area code, country, state, weight. Places with narrow hours, closed Sundays and caps are well represented.
PLACES = (
    ("212", "US", "NY", 10), ("415", "US", "CA", 8), ("213", "US", "CA", 6), ("214", "US", "TX", 8),
    ("305", "US", "FL", 8), ("301", "US", "MD", 4), ("405", "US", "OK", 3), ("334", "US", "AL", 3),
    ("504", "US", "LA", 3), ("203", "US", "CT", 3), ("401", "US", "RI", 2), ("215", "US", "PA", 5),
    ("702", "US", "NV", 3), ("312", "US", "IL", 6), ("317", "US", "IN", 3), ("502", "US", "KY", 2),
    ("206", "US", "WA", 4), ("602", "US", "AZ", 3), ("808", "US", "HI", 1), ("416", "CA", "ON", 5),
    ("403", "CA", "AB", 2), ("514", "CA", "QC", 2), ("20", "GB", "", 4),
)  # fmt: skip
SOURCES = (("web form", 45), ("landing page", 25), ("partner", 15), ("chat", 10), ("fair", 5))
HOURLY = (
    3,
    2,
    1,
    1,
    1,
    2,
    4,
    6,
    8,
    9,
    10,
    10,
    10,
    9,
    9,
    9,
    9,
    9,
    10,
    10,
    10,
    9,
    7,
    5,
)  # of a day in New York
WEEKEND = 0.6  # of a working day

NO_NUMBER, NO_ADDRESS, TWO_NUMBERS = 0.03, 0.07, 0.06
MOVED, NO_PLACE = 0.08, 0.10  # the address is in another state than the number, or nobody asked for it
DEAD_NUMBER = 0.03
BOUNCES, REPLIES, UNSUBSCRIBES = 0.015, 0.012, 0.008  # of mails, but for the first: of addresses
ASKS_AGAIN, WRITES_DO_NOT_CALL = 0.05, 0.004  # of leads

REACHED = 0.32  # 1 - 0.1 ** (1 / 6): read
REACHED_FRESH = 0.5  # within five minutes of the inquiry
FAILED = 0.007
NOBODY = (
    (Result.NO_ANSWER, 44),
    (Result.ANSWERED, 38),
    (Result.DECLINED, 10),
    (Result.BUSY, 8),
)  # voicemail answers
SAID = (
    ("interested", 28), ("not_interested", 29), ("callback", 18), ("won", 13), ("gatekeeper", 5),
    ("do_not_call", 3), ("bad_number", 3), ("language_barrier", 1),
)  # fmt: skip
TALK_S = {"won": (180, 600), "interested": (90, 360), "callback": (30, 120), "not_interested": (20, 120)}
SHORT_TALK_S = (6, 30)


@dataclass(frozen=True, slots=True)
class Ended:
    """How one call goes."""

    result: Result
    ring_ms: int
    talk_ms: int = 0
    code: str = ""  # the rep's disposition, where the result does not speak for itself
    sent: bool = True  # an INVITE left us


@dataclass
class World:
    """A seeded crowd."""

    dice: random.Random
    dead: set[str] = field(default_factory=set)
    bouncing: set[str] = field(default_factory=set)

    def arrivals(self, start: int, weeks: list[float], count: int) -> list[tuple[int, NewLead]]:
        """When each of `count` leads asks, and who it is; `weeks` weighs the weeks."""
        hours = [start + hour * HOUR for hour in range(len(weeks) * 7 * 24)]
        weights = [weeks[n // (7 * 24)] * _weight(at) for n, at in enumerate(hours)]
        chosen = self.dice.choices(hours, weights, k=count)
        times = sorted(at + self.dice.randrange(HOUR) for at in chosen)
        return [(at, self.somebody(n)) for n, at in enumerate(times)]

    def somebody(self, n: int) -> NewLead:
        """The `n`-th person."""
        dice = self.dice
        area, country, region, _ = self._pick_place()
        chance = dice.random()
        if chance < MOVED:
            _, country, region, _ = self._pick_place()
        elif chance < MOVED + NO_PLACE:
            country = region = ""
        phones = [NewPhone(number(area, n), "mobile")] if dice.random() >= NO_NUMBER else []
        if phones and dice.random() < TWO_NUMBERS:
            phones.append(NewPhone(number(area, 900_000 + n), "work"))
        self.dead.update(phone.e164 for phone in phones if dice.random() < DEAD_NUMBER)
        email = f"p{n}@mail{n % 97}.example" if not phones or dice.random() >= NO_ADDRESS else ""
        if email and dice.random() < BOUNCES:
            self.bouncing.add(email)
        return NewLead(
            name=f"Person {n}", email=email, phones=tuple(phones),
            country=country, region=region,
            source=dice.choices(*zip(*SOURCES, strict=True))[0], value=dice.randrange(5),
        )  # fmt: skip

    def call(self, e164: str, age_ms: int) -> Ended:
        """How a call to `e164` goes, `age_ms` after the inquiry."""
        dice = self.dice
        if e164 in self.dead:
            return Ended(Result.INVALID, 0)
        if dice.random() < FAILED:
            return Ended(Result.FAILED, 0, sent=dice.random() < 0.5)
        if dice.random() < (REACHED_FRESH if age_ms < 5 * MINUTE else REACHED):
            code = dice.choices(*zip(*SAID, strict=True))[0]
            talk = dice.randrange(*TALK_S.get(code, SHORT_TALK_S)) * 1000
            return Ended(Result.ANSWERED, dice.randrange(4_000, 18_000), talk, code)
        result = dice.choices(*zip(*NOBODY, strict=True))[0]
        if result is Result.ANSWERED:
            return Ended(result, dice.randrange(15_000, 24_000), dice.randrange(12_000, 35_000), "voicemail")
        return Ended(result, {Result.NO_ANSWER: 25_000, Result.DECLINED: 8_000}.get(result, 0))

    def conversation(self, dice: random.Random) -> tuple[str, int]:
        """What comes of a conversation with who called us: the disposition, and how long it takes (ms)."""
        code = dice.choices(*zip(*SAID, strict=True))[0]
        return code, dice.randrange(*TALK_S.get(code, SHORT_TALK_S)) * 1000

    def callback_time(self, now: int) -> int:
        """When the lead wants to be called: in half an hour, or up to four days on, by day."""
        at = now + self.dice.choice((30 * MINUTE, 2 * HOUR, DAY, 2 * DAY, 4 * DAY))
        hour = datetime.fromtimestamp(at / 1000, OFFICE).hour
        return at if 10 <= hour < 18 else at + ((12 - hour) % 24) * HOUR

    def _pick_place(self) -> tuple[str, str, str, int]:
        return self.dice.choices(PLACES, [place[3] for place in PLACES])[0]


def number(area: str, n: int) -> str:
    """The `n`-th number of an area."""
    return f"+4420{70_000_000 + n}" if area == "20" else f"+1{area}{2_000_000 + n}"


def _weight(at: int) -> float:
    wall = datetime.fromtimestamp(at / 1000, OFFICE)
    return HOURLY[wall.hour] * (WEEKEND if wall.weekday() >= 5 else 1)
