"""What the settings say of the work in a store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from config.clock import MINUTE
from config.settings import Settings


class Terms(TypedDict, total=False):
    """How the floor works; what is left out is as `store.core.Core` has it."""

    region: str  # country of numbers dialed by hand without a country code
    zone: str  # IANA zone of the times in the reasons of the queue
    lease_ms: int  # how long a claimed lead is held
    owner_ms: int  # how long an owner's lead may lie, once it is due, before it falls to the team
    cadence: str  # of new leads, where neither their campaign nor who brings them names another
    colleagues: Mapping[str, str]  # names of those a call may be given to, by number: histories tell them


def terms_of(settings: Settings) -> Terms:
    """The terms of a floor with these settings."""
    return Terms(
        region=settings.firm.region,
        zone=settings.firm.zone,
        lease_ms=settings.queue.lease_minutes * MINUTE,
        owner_ms=settings.queue.owner_minutes * MINUTE,
        cadence=settings.queue.cadence,
        colleagues=settings.sip.colleague_names,
    )
