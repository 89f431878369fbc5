"""Judges a floor by its database file alone, with a law book and an arithmetic of its own.

Nothing of `cadence` or `store` is used here: the tables are read with plain
SQL, and the hours below were written down from the sources, not from the gate's
files. Where the gate is stricter than this law book, that is its business.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

Rows = list[sqlite3.Row]
_DAY_MS, _MINUTE_MS = 86_400_000, 60_000
_GAP_MS = 15 * _MINUTE_MS
_HOUSE_CAP = 4  # calls to one number in any 24 hours, but for those they asked for
_MOST_STEPS, _MOST_MAILS = 6, 5
_PROMISED = ("callback", "returned")  # kinds of calls that the lead has asked for
_HOLIDAYS = frozenset({(2026, 11, 11)})  # Veterans Day: the only federal one of the four weeks


class Held(Protocol):
    """What a rep saw of a lead in their hands."""

    lead_id: int
    rep: str
    from_at: int
    to_at: int


@dataclass(frozen=True, slots=True)
class Law:
    """Hours of a place: of a working day, a Saturday, a Sunday; empty hours are (0, 0)."""

    zones: tuple[str, ...]
    weekday: tuple[float, float] = (8, 21)
    saturday: tuple[float, float] | None = None
    sunday: tuple[float, float] | None = None
    holidays: bool = True  # whether calls are allowed on one
    cap: int = 1_000  # calls to one number in any 24 hours


_EAST, _CENTRAL, _PACIFIC = "America/New_York", "America/Chicago", "America/Los_Angeles"
_NEVER = (0, 0)
LAWS = {
    "US-NY": Law((_EAST,)),
    "US-CA": Law((_PACIFIC,)),
    "US-TX": Law((_CENTRAL, "America/Denver"), (9, 21), sunday=(12, 21)),
    "US-FL": Law((_EAST, _CENTRAL), (8, 20), cap=3),
    "US-MD": Law((_EAST,), (8, 20), cap=3),
    "US-OK": Law((_CENTRAL,), (8, 20), cap=3),
    "US-AL": Law((_CENTRAL,), (8, 20), sunday=_NEVER, holidays=False),
    "US-LA": Law((_CENTRAL,), (8, 20), sunday=_NEVER, holidays=False),
    "US-CT": Law((_EAST,), (9, 20)),
    "US-RI": Law((_EAST,), (9, 18), saturday=(10, 17), sunday=_NEVER),
    "US-PA": Law((_EAST,), sunday=(13.5, 21), holidays=False),
    "US-NV": Law((_PACIFIC,), (9, 20)),
    "US-IL": Law((_CENTRAL,)),
    "US-IN": Law((_EAST, _CENTRAL), (9, 20)),
    "US-KY": Law((_EAST, _CENTRAL), (10, 21)),
    "US-WA": Law((_PACIFIC,), (8, 20)),
    "US-AZ": Law(("America/Phoenix",)),
    "US-HI": Law(("Pacific/Honolulu",)),
    "CA-ON": Law((_EAST,), (9, 21.5), saturday=(10, 18), sunday=(10, 18)),
    "CA-AB": Law(("America/Edmonton",), (9, 21.5), saturday=(10, 18), sunday=(10, 18)),
    "CA-QC": Law((_EAST,), (9, 21.5), saturday=(10, 18), sunday=(10, 18)),
    "GB": Law(("Europe/London",), (8, 21), saturday=(9, 20), sunday=(10, 18)),
}
_CODES = {  # area code to place, and the zone its exchanges are in
    "212": ("US-NY", _EAST), "415": ("US-CA", _PACIFIC), "213": ("US-CA", _PACIFIC),
    "214": ("US-TX", _CENTRAL),
    "305": ("US-FL", _EAST), "301": ("US-MD", _EAST), "405": ("US-OK", _CENTRAL), "334": ("US-AL", _CENTRAL),
    "504": ("US-LA", _CENTRAL), "203": ("US-CT", _EAST), "401": ("US-RI", _EAST), "215": ("US-PA", _EAST),
    "702": ("US-NV", _PACIFIC), "312": ("US-IL", _CENTRAL), "317": ("US-IN", _EAST), "502": ("US-KY", _EAST),
    "206": ("US-WA", _PACIFIC), "602": ("US-AZ", "America/Phoenix"), "808": ("US-HI", "Pacific/Honolulu"),
    "416": ("CA-ON", _EAST), "403": ("CA-AB", "America/Edmonton"), "514": ("CA-QC", _EAST),
}  # fmt: skip
_ZONES = {name: ZoneInfo(name) for law in LAWS.values() for name in law.zones}

_CALLS = """select a.id, a.lead_id, a.e164, a.rep, a.direction, a.call_kind, a.opened_at, a.ended_at,
        a.disposition, coalesce(a.disposed_at, a.ended_at) as done_at, l.country, l.region
    from attempt a join lead l on l.id = a.lead_id
    where a.allowed = 1 and not (a.result = 'failed' and a.invited_at is null) order by a.opened_at, a.id"""


_MISSED = """select m.sip_call_id, m.lead_id, m.number as e164, m.at, e.at as kept_at, l.country, l.region
    from missed_call m join event e on e.kind = 'call.missed' and e.lead_id is m.lead_id
        and json_extract(e.body, '$.sip_call_id') = m.sip_call_id
    join lead l on l.id = m.lead_id order by m.at"""


def judge(path: Path, holds: Iterable[Held], end: int, rang: Sequence[str]) -> dict[str, list[str]]:
    """What is wrong with the floor at `end` (ms UTC), by the name of the check: nothing, it should be.

    `rang`: the SIP Call-ID of every call that rang at a desk.
    """
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        db.row_factory = sqlite3.Row
        both_ways = db.execute(_CALLS).fetchall()
        calls = [call for call in both_ways if call["direction"] == "out"]
        found: dict[str, Iterator[str]] = {
            "ghosts": _ghosts(db, end),
            "hours": _hours(calls),
            "caps": _caps(calls),
            "gaps": _gaps(calls),
            "two_reps": _two_reps(both_ways, holds),
            "too_many_calls": _too_many(db, calls),
            "after_an_end": _after_an_end(db, both_ways),
            "after_do_not_call": _after_do_not_call(db, calls),
            "mails": _mails(db, end),
            "callers": _callers(db, rang),
            "missed_first": _missed_first(db, both_ways),
            "on_the_heels": _on_the_heels(both_ways),
        }
        return {name: list(wrong) for name, wrong in found.items()}


def _ghosts(db: sqlite3.Connection, end: int) -> Iterator[str]:
    """An open lead has one row in the queue with a date, any other lead none."""
    planned: dict[int, list[Any]] = defaultdict(list)
    for row in db.execute("select lead_id, call_at, mail_at from queue"):
        planned[row["lead_id"]].append([at for at in (row["call_at"], row["mail_at"]) if at])
    for row in db.execute("select id, status from lead"):
        dates = planned.pop(row["id"], [])
        if (row["status"] == "open") != (len(dates) == 1 and bool(dates[0])):
            yield f"lead {row['id']} is {row['status']} with {dates}"
    yield from (f"queued without a lead: {lead_id}" for lead_id in planned)
    forgotten = "select lead_id from queue where mail_at < ?"
    yield from (
        f"mail of {row['lead_id']} forgotten" for row in db.execute(forgotten, (end - _DAY_MS // 24,))
    )


def _hours(calls: Rows) -> Iterator[str]:
    """A call rings only in the hours of the number's place and of the address's."""
    for call in calls:
        for law, zones in _laws(call):
            for zone in zones:
                wall = datetime.fromtimestamp(call["opened_at"] / 1000, _ZONES[zone])
                if not _lawful(law, wall):
                    yield f"{call['e164']} at {wall:%a %d %b %H:%M} {zone}"


def _lawful(law: Law, wall: datetime) -> bool:
    if not law.holidays and (wall.year, wall.month, wall.day) in _HOLIDAYS:
        return False
    special = {5: law.saturday, 6: law.sunday}.get(wall.weekday())
    opens, closes = law.weekday if special is None else special
    return opens <= wall.hour + wall.minute / 60 < closes


def _laws(call: sqlite3.Row) -> Iterator[tuple[Law, tuple[str, ...]]]:
    """The laws over a call, each with the zones whose clocks must allow it."""
    place, zone = ("GB", "Europe/London") if call["e164"].startswith("+44") else _CODES[call["e164"][2:5]]
    yield LAWS[place], (zone,)
    if call["country"]:
        law = LAWS["-".join(filter(None, (call["country"], call["region"])))]
        yield law, law.zones


def _caps(calls: Rows) -> Iterator[str]:
    """So many calls to one number in any 24 hours."""
    for e164, of_number in _by(calls, "e164").items():
        times = [call["opened_at"] for call in of_number]
        lawful = min(law.cap for call in of_number for law, _ in _laws(call))
        for n, call in enumerate(of_number):
            cap = lawful if call["call_kind"] in _PROMISED else min(lawful, _HOUSE_CAP)
            if n + 1 - bisect_right(times, times[n] - _DAY_MS) > cap:
                yield f"{e164}: more than {cap} calls in 24 h at {times[n]}"


def _gaps(calls: Rows) -> Iterator[str]:
    for e164, of_number in _by(calls, "e164").items():
        for one, other in pairwise(of_number):
            if other["opened_at"] - one["opened_at"] < _GAP_MS and other["call_kind"] not in _PROMISED:
                yield f"{e164}: {(other['opened_at'] - one['opened_at']) // 1000} s apart"


def _two_reps(calls: Rows, holds: Iterable[Held]) -> Iterator[str]:
    """No two reps have one lead, by what they saw and by what was written; no rep has two leads."""
    spans = [(hold.lead_id, hold.rep, hold.from_at, hold.to_at) for hold in holds]
    written = [(call["lead_id"], call["rep"], call["opened_at"], call["ended_at"]) for call in calls]
    for seen in (spans, written):
        for of, other in ((0, 1), (1, 0)):
            for one, next_one in pairwise(sorted(seen, key=lambda span: (str(span[of]), span[2]))):
                if one[of] == next_one[of] and one[other] != next_one[other] and next_one[2] < one[3]:
                    yield f"{one} and {next_one}"


def _too_many(db: sqlite3.Connection, calls: Rows) -> Iterator[str]:
    """Six calls an inquiry, callbacks aside; trying again after a busy line is the same call."""
    asked = _inquiries(db)
    counts: dict[tuple[int, int], int] = defaultdict(int)
    for call in calls:
        if call["call_kind"] == "step":
            run = bisect_right(asked[call["lead_id"]], call["opened_at"])
            counts[call["lead_id"], run] += 1
    yield from (f"lead {lead}: {n} calls" for (lead, _), n in counts.items() if n > _MOST_STEPS)


def _after_an_end(db: sqlite3.Connection, calls: Rows) -> Iterator[str]:
    """Whoever bought, refused or forbade it is not called again, unless they ask or call."""
    asked = _inquiries(db)
    for row in db.execute("select lead_id, at from missed_call where lead_id is not null"):
        asked[row["lead_id"]].append(row["at"])
    for lead_id, of_lead in _by(calls, "lead_id").items():
        end: sqlite3.Row | None = None
        for call in of_lead:
            again = end is not None and any(
                end["opened_at"] < at <= call["opened_at"] for at in asked[lead_id]
            )
            if end is not None and not again and call["direction"] == "out":
                yield f"lead {lead_id} called at {call['opened_at']} after {end['disposition']}"
            if call["disposition"] in ("won", "not_interested", "do_not_call"):
                end = call
            elif call["direction"] == "out" or call["disposition"] in ("interested", "callback"):
                end = None


def _after_do_not_call(db: sqlite3.Connection, calls: Rows) -> Iterator[str]:
    listed = _listed(db, "phone")
    for call in calls:
        if call["opened_at"] > listed.get(call["e164"], call["opened_at"]):
            yield f"{call['e164']} called at {call['opened_at']}, listed at {listed[call['e164']]}"


def _mails(db: sqlite3.Connection, end: int) -> Iterator[str]:
    """No mail to a listed address, none twice, five an inquiry, none left lying."""
    listed = _listed(db, "email")
    for row in db.execute("select * from outbox where state = 'sent'"):
        if row["taken_at"] > listed.get(row["address"], end):
            yield f"mail {row['id']} to {row['address']}, listed at {listed[row['address']]}"
    runs = "select lead_id, anchor_at, count(*) as n, count(distinct step) as steps from outbox group by 1, 2"
    for row in db.execute(runs):
        if row["n"] != row["steps"] or row["n"] > _MOST_MAILS:
            yield f"lead {row['lead_id']}: {row['n']} mails of one inquiry"
    stuck = "select id from outbox where state in ('ready', 'sending') and due_at < ?"
    yield from (f"mail {row['id']} is stuck" for row in db.execute(stuck, (end - _DAY_MS // 24,)))


def _callers(db: sqlite3.Connection, rang: Sequence[str]) -> Iterator[str]:
    """Every call that rang at a desk was answered or is missed, and one of the two once."""
    kept: dict[str, int] = defaultdict(int)
    for table in ("attempt where direction = 'in'", "missed_call"):
        for row in db.execute(f"select sip_call_id from {table}"):
            kept[row[0]] += 1
    yield from (f"{call} rang and was kept {kept[call]} times" for call in rang if kept[call] != 1)
    yield from (f"{call} never rang" for call in kept.keys() - set(rang))
    open_ones = "select sip_call_id from ringing_call where over_at is null"
    yield from (f"{row[0]} rings for ever" for row in db.execute(open_ones))


def _missed_first(db: sqlite3.Connection, calls: Rows) -> Iterator[str]:
    """While a caller whom nobody answered may surely be called, no rep dials anybody who did not call us."""
    missed, of_lead = db.execute(_MISSED).fetchall(), _by(calls, "lead_id")
    out = [call for call in calls if call["direction"] == "out"]
    times, of_number = [call["opened_at"] for call in out], _by(out, "e164")
    unfit = {call["e164"] for call in calls if call["disposition"] == "bad_number"}
    changes, listed = _changes(db), _listed(db, "phone")
    callers: dict[int, int] = {}  # lead to when they were first missed
    for miss in missed:
        callers.setdefault(miss["lead_id"], miss["kept_at"])
    for miss in missed:
        since, own = miss["kept_at"], of_lead.get(miss["lead_id"], [])
        busy = any(call["opened_at"] <= since and (call["done_at"] or since) >= miss["at"] for call in own)
        if busy or miss["e164"] in unfit or listed.get(miss["e164"], since + 1) <= since:
            continue  # they were spoken with, or a person has to look
        until = [call["opened_at"] for call in own] + changes[miss["lead_id"]] + changes[miss["e164"]]
        last = min((at for at in until if at > since), default=times[-1])
        for call in out[bisect_right(times, since + _MINUTE_MS) : bisect_right(times, last - 1)]:
            at = call["opened_at"]
            tried = sum(at - _DAY_MS < one["opened_at"] < at for one in of_number.get(miss["e164"], []))
            capped = tried >= min(law.cap for law, _ in _laws(miss))
            returned = callers.get(call["lead_id"], at) < at
            if not returned and not capped and _surely_open(miss, at - _MINUTE_MS):
                yield f"{miss['sip_call_id']} of lead {miss['lead_id']} waited while {call['id']} was dialed"
                break


def _changes(db: sqlite3.Connection) -> dict[Any, list[int]]:
    """When a lead was put off, given back or asked anew, or a number was listed: it is first no more."""
    found: dict[Any, list[int]] = defaultdict(list)
    for row in db.execute("select lead_id, at from event where kind in ('lead.skipped', 'lead.released')"):
        found[row["lead_id"]].append(row["at"])
    for lead_id, times in _inquiries(db).items():
        found[lead_id] += times
    for e164, at in _listed(db, "phone").items():
        found[e164].append(at)
    return found


def _surely_open(call: sqlite3.Row, at: int) -> bool:
    """A working day between eleven and five on every clock that counts: open by any law and stricter gate."""
    for _, zones in _laws(call):
        for zone in zones:
            wall = datetime.fromtimestamp(at / 1000, _ZONES[zone])
            holiday = (wall.year, wall.month, wall.day) in _HOLIDAYS
            if holiday or wall.weekday() >= 5 or not 11 <= wall.hour < 17:
                return False
    return True


def _on_the_heels(calls: Rows) -> Iterator[str]:
    """Who called us and was spoken with is not dialed in the quarter of an hour after, but as agreed."""
    for lead_id, of_lead in _by(calls, "lead_id").items():
        for one, other in pairwise(of_lead):
            after_ms = other["opened_at"] - one["ended_at"]
            follows = (one["direction"], other["direction"]) == ("in", "out")
            if follows and after_ms < _GAP_MS and other["call_kind"] not in _PROMISED:
                yield f"lead {lead_id} dialed {after_ms // 1000} s after"


def _listed(db: sqlite3.Connection, kind: str) -> dict[str, int]:
    found = db.execute("select value, min(added_at) from suppression where kind = ? group by value", (kind,))
    return {row[0]: row[1] for row in found}


def _inquiries(db: sqlite3.Connection) -> dict[int, list[int]]:
    asked: dict[int, list[int]] = defaultdict(list)
    for row in db.execute("select lead_id, at from inquiry order by at"):
        asked[row["lead_id"]].append(row["at"])
    return asked


def _by(calls: Sequence[sqlite3.Row], column: str) -> dict[Any, Rows]:
    found: dict[Any, Rows] = defaultdict(list)
    for call in calls:
        found[call[column]].append(call)
    return found
