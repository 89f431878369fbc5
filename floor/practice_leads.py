"""Sample leads for the practice floor: invented people, numbers that only the practice carrier answers.

The last digit of a number picks what the practice carrier does with it
(`telephony.carrier`). Numbers come from the ranges kept free for fiction
(North America 555-01xx, United Kingdom 020 7946 0xxx); the Emirates keep none
free. So that a newcomer can dial at any hour of any day, Sundays and holidays
included, most leads live where the gate allows a call for an hour from now; the
others show how the queue waits.
"""

from __future__ import annotations

import csv
import random
from collections import Counter
from dataclasses import dataclass
from io import StringIO

from cadence.gate import next_allowed
from cadence.gate_facts import GateFacts
from cadence.rules import Rules
from config.clock import DAY, HOUR, MINUTE, SECOND, iso

_FIRST = [
    "Ana",
    "Bo",
    "Cy",
    "Dee",
    "Eli",
    "Fay",
    "Gus",
    "Hal",
    "Ivy",
    "Jo",
    "Kim",
    "Lena",
    "Max",
    "Nora",
    "Omar",
    "Pia",
    "Quin",
    "Rosa",
    "Sam",
    "Tess",
    "Uma",
    "Vic",
    "Wen",
    "Yara",
    "Zed",
]
_LAST = [
    "Moreno",
    "Lindqvist",
    "Patel",
    "Okafor",
    "Rossi",
    "Kim",
    "Novak",
    "Jones",
    "Baker",
    "Chen",
    "Diaz",
    "Evans",
    "Fox",
    "Green",
    "Hill",
    "Ito",
    "Katz",
    "Lopez",
    "Meyer",
    "Nash",
    "Olsen",
    "Perez",
    "Reyes",
    "Stone",
    "Tran",
]
_FIRMS = [
    "Halcyon Freight",
    "Birch & Vale",
    "Rossi Grain",
    "Delta Dental",
    "Kim Optics",
    "Novak HVAC",
    "Jones Steel",
    "Oak Street Bakery",
    "Harbor Tools",
    "Bluefin Logistics",
    "Sunrise Solar",
    "Cedar Clinic",
]
_SOURCES = ("web form", "price request", "trade fair", "newsletter", "partner")
# What a floor meets, by the last digit that the practice carrier understands.
_OUTCOMES = "1331814312531648791343"
_AREA_CA = [
    "213",
    "310",
    "408",
    "415",
    "510",
    "619",
    "626",
    "650",
    "707",
    "714",
    "805",
    "818",
    "831",
    "858",
    "909",
    "916",
    "925",
    "949",
    "951",
    "209",
]
_AREA_NY = ["212", "315", "516", "518", "585", "607", "631", "646", "716", "718", "845", "914", "917"]


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere leads live, and its area codes."""

    country: str
    region: str
    postal_code: str
    zone: str
    areas: tuple[str, ...]
    capacity: int  # numbers that the place can give out

    def number(self, index: int, digit: str) -> str:
        """The `index`-th number of the place, ending in `digit`, E.164.

        The first of each place lie in the ranges for fiction; a larger floor
        borrows other exchanges, which never leave this machine either.
        """
        if self.country == "GB":
            return f"+442079{460 + index // 100:03d}{index % 100:02d}{digit}"
        if self.country == "AE":
            return f"+971420{index:04d}{digit}"
        area = self.areas[index // 10 % len(self.areas)]
        beyond = index // (10 * len(self.areas))
        exchange = 199 + beyond if beyond else 555
        return f"+1{area}{exchange}01{index % 10}{digit}"


_PLACES = (
    Place("US", "NY", "10011", "America/New_York", tuple(_AREA_NY), 50_000),
    Place("US", "CA", "94107", "America/Los_Angeles", tuple(_AREA_CA), 80_000),
    Place("GB", "", "EC1A 1BB", "Europe/London", (), 5_000),
    Place("GU", "", "96910", "Pacific/Guam", ("671",), 1_000),
    Place("AE", "", "", "Asia/Dubai", (), 10_000),
)
_STAYS_OPEN = HOUR  # ms


def open_places(rules: Rules, now: int) -> frozenset[Place]:
    """Where a call is allowed for the next hour; where there is no such place, right now."""
    lasting = frozenset(one for one in _PLACES if _allowed(one, rules, now, now + _STAYS_OPEN))
    return lasting or frozenset(one for one in _PLACES if _allowed(one, rules, now))


def _allowed(place: Place, rules: Rules, *moments: int) -> bool:
    facts = GateFacts(place.number(0, "1"))
    return all(next_allowed(facts, rules, at) == at for at in moments)


def _place(awake_now: frozenset[Place], index: int, used: Counter[str]) -> Place:
    """Where the `index`-th lead lives: five of six where it is calling time now."""
    free = [place for place in _PLACES if used[place.zone] < place.capacity]
    awake = [place for place in free if place in awake_now] or free
    asleep = [place for place in free if place not in awake_now] or awake
    return asleep[index % len(asleep)] if index % 6 == 5 else awake[index % len(awake)]


def _age(index: int, rng: random.Random) -> int:
    """How long ago the lead asked, in ms: some just now, many forgotten."""
    if index < 3:
        return (20 + 25 * index) * SECOND
    return rng.choice((rng.randint(6 * MINUTE, 3 * HOUR), rng.randint(3 * HOUR, 9 * DAY)))


def practice_leads(count: int, now: int, rules: Rules, *, seed: int = 6, only_open: bool = False) -> str:
    """A CSV of `count` sample leads, as a web form would hand it over.

    `now` (ms UTC) and the gate's `rules` decide where they live and when they asked; the same
    seed gives the same people. `only_open`: every lead may be called now.
    """
    rng = random.Random(seed)  # noqa: S311  (repeatable, not secret)
    text = StringIO()
    sheet = csv.writer(text, lineterminator="\n")
    sheet.writerow(
        [
            "name",
            "company",
            "title",
            "email",
            "phone",
            "country",
            "state",
            "postal_code",
            "source",
            "arrived_at",
            "value",
            "notes",
        ]
    )
    used: Counter[str] = Counter()
    awake = open_places(rules, now)
    for index in range(count):
        first, last = _FIRST[index % len(_FIRST)], _LAST[(index * 7 + index // len(_FIRST)) % len(_LAST)]
        place = _place(awake, 0 if only_open else index, used)
        number = place.number(used[place.zone], _OUTCOMES[index % len(_OUTCOMES)])
        used[place.zone] += 1
        firm = _FIRMS[index % len(_FIRMS)]
        mail = f"{first}.{last}{index}@{firm.split()[0].lower()}.example".lower()
        sheet.writerow((
            f"{first} {last}", firm, rng.choice(("Owner", "Ops director", "Buyer", "")), mail,
            number, place.country, place.region, place.postal_code, rng.choice(_SOURCES),
            iso(now - _age(index, rng)), rng.choice((0, 500, 1200, 4000)), "",
        ))  # fmt: skip
    return text.getvalue()
