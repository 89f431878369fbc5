"""The second line of a call: a word with somebody else, and giving the call away. Inside a transaction."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from cadence import numbers
from cadence.gate import decide
from cadence.model import Check, Decision, Phone
from config.errors import UsageError
from config.text import for_header
from store import facts, overrides
from store.arrivals import storable
from store.attempt_rows import NO_PLAN, read, to_attempt
from store.by_hand import number_typed
from store.core import Core
from store.dialing import Dial, Dialer, close_refused, open_attempt
from store.engine import Row
from store.errors import Settled
from store.events import to_json
from store.records import Attempt

_REFUSED = "select body from event where attempt_id = :attempt and kind = 'attempt.transfer_refused'"
_LONGEST_EXTENSION = 6  # digits; shorter than any number of a public plan that we dial


@dataclass(frozen=True, slots=True)
class Transfer:
    """What became of giving a call away."""

    target: str
    done: bool
    attended: bool  # after a word on the second line
    at: int
    reason: str  # why it was refused


def begin(core: Core, typed: str, by: Dialer, beside: int, *, colleague: bool) -> Attempt:
    """See `Attempts.begin_beside`."""
    talked_about = read(core, beside)
    if talked_about["ended_at"] is not None or talked_about["rep"] != by.rep:
        raise Settled("there is no call of yours to talk about: the second line is for a call that goes on")
    dialed, inside = _target(typed, core.region, colleague=colleague)
    now = core.now()
    override = None
    if inside:
        decision = _inside(core, dialed, inside, now)
    else:
        decision, override = overrides.decide(core, facts.of_number(core, dialed, None, now), now)
    dial = Dial(secrets.randbits(62), Phone(0, dialed), decision, by, None, by_hand=True, beside=beside)
    attempt_id = open_attempt(core, dial)
    if not decision.allowed:
        close_refused(core, attempt_id, decision, NO_PLAN)
    elif override is not None:
        overrides.use(core, override, attempt_id, by.rep, None)
    return to_attempt(read(core, attempt_id))


def judge(core: Core, typed: str) -> tuple[str, Decision]:
    """See `Attempts.may_be_given_to`."""
    dialed, inside = _target(typed, core.region, colleague=False)
    now = core.now()
    if inside:
        return dialed, _inside(core, dialed, inside, now)
    return dialed, decide(facts.of_number(core, dialed, None, now), core.book.gate, now)


def _inside(core: Core, dialed: str, why: str, now: int) -> Decision:
    return Decision(True, now, core.book.gate.version, (Check("inside", dialed, True, why),))


def _target(typed: str, region: str, *, colleague: bool) -> tuple[str, str]:
    """What is dialed, and why the gate is not asked; empty: it is.

    Raises:
        UsageError: no number can be read out of it.
    """
    wanted = typed.strip()
    if numbers.is_emergency(wanted, region):
        return number_typed(wanted, region), ""
    if colleague:
        if not wanted:
            raise UsageError("whom should the call be given to? Type a number or choose a colleague")
        return storable(for_header(numbers.e164(wanted, region) or wanted)), "A colleague of the settings."
    if wanted.isascii() and wanted.isdigit() and len(wanted) <= _LONGEST_EXTENSION:
        return wanted, "An extension of our own exchange."
    return number_typed(wanted, region), ""


def keep_transfer(core: Core, attempt_id: int, told: Transfer) -> None:
    """See `Attempts.transferred`."""
    row = read(core, attempt_id, lock=True)
    target = storable(for_header(told.target))
    if told.done:
        _keep_given(core, row, target, told)
    else:
        _keep_refused(core, row, target, told)


def _keep_given(core: Core, row: Row, target: str, told: Transfer) -> None:
    if row["transferred_to"]:
        return
    core.engine.run("update attempt set transferred_to = :target where id = :id", target=target, id=row["id"])
    core.log.tell(
        "attempt.transferred",
        row["rep"],
        lead_id=row["lead_id"],
        attempt_id=row["id"],
        target=target,
        done=True,
        attended=told.attended,
        transferred_at=told.at,
    )


def _keep_refused(core: Core, row: Row, target: str, told: Transfer) -> None:
    """It changes no row: what was told before is found in the log."""
    body = {"target": target, "attended": told.attended, "refused_at": told.at, "reason": told.reason}
    before = core.engine.rows(_REFUSED, attempt=row["id"])
    if to_json(body) in [one["body"] for one in before]:
        return
    core.log.tell(
        "attempt.transfer_refused", row["rep"], lead_id=row["lead_id"], attempt_id=row["id"], **body
    )
