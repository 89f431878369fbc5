"""Who holds a lead: what a claim is made of, checked against, and given back by. Inside a transaction."""

from __future__ import annotations

from cadence import ranking
from cadence.model import CallKind, Lane, LeadStatus, Phone
from store import dnc, plans
from store.core import Core
from store.errors import LeaseLost
from store.plans import Standing
from store.records import Claim


def claim_of(core: Core, standing: Standing, phone: Phone, token: int, until: int, now: int) -> Claim:
    """A claim as the rep gets it."""
    lead, call = standing.lead, standing.plan.call
    lane = call.lane if call else Lane.NO_CALL
    return Claim(
        lead=lead,
        plan=standing.plan,
        phone=phone,
        token=token,
        lane=lane,
        reason=why_now(standing, now, core.zone),
        attempts=standing.attempts,
        expires_at=until,
    )


def why_now(standing: Standing, now: int, zone: str) -> str:
    """Why the lead is called now: the plan's own word where a person asked for the call, else its place."""
    lead, plan, call = standing.lead, standing.plan, standing.plan.call
    if call is not None and plan.reason and asked_for(call.kind, call.lane):
        return plan.reason
    return ranking.reason(
        call.lane if call else Lane.NO_CALL,
        call.due_at if call else now,
        lead.arrived_at,
        standing.attempts,
        lead.source,
        call.step if call else 0,
        now,
        zone=zone,
        called_us_at=plan.called_us_at,
    )


def asked_for(kind: CallKind, lane: Lane) -> bool:
    """Whether a call comes of what somebody did (a review, an answered mail), not of the cadence's course."""
    return kind is CallKind.REVIEW or (kind is CallKind.CALLBACK and lane is Lane.SOON)


def held(core: Core, claim: Claim) -> Standing:
    """Where the claimed lead stands, locked for this transaction.

    Raises:
        LeaseLost: the claim's token no longer holds it.
    """
    standing = plans.read(core, claim.lead.id, lock=True)
    if standing.token != claim.token:
        raise why_lost(core, standing)
    return standing


def why_lost(core: Core, standing: Standing) -> LeaseLost:
    """The error of a claim that no longer holds the lead."""
    return _lost_to_list(core, standing) or lost(standing.lead.name)


def _lost_to_list(core: Core, standing: Standing) -> LeaseLost | None:
    """The error where a do-not-call took the lead out of the rep's hands."""
    lead = standing.lead
    entry = dnc.first_listed(core, [*(phone.e164 for phone in lead.phones), *dnc.keys_of_email(lead.email)])
    if entry is None or standing.plan.status is not LeadStatus.OPTED_OUT:
        return None
    return LeaseLost(
        f"{lead.name or 'the lead'} is not to be called any more: {entry['value']} is on the list: "
        f"{entry['why']} ({entry['added_by']})"
    )


def lost(name: str) -> LeaseLost:
    """The error of a claim that no longer holds."""
    return LeaseLost(f"{name or 'the lead'} is no longer yours: its time ran out, or it was taken back")


def take(core: Core, standing: Standing, phone: Phone, token: int, rep: str, until: int, why: str) -> Claim:
    """Put the lead into the rep's hands until then, giving back the one they hold. Inside a transaction.

    A lead that has ended is in nobody's queue: its claim is a card, and holds nothing.
    """
    for other in core.engine.rows(
        "select lead_id from queue where rep = :rep and lead_id <> :lead", rep=rep, lead=standing.lead.id
    ):
        free(core, other["lead_id"])
        core.log.tell("lead.released", rep, lead_id=other["lead_id"], why=why)
    core.engine.run(
        "update queue set rep = :rep, token = :token, prior = null, due_at = :until where lead_id = :lead",
        rep=rep,
        token=token,
        until=until,
        lead=standing.lead.id,
    )
    return claim_of(core, standing, phone, token, until, core.now())


def free(core: Core, lead_id: int) -> None:
    """Nobody holds the lead; it is due when it was planned."""
    core.engine.run(
        "update queue set rep = null, token = null, prior = null, due_at = coalesce(call_at, mail_at)"
        " where lead_id = :lead",
        lead=lead_id,
    )


def put_off(core: Core, lead_id: int, until: int) -> None:
    """Nobody holds the lead, and it is not due before `until`; its plan stands."""
    core.engine.run(
        "update queue set rep = null, token = null, prior = null, due_at = :until where lead_id = :lead",
        until=until,
        lead=lead_id,
    )
