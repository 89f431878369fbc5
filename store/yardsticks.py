"""How well leads are followed up, in the figures the studies use.

The figures are of the leads whose first inquiry lies in a period, and of
everything that was done for them until now. A *call* is an attempt that went
out: neither refused by the gate nor failed before its INVITE, and no call of
theirs; but who called us and was spoken with is not left alone. What a call
came to is what stands of it: a supervisor's correction counts in place of the
rep's word. A lead belongs to the source of its first inquiry, and to the rep
who called it first.

Speed to lead is measured on the leads that could lawfully be called the
minute they arrived: the first call was due within `AT_ONCE_MS` of the inquiry,
and we knew of the lead by then. A lead of 3 a.m. is not among them, nor one
that a file brought: it was late before we heard of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import astuple, dataclass

from config.clock import DAY, MINUTE
from store.core import Core
from store.corrections import NEWEST, STANDING
from store.engine import Row
from store.facts import SENT

AT_ONCE_MS = MINUTE
MOST_NUMBERED = 7  # the seventh and all later calls are told together
_COUNTED = ("never_called", "at_once", "within_1_min", "within_5_min", "with_address", "mailed_day_one")


@dataclass(frozen=True, slots=True)
class Yardsticks:
    """Counts of leads, but for `calls`. Each but the first says what it is a part of."""

    leads: int = 0
    called: int = 0  # of leads
    never_called: int = 0  # of leads: open, a call has been due, and nobody placed one
    called_twice: int = 0  # of leads: two calls or more
    calls: int = 0
    at_once: int = 0  # of leads: could lawfully be called the minute they arrived
    within_1_min: int = 0  # of at_once: called within one minute of the inquiry
    within_5_min: int = 0  # of at_once
    with_address: int = 0  # of leads: have a mail address
    mailed_day_one: int = 0  # of with_address: a mail went out within 24 hours of the inquiry
    reached: int = 0  # of called: the right person spoke with us
    won: int = 0  # of called

    @property
    def callable(self) -> int:
        """Leads that were called, or should have been by now."""
        return self.called + self.never_called

    def __add__(self, other: Yardsticks) -> Yardsticks:
        return Yardsticks(*(one + more for one, more in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True, slots=True)
class NthCall:
    """What the n-th calls came to; the last line holds the `MOST_NUMBERED`-th and all later ones."""

    number: int
    calls: int
    reached: int  # leads first reached by it
    won: int  # leads won by it


@dataclass(frozen=True, slots=True)
class FollowUp:
    """The yardsticks of the leads of a period."""

    total: Yardsticks
    by_source: dict[str, Yardsticks]  # '' where the source has no name
    by_rep: dict[str, Yardsticks]  # by login of the first caller; '' for leads nobody has called
    by_call: tuple[NthCall, ...]

    def won_by(self, number: int) -> int:
        """Leads won by their calls up to that one; `number` is below `MOST_NUMBERED`."""
        return sum(nth.won for nth in self.by_call if nth.number <= number)


# One row for leads alike in source, first caller, number of calls, and the calls that reached and won them.
# What a lead says who calls back is what our calls up to then came to.
_FIGURES = f"""with arrived as materialized (
    select lead_id, at, call_at, source from inquiry i
    where at >= :start and at < :until and not exists (
        select 1 from inquiry e where e.lead_id = i.lead_id
            and (e.at < i.at or (e.at = i.at and e.id < i.id)))),
placed as (
    select a.lead_id, a.rep, {STANDING} as disposition, coalesce(a.invited_at, a.opened_at) as at,
        a.direction = 'out' as ours,
        count(*) filter (where a.direction = 'out') over (partition by a.lead_id order by a.id) as number
    from arrived n join attempt a on a.lead_id = n.lead_id {NEWEST}
    where ({SENT}) or a.direction = 'in'),
called as (
    select lead_id, count(*) filter (where ours) as calls, min(at) filter (where ours) as first_at,
        min(case when ours and number = 1 then rep end) as first_rep,
        min(case when disposition in ({{contact}}) and number > 0 then number end) as reached_on,
        min(case when disposition in ({{won}}) and number > 0 then number end) as won_on
    from placed group by lead_id having count(*) filter (where ours) > 0),
mailed as (
    select o.lead_id, min(o.settled_at) as at from arrived a join outbox o on o.lead_id = a.lead_id
    where o.state = 'sent' group by o.lead_id),
one as (
    select a.at, a.source, c.*, coalesce(c.first_rep, '') as rep, m.at as mailed_at,
        l.email is not null as with_address,
        coalesce(a.call_at - a.at < {AT_ONCE_MS} and l.created_at - a.at < {AT_ONCE_MS}, false) as at_once,
        c.calls is null and q.call_at is not null and q.call_kind <> 'review'
            and coalesce(a.call_at, q.call_at) <= :now and not exists (
                select 1 from attempt i where i.lead_id = a.lead_id and i.direction = 'in') as left_alone
    from arrived a join lead l on l.id = a.lead_id left join queue q on q.lead_id = a.lead_id
    left join called c on c.lead_id = a.lead_id left join mailed m on m.lead_id = a.lead_id)
select source, rep, coalesce(calls, 0) as calls, reached_on, won_on, count(*) as leads,
    count(*) filter (where left_alone) as never_called,
    count(*) filter (where at_once) as at_once,
    count(*) filter (where at_once and first_at - at < {MINUTE}) as within_1_min,
    count(*) filter (where at_once and first_at - at < {5 * MINUTE}) as within_5_min,
    count(*) filter (where with_address) as with_address,
    count(*) filter (where with_address and mailed_at - at < {DAY}) as mailed_day_one
from one group by source, rep, calls, reached_on, won_on"""  # noqa: S608


def follow_up(core: Core, start: int, until: int) -> FollowUp:
    """Measure the leads whose first inquiry lies from `start` on and before `until` (ms UTC).

    One statement, whatever the number of leads.
    """
    rows = core.engine.rows(_FIGURES.format(**codes(core)), start=start, until=until, now=core.now())
    parts = [(row["source"], row["rep"], _yardsticks(row)) for row in rows]
    return FollowUp(
        total=sum((part for _, _, part in parts), Yardsticks()),
        by_source=_added((source, part) for source, _, part in parts),
        by_rep=_added((rep, part) for _, rep, part in parts),
        by_call=tuple(_nth(number, rows) for number in range(1, _most_calls(rows) + 1)),
    )


def _yardsticks(row: Row) -> Yardsticks:
    """The counts of leads that were called equally often."""
    leads, calls = row["leads"], row["calls"]
    counted = {name: row[name] for name in _COUNTED}
    return Yardsticks(
        leads=leads,
        called=leads if calls else 0,
        called_twice=leads if calls >= 2 else 0,
        calls=leads * calls,
        reached=leads if row["reached_on"] else 0,
        won=leads if row["won_on"] else 0,
        **counted,
    )


def _most_calls(rows: list[Row]) -> int:
    return min(max((row["calls"] for row in rows), default=0), MOST_NUMBERED)


def _nth(number: int, rows: list[Row]) -> NthCall:
    """What the calls of that number came to, and with the last number all later ones."""

    def told_here(called: int | None) -> bool:
        return called is not None and min(called, MOST_NUMBERED) == number

    last = number == MOST_NUMBERED
    return NthCall(
        number,
        calls=sum(
            row["leads"] * (row["calls"] - number + 1 if last else 1)
            for row in rows
            if row["calls"] >= number
        ),
        reached=sum(row["leads"] for row in rows if told_here(row["reached_on"])),
        won=sum(row["leads"] for row in rows if told_here(row["won_on"])),
    )


def codes(core: Core) -> Row:
    """Codes of dispositions that are a `contact`, and `won`, as SQL lists.

    A code is `[a-z0-9_]` by its own rule, so it may be quoted so.
    """
    every = core.book.dispositions.items
    return {
        "contact": ", ".join(f"'{one.code}'" for one in every if one.contact) or "null",
        "won": ", ".join(f"'{one.code}'" for one in every if one.won) or "null",
    }


def _added(parts: Iterable[tuple[str, Yardsticks]]) -> dict[str, Yardsticks]:
    found: dict[str, Yardsticks] = defaultdict(Yardsticks)
    for name, part in parts:
        found[name] += part
    return dict(sorted(found.items()))
