"""How well leads are followed up, in the figures the studies use.

The figures are of the leads whose first inquiry lies in a period, and of
everything that was done for them until now. A *call* is an attempt that went
out: neither refused by the gate nor failed before its INVITE. A lead belongs
to the source of its first inquiry, and to the rep who called it first.

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
from store.engine import Row
from store.facts import SENT

AT_ONCE_MS = MINUTE
MOST_NUMBERED = 7  # the seventh and all later calls are told together


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


_PLACED = f"""placed as (
    select lead_id, rep, disposition, coalesce(invited_at, opened_at) as at,
        row_number() over (partition by lead_id order by id) as number
    from attempt where lead_id is not null and {SENT}),
called as (
    select lead_id, count(*) as calls, min(at) as first_at,
        min(case when number = 1 then rep end) as first_rep,
        min(case when disposition in ({{contact}}) then number end) as reached_on,
        min(case when disposition in ({{won}}) then number end) as won_on
    from placed group by lead_id),
arrived as (
    select lead_id, at, call_at, source from (
        select lead_id, at, call_at, source,
            row_number() over (partition by lead_id order by at, id) as place
        from inquiry) inquiries
    where place = 1 and at >= :start and at < :until)"""  # noqa: S608

_FIGURES = f"""with {_PLACED},
mailed as (select lead_id, min(settled_at) as at from outbox where state = 'sent' group by lead_id),
one as (
    select a.at, a.source, c.*, coalesce(c.first_rep, '') as rep, m.at as mailed_at,
        l.email is not null as with_address,
        coalesce(a.call_at - a.at < {AT_ONCE_MS} and l.created_at - a.at < {AT_ONCE_MS}, false) as at_once,
        c.calls is null and q.call_at is not null and q.call_kind <> 'review'
            and coalesce(a.call_at, q.call_at) <= :now as left_alone
    from arrived a join lead l on l.id = a.lead_id left join queue q on q.lead_id = a.lead_id
    left join called c on c.lead_id = a.lead_id left join mailed m on m.lead_id = a.lead_id)
select source, rep, count(*) as leads, count(calls) as called,
    count(*) filter (where left_alone) as never_called,
    count(*) filter (where calls >= 2) as called_twice,
    cast(coalesce(sum(calls), 0) as bigint) as calls,
    count(*) filter (where at_once) as at_once,
    count(*) filter (where at_once and first_at - at < {MINUTE}) as within_1_min,
    count(*) filter (where at_once and first_at - at < {5 * MINUTE}) as within_5_min,
    count(*) filter (where with_address) as with_address,
    count(*) filter (where with_address and mailed_at - at < {DAY}) as mailed_day_one,
    count(reached_on) as reached, count(won_on) as won
from one group by source, rep order by source, rep"""  # noqa: S608

_NTH = f"""with {_PLACED},
one as (
    select case when p.number > {MOST_NUMBERED} then {MOST_NUMBERED} else p.number end as number,
        p.number = c.reached_on as reached, p.number = c.won_on as won
    from arrived a join placed p on p.lead_id = a.lead_id join called c on c.lead_id = a.lead_id)
select number, count(*) as calls, count(*) filter (where reached) as reached,
    count(*) filter (where won) as won
from one group by number order by number"""  # noqa: S608


def follow_up(core: Core, start: int, until: int) -> FollowUp:
    """Measure the leads whose first inquiry lies from `start` on and before `until` (ms UTC).

    Two statements, whatever the number of leads.
    """
    codes = _codes(core)
    rows = core.engine.rows(_FIGURES.format(**codes), start=start, until=until, now=core.now())
    nth = core.engine.rows(_NTH.format(**codes), start=start, until=until)
    parts = [(row.pop("source"), row.pop("rep"), Yardsticks(**row)) for row in rows]
    return FollowUp(
        total=sum((part for _, _, part in parts), Yardsticks()),
        by_source=_added((source, part) for source, _, part in parts),
        by_rep=_added((rep, part) for _, rep, part in parts),
        by_call=tuple(NthCall(**row) for row in nth),
    )


def _codes(core: Core) -> Row:
    """Codes of dispositions as SQL lists; a code is `[a-z0-9_]` by its own rule, so it may be quoted so."""
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
