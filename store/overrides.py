"""A supervisor's override, one call past hours, counts and age: granted with a reason, used once, in the log.

The gate knows what no override passes: a do-not-call, a registry, a number
that cannot exist. Whether `by` is a supervisor is asked before this is called;
the store writes down who said so, and the login of the machine it was said
from. The table and the key of the log's events say *permission* for it.
"""

from __future__ import annotations

from dataclasses import replace

from cadence import gate
from cadence.gate import GateFacts
from cadence.model import Decision
from config.clock import DAY
from config.errors import UsageError
from store import plans
from store.core import Core
from store.records import Override

LONGEST_MS = DAY

_OPEN = """select id, lead_id, e164, granted_at, granted_by, why, until_at from permission
    where attempt_id is null and until_at > :now and """


class Overrides:
    """`store.overrides`."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def grant(
        self, by: str, why: str, for_ms: int, *, lead_id: int | None = None, e164: str = "", login: str = ""
    ) -> Override:
        """Let one call to the lead, or to the number, past the gate within `for_ms` from now.

        Raises:
            UsageError: no reason, no target or two, or a time that is too long.
            NotFound: there is no such lead.
        """
        core = self._core
        if not why.strip():
            raise UsageError("an override needs a reason: it is read in five years by somebody else")
        if (lead_id is None) == (not e164):
            raise UsageError("an override is for one lead or for one number")
        if not 0 < for_ms <= LONGEST_MS:
            raise UsageError("an override lasts at most a day; give it again tomorrow")
        with core.write():
            if lead_id is not None:
                plans.read(core, lead_id)
            now = core.now()
            until = now + for_ms
            made = core.engine.rows(
                """insert into permission(lead_id, e164, granted_at, granted_by, login, why, until_at)
                    values (:lead, :e164, :now, :by, :login, :why, :until) returning id""",
                lead=lead_id,
                e164=e164,
                now=now,
                by=by,
                login=login,
                why=why.strip(),
                until=until,
            )[0]["id"]
            core.log.tell(
                "override.granted",
                by,
                lead_id=lead_id,
                permission_id=made,
                e164=e164,
                why=why.strip(),
                until=until,
                login=login,
            )
        return Override(made, lead_id, e164, now, by, why.strip(), until)


def decide(core: Core, told: GateFacts, now: int) -> tuple[Decision, Override | None]:
    """The gate's word; where it refuses, its word with an override, and the override if it helped."""
    decision = gate.decide(told, core.book.gate, now)
    if decision.allowed:
        return decision, None
    found = _open(core, told, now)
    if found is None:
        return decision, None
    passed = gate.decide(replace(told, override=f"{found.granted_by}: {found.why}"), core.book.gate, now)
    return (passed, found) if passed.allowed else (decision, None)


def use(core: Core, override: Override, attempt_id: int, rep: str, lead_id: int | None) -> None:
    """Spend the override on this attempt. Inside a transaction."""
    core.engine.run(
        "update permission set attempt_id = :attempt where id = :id", attempt=attempt_id, id=override.id
    )
    core.log.tell(
        "override.used",
        rep,
        lead_id=lead_id,
        attempt_id=attempt_id,
        permission_id=override.id,
        granted_by=override.granted_by,
        why=override.why,
    )


def _open(core: Core, told: GateFacts, now: int) -> Override | None:
    """The override that ends first, of those for the number or its lead."""
    rows = core.engine.rows(_OPEN + "e164 = :e164 and e164 <> ''", e164=told.e164, now=now)
    if told.lead is not None:
        rows += core.engine.rows(
            _OPEN + "lead_id = :lead and lead_id is not null", lead=told.lead.id, now=now
        )
    return min((Override(**row) for row in rows), key=lambda one: one.until_at, default=None)
