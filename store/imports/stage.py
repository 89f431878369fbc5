"""New leads laid out beside the store, and copied into it under the lock."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import LiteralString

from cadence.campaigns import Campaigns
from cadence.model import Lane, Plan
from store.core import Core
from store.imports.bulk import indexes_later
from store.imports.first_plans import SAID
from store.imports.fold import Fresh
from store.imports.laid import Columns, Laid, lay, turned
from store.imports.normalise import LeadRow

_STEPS: tuple[LiteralString, ...] = (
    "cadence", "cadence_version", "calls_done", "mails_done",
    "lane", "call_kind", "call_step", "mail_step", "mail_template",
)  # fmt: skip
_OF_LEAD = 4  # so many of the steps are the lead's, the others its queue row's
# What a table's row is made of: {x} is a laid-out column, or the value that stands for it.
_ID: LiteralString = "{place} + :above"
_LEAD: dict[LiteralString, LiteralString] = {
    "id": _ID,
    **{name: "{" + name + "}" for name in (*SAID, *_STEPS[:_OF_LEAD], "plan_reason")},
    "email": "nullif({email}, '')",
    "created_at": ":now",
    "arrived_at": "{at}",
    "anchor_at": "{at}",
}
_QUEUE: dict[LiteralString, LiteralString] = {
    "lead_id": _ID,
    **{name: "{" + name + "}" for name in ("value", "route", *_STEPS[_OF_LEAD:], "call_at", "mail_at")},
    "due_at": "coalesce({call_at}, {mail_at})",
    "owner": "nullif({owner}, '')",
}
_PHONE: dict[LiteralString, LiteralString] = {
    "lead_id": _ID,
    **{name: "{" + name + "}" for name in ("e164", "kind", "position")},
}
_INQUIRY: dict[LiteralString, LiteralString] = {
    "lead_id": _ID,
    **{name: "{" + name + "}" for name in ("at", "source", "campaign", "ref")},
    "import_id": ":import_id",
}
_NEXT_IDS = "select nextval(pg_get_serial_sequence('lead', 'id')) as id from generate_series(1, :count)"


class Stage:
    """The new leads of one transaction."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._places: Sequence[int] = ()  # the leads' ids; on SQLite counted from those that are taken
        self._copies: list[tuple[LiteralString, Laid]] = []

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
        copies = [
            (leads.into("lead", _LEAD), leads),
            (leads.into("queue", _QUEUE), leads),
            (leads.into("phone", {**_PHONE, "position": "0"}, having="e164"), leads),
            (phones.into("phone", _PHONE), phones),
            (leads.into("inquiry", _INQUIRY, having="ref"), leads),
            (inquiries.into("inquiry", _INQUIRY), inquiries),
        ]
        self._copies = [(sql, laid) for sql, laid in copies if laid.rows]

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

    def _lay(self, table: LiteralString, columns: Columns) -> Laid:
        return lay(self._core.engine, table, "place", columns)


def _lead_columns(fresh: Sequence[Fresh], campaigns: Campaigns) -> Columns:
    """What the leads and their places in the queue say, column by column."""
    rows, firsts = [one.row for one in fresh], [one.plan for one in fresh]
    said = dict(zip(LeadRow._fields, zip(*rows, strict=True), strict=True))
    shapes = {id(first.shape): first.shape for first in firsts}
    steps = {shape: _steps(plan) for shape, plan in shapes.items()}
    told = [steps[id(first.shape)] for first in firsts]
    return {
        **{name: said[name] for name in SAID},
        "at": [one.at for one in fresh],
        "e164": [row.phones[0][0] if row.phones else None for row in rows],
        "kind": [row.phones[0][1] if row.phones else "" for row in rows],
        "ref": [None if one.repeats else one.row.ref for one in fresh],
        "route": list(map(cache(campaigns.route_of), (row.campaign for row in rows))),
        "call_at": [first.call_at for first in firsts],
        "mail_at": [first.mail_at for first in firsts],
        "plan_reason": [first.reason for first in firsts],
        **turned(_STEPS, told),
    }


def _steps(plan: Plan) -> tuple[object, ...]:
    """The columns `_STEPS` of a plan that has just begun."""
    call, mail = plan.call, plan.mail
    return (
        plan.cadence,
        plan.version,
        plan.calls_done,
        plan.mails_done,
        int(call.lane if call else Lane.NO_CALL),
        call.kind.value if call else "",
        call.step if call else 0,
        mail.step if mail else 0,
        mail.template if mail else "",
    )


def _more_phones(places: Sequence[int], fresh: Sequence[Fresh]) -> Columns:
    """The numbers behind each lead's first."""
    return turned(
        ("place", "e164", "kind", "position"),
        [
            (place, number, kind, position)
            for place, one in zip(places, fresh, strict=True)
            if len(one.row.phones) > 1
            for position, (number, kind) in enumerate(one.row.phones)
            if position
        ],
    )


def _more_inquiries(places: Sequence[int], fresh: Sequence[Fresh]) -> Columns:
    """All inquiries of the leads that have more than the one they came by."""
    return turned(
        ("place", "at", "source", "campaign", "ref"),
        [
            (place, at, row.source, row.campaign, row.ref)
            for place, one in zip(places, fresh, strict=True)
            if one.repeats
            for row, at in one.inquiries()
        ],
    )
