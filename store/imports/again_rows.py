"""What was worked out for leads that ask again, laid out beside the store and copied in under the lock."""

from __future__ import annotations

from collections.abc import Sequence
from typing import LiteralString, cast

from store.core import Core
from store.engine import Row
from store.imports.again import Asked, Worked
from store.imports.fold import FILLABLE
from store.imports.laid import Laid, lay, turned
from store.plans import QUEUE_CONFLICT, plan_columns, queue_columns

_ORIGIN: tuple[LiteralString, ...] = ("source", "campaign", "value", "arrived_at")
_LEARNED: tuple[LiteralString, ...] = (*FILLABLE, "email")
_LOCK = """select l.id from lead l join import_asked a on a.id = l.id order by l.id for update of l"""
_TOUCHED = """select 1 as x from event where seq > :seq and (kind in ('dnc.added', 'dnc.removed')
    or lead_id in (select id from import_asked)) limit 1"""
_REOPEN = (
    "update lead set status = 'open' where status <> 'open' and id in (select lead_id from import_again)"
)


class AgainRows:
    """The repeats of one transaction."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._worked = Worked()
        self._copies: list[tuple[LiteralString, Laid]] = []

    def fill(self, worked: Worked) -> None:
        """Lay out `worked`, in place of what was laid out before.

        Raises:
            StoreError: the database failed.
        """
        self._worked, self._copies = worked, []
        if not worked.inquiries:
            return
        learned = [one for one in worked.asked if one.learned]
        if learned:
            self._lay_out_learned(learned)
        if worked.asked:
            self._lay_out_ranked(worked.asked)
        if worked.phones:
            phones = lay(
                self._core.engine,
                "import_again_phone",
                "lead_id",
                turned(("lead_id", "e164", "kind", "position"), worked.phones),
            )
            sql = phones.into("phone", {name: "{" + name + "}" for name in (*phones.varying, *phones.alike)})
            self._copies.append((sql + " on conflict (e164) do nothing", phones))
        self._lay_out_inquiries()

    def holds(self, seq: int) -> bool:
        """Whether the leads are still as they were at event `seq`; from here on nobody else changes them.

        Who took or released a lead meanwhile has not changed it: the copy minds that by itself.

        Raises:
            StoreError: the database failed.
        """
        if not self._worked.inquiries:
            return True
        engine = self._core.engine
        if engine.lock_row:
            engine.rows(_LOCK)
        return not engine.rows(_TOUCHED, seq=seq)

    def copy(self, import_id: int) -> None:
        """Write what is laid out and tell it, inside a transaction.

        Raises:
            StoreError: the database failed.
        """
        for sql, laid in self._copies:
            self._core.engine.run(sql, import_id=import_id, held=1, **laid.alike)
        self._core.log.tell_all(self._worked.told)

    def _lay_out_learned(self, learned: Sequence[Asked]) -> None:
        rows = [(one.lead.id, *(getattr(one.lead, name) for name in _LEARNED)) for one in learned]
        laid = lay(self._core.engine, "import_learned", "lead_id", turned(("lead_id", *_LEARNED), rows))
        made: dict[LiteralString, LiteralString] = {name: "{" + name + "}" for name in _LEARNED}
        self._copies.append((laid.onto("lead", {**made, "email": "nullif({email}, '')"}), laid))

    def _lay_out_ranked(self, asked: Sequence[Asked]) -> None:
        """The lead's newest inquiry and plan; its other columns, and their indexes, stay untouched."""
        route_of = self._core.book.campaigns.route_of
        said = [_ranked(one, route_of(one.lead.campaign)) for one in asked]
        names = cast("tuple[LiteralString, ...]", tuple(said[0]))  # of our own columns
        laid = lay(
            self._core.engine, "import_again", "lead_id", turned(names, [tuple(row.values()) for row in said])
        )
        plan = plan_columns(asked[0].plan)
        made: dict[LiteralString, LiteralString] = {name: "{" + name + "}" for name in names}
        of_lead = {name: source for name, source in made.items() if name in _ORIGIN or name in plan}
        of_queue = {name: source for name, source in made.items() if name == "value" or name not in of_lead}
        self._copies.append((laid.onto("lead", of_lead), laid))
        if any(one.reopened for one in asked):
            self._copies.append((_REOPEN, laid))
        self._copies.append((laid.into("queue", of_queue) + QUEUE_CONFLICT, laid))

    def _lay_out_inquiries(self) -> None:
        rows = [
            (lead_id, at, row.source, row.campaign, row.ref) for lead_id, at, row in self._worked.inquiries
        ]
        names: tuple[LiteralString, ...] = ("lead_id", "at", "source", "campaign", "ref")
        laid = lay(self._core.engine, "import_again_inquiry", "lead_id", turned(names, rows))
        made: dict[LiteralString, LiteralString] = {name: "{" + name + "}" for name in names}
        self._copies.append((laid.into("inquiry", {**made, "import_id": ":import_id"}), laid))


def _ranked(one: Asked, route: str) -> Row:
    lead = one.lead
    return {
        "source": lead.source,
        "campaign": lead.campaign,
        "arrived_at": lead.arrived_at,
        **plan_columns(one.plan),
        **queue_columns(lead, one.plan),
        "route": route,
    }
