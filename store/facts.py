"""What the gate is told about one dial, gathered in the transaction that acts on its word."""

from __future__ import annotations

from cadence import gate
from cadence.gate import GateFacts
from cadence.model import CallKind, Lead, Phone
from cadence.rulebook import Rulebook
from config.clock import DAY
from store import dnc, plans, registries
from store.core import Core
from store.plans import Standing

_MONTH = 30 * DAY

# Dials that went out: not those the gate blocked, nor those that failed before an INVITE, no calls of theirs,
# nor a word with a colleague on the second line.
SENT = (
    "allowed = 1 and direction = 'out' and call_kind <> 'consult'"
    " and (invited_at is not null or coalesce(result, '') <> 'failed')"
)


def gather(core: Core, standing: Standing, phone: Phone, now: int, *, by_hand: bool = False) -> GateFacts:
    """Everything the gate asks about the planned call of a lead to `phone`, or about one dialed by hand.

    By hand, a callback frees from the counts only once its time has come.
    """
    lead, plan = standing.lead, standing.plan
    listed = registries.listing(core, phone.e164)
    agreed = plan.call is not None and plan.call.kind is CallKind.CALLBACK
    return GateFacts(
        e164=phone.e164,
        lead=lead,
        by_hand=by_hand,
        attempts_at=_times(core, "e164 = :key", phone.e164, now),
        lead_attempts_at=_times(core, "lead_id = :key", lead.id, now) if standing.attempts else (),
        calls_done=plan.calls_done,
        callback=agreed and not (by_hand and plan.call is not None and plan.call.due_at > now),
        suppressed=suppressed(core, phone.e164, lead.email),
        region=core.region,
        registry=listed.listed,
        registry_at=listed.oldest_at,
    )


def of_number(core: Core, e164: str, lead_id: int | None, now: int) -> GateFacts:
    """What the gate would be told if `e164` were dialed by hand, for the lead where one is given.

    Raises:
        NotFound: there is no such lead.
    """
    if lead_id is not None:
        return gather(core, plans.read(core, lead_id), Phone(0, e164), now)
    listed = registries.listing(core, e164)
    return GateFacts(
        e164=e164,
        by_hand=True,
        attempts_at=_times(core, "e164 = :key", e164, now),
        suppressed=suppressed(core, e164, ""),
        region=core.region,
        registry=listed.listed,
        registry_at=listed.oldest_at,
    )


def suppressed(core: Core, e164: str, email: str) -> str:
    """Why a call to the number of somebody with that address is not wanted; empty if nothing is known."""
    _, *domains = dnc.keys_of_email(email)
    entry = dnc.first_listed(core, [e164, *domains])
    return f"{entry['value']} is on the list: {entry['why']} ({entry['added_by']})" if entry else ""


def next_allowed(lead: Lead, phone: Phone, book: Rulebook, at: int) -> int | None:
    """The first moment from `at` on in the calling windows of the number and of the lead's address."""
    return gate.next_allowed(GateFacts(e164=phone.e164, lead=lead, callback=True), book.gate, at)


def _times(core: Core, where: str, key: object, now: int) -> tuple[int, ...]:
    rows = core.engine.rows(
        f"select opened_at from attempt where {where} and opened_at > :since and {SENT}",  # noqa: S608
        key=key,
        since=now - _MONTH,
    )
    return tuple(row["opened_at"] for row in rows)
