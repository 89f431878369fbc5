"""New leads laid out in tables of the connection's own, so that under the lock they need only be copied.

Nobody waits while a temporary table is filled, and a row that is copied costs
the engine half of what one costs that comes in from Python. A column that says
the same of every lead is not laid out: it goes into the copy as a value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from operator import attrgetter, itemgetter
from typing import Any, LiteralString

from cadence.campaigns import Campaigns
from cadence.model import Lane, Plan
from store.core import Core
from store.imports.bulk import indexes_later
from store.imports.fold import Fresh

_Columns = Mapping[LiteralString, Sequence[Any]]
_Made = Mapping[LiteralString, LiteralString]

_SAID: tuple[LiteralString, ...] = (
    "name", "company", "title", "email", "country", "region", "postal_code", "zone",
    "source", "campaign", "value", "owner", "consent", "notes",
)  # fmt: skip
_STEPS: tuple[LiteralString, ...] = (
    "cadence", "cadence_version", "lane", "call_kind", "call_step", "mail_step", "mail_template",
)  # fmt: skip
_NUMBERS = frozenset(
    (
        "place",
        "value",
        "at",
        "cadence_version",
        "lane",
        "call_step",
        "call_at",
        "mail_step",
        "mail_at",
        "position",
    )
)
# What a table's row is made of: {x} is a laid-out column, or the value that stands for it.
_LEAD: dict[LiteralString, LiteralString] = {
    **{name: "{" + name + "}" for name in (*_SAID, "cadence", "cadence_version", "plan_reason")},
    "email": "nullif({email}, '')",
    "created_at": ":now",
    "arrived_at": "{at}",
    "anchor_at": "{at}",
}
_QUEUE: dict[LiteralString, LiteralString] = {
    **{name: "{" + name + "}" for name in ("value", "route", *_STEPS[2:], "call_at", "mail_at")},
    "due_at": "coalesce({call_at}, {mail_at})",
    "owner": "nullif({owner}, '')",
}
_PHONE: dict[LiteralString, LiteralString] = {name: "{" + name + "}" for name in ("e164", "kind", "position")}
_INQUIRY: dict[LiteralString, LiteralString] = {
    **{name: "{" + name + "}" for name in ("at", "source", "campaign", "ref")},
    "import_id": ":import_id",
}
_NEXT_IDS = "select nextval(pg_get_serial_sequence('lead', 'id')) as id from generate_series(1, :count)"


@dataclass(frozen=True, slots=True)
class _Laid:
    """One temporary table: the columns that differ from row to row, and what all rows say alike."""

    table: LiteralString
    varying: tuple[LiteralString, ...]
    alike: dict[LiteralString, Any]

    def into(
        self, table: LiteralString, key: LiteralString, made_of: _Made, having: LiteralString = ""
    ) -> LiteralString:
        """Its copy into `table`, whose `key` is the lead's id: all rows, or those that have a `having`."""
        words: dict[str, LiteralString] = {name: name for name in self.varying}
        words |= {name: "null" if value is None else ":" + name for name, value in self.alike.items()}
        columns = ", ".join((key, *made_of))
        values = ", ".join(("place + :above", *(source.format_map(words) for source in made_of.values())))
        where = f" where cast({words[having]} as text) is not null" if having else ""
        return f"insert into {table}({columns}) select {values} from {self.table}{where}"  # noqa: S608 - our names


class Stage:
    """The new leads of one transaction."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._places: Sequence[int] = ()  # the leads' ids; on SQLite counted from those that are taken
        self._copies: list[tuple[LiteralString, _Laid]] = []

    def fill(self, fresh: Sequence[Fresh]) -> None:
        """Lay out `fresh`, in place of what was laid out before.

        Raises:
            StoreError: the database failed.
        """
        self._places, self._copies = self._reserve(len(fresh)), []
        if not fresh:
            return
        leads = self._lay(
            "import_lead", {"place": self._places, **_lead_columns(fresh, self._core.book.campaigns)}
        )
        phones = self._lay("import_phone", _more_phones(self._places, fresh))
        inquiries = self._lay("import_inquiry", _more_inquiries(self._places, fresh))
        self._copies = [
            (leads.into("lead", "id", _LEAD), leads),
            (leads.into("queue", "lead_id", _QUEUE), leads),
            (leads.into("phone", "lead_id", {**_PHONE, "position": "0"}, having="e164"), leads),
            (phones.into("phone", "lead_id", _PHONE), phones),
            (leads.into("inquiry", "lead_id", _INQUIRY, having="ref"), leads),
            (inquiries.into("inquiry", "lead_id", _INQUIRY), inquiries),
        ]

    def copy(self, import_id: int, now: int) -> Sequence[int]:
        """Write what is laid out, inside a transaction; the ids of the leads, in their order.

        Raises:
            StoreError: the database failed.
            Refused: somebody else has one of the contacts.
        """
        if not self._places:
            return ()
        engine = self._core.engine
        above = 0
        if engine.dialect == "sqlite":  # under the one write lock
            above = int(engine.rows("select coalesce(max(id), 0) as id from lead")[0]["id"])
        with indexes_later(engine, len(self._places)):
            for sql, laid in self._copies:
                engine.run(sql, above=above, now=now, import_id=import_id, **laid.alike)
        return [above + place for place in self._places]

    def _reserve(self, count: int) -> Sequence[int]:
        if not count:
            return ()
        if self._core.engine.dialect == "sqlite":
            return range(1, count + 1)
        return [row["id"] for row in self._core.engine.rows(_NEXT_IDS, count=count)]

    def _lay(self, table: LiteralString, columns: _Columns) -> _Laid:
        """Fill the temporary `table` with what differs; `place` always does."""
        engine = self._core.engine
        alike = {name: said[0] for name, said in columns.items() if name != "place" and _all_alike(said)}
        varying = tuple(name for name in columns if name not in alike)
        types = ", ".join(f"{name} {'bigint' if name in _NUMBERS else 'text'}" for name in varying)
        engine.run(f"drop table if exists {table}")
        engine.run(f"create temp table {table}({types})")
        engine.bulk(table, varying, zip(*(columns[name] for name in varying), strict=True))
        return _Laid(table, varying, alike)


def _all_alike(said: Sequence[Any]) -> bool:
    return bool(said) and said[0] == said[-1] and said.count(said[0]) == len(said)


def _lead_columns(fresh: Sequence[Fresh], campaigns: Campaigns) -> _Columns:
    """What the leads and their places in the queue say, column by column."""
    rows, firsts = [one.row for one in fresh], [one.plan for one in fresh]
    shapes = {id(first.shape): first.shape for first in firsts}
    steps = {shape: _steps(plan) for shape, plan in shapes.items()}
    told = [steps[id(first.shape)] for first in firsts]
    return {
        **{name: list(map(attrgetter(name), rows)) for name in _SAID},
        "at": [one.at for one in fresh],
        "e164": [row.phones[0][0] if row.phones else None for row in rows],
        "kind": [row.phones[0][1] if row.phones else "" for row in rows],
        "ref": [None if one.repeats else one.row.ref for one in fresh],
        "route": list(map(cache(campaigns.route_of), (row.campaign for row in rows))),
        **{name: list(map(attrgetter(name), firsts)) for name in ("call_at", "mail_at")},
        "plan_reason": [first.reason for first in firsts],
        **_turned(_STEPS, told),
    }


def _steps(plan: Plan) -> tuple[object, ...]:
    """The columns `_STEPS` of a plan that has just begun."""
    call, mail = plan.call, plan.mail
    return (
        plan.cadence,
        plan.version,
        int(call.lane if call else Lane.NO_CALL),
        call.kind.value if call else "",
        call.step if call else 0,
        mail.step if mail else 0,
        mail.template if mail else "",
    )


def _more_phones(places: Sequence[int], fresh: Sequence[Fresh]) -> _Columns:
    """The numbers behind each lead's first."""
    return _turned(
        ("place", *_PHONE),
        [
            (place, number, kind, position)
            for place, one in zip(places, fresh, strict=True)
            if len(one.row.phones) > 1
            for position, (number, kind) in enumerate(one.row.phones)
            if position
        ],
    )


def _more_inquiries(places: Sequence[int], fresh: Sequence[Fresh]) -> _Columns:
    """All inquiries of the leads that have more than the one they came by."""
    return _turned(
        ("place", "at", "source", "campaign", "ref"),
        [
            (place, at, row.source, row.campaign, row.ref)
            for place, one in zip(places, fresh, strict=True)
            if one.repeats
            for row, at in one.inquiries()
        ],
    )


def _turned(names: tuple[LiteralString, ...], rows: Sequence[tuple[Any, ...]]) -> _Columns:
    """Rows as columns."""
    return {name: list(map(itemgetter(n), rows)) for n, name in enumerate(names)}
