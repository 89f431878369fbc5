"""How far a lead has come in its cadence: a plan without its next actions, while new ones are sought."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cadence.model import CallKind, Lane, LeadStatus, Plan, PlannedCall, PlannedMail
from cadence.rulebook import Rulebook
from cadence.schedule import Cadence

_IN_WORDS = {
    LeadStatus.WON: "won",
    LeadStatus.REFUSED: "not interested",
    LeadStatus.OPTED_OUT: "wants no contact",
}


@dataclass(frozen=True, slots=True)
class Progress:
    """The counters of a plan, beside the cadence they count in."""

    cadence: Cadence
    anchor_at: int
    calls_done: int = 0
    mails_done: int = 0
    voicemails: int = 0
    last_call_at: int = 0
    called_us_at: int = 0  # this and the promise last while a call of theirs is to be returned
    promise: PlannedCall | None = None

    @classmethod
    def of(cls, plan: Plan, book: Rulebook) -> Progress:
        """The progress of a plan."""
        cadence = book.cadence_of(plan)
        return cls(
            cadence,
            plan.anchor_at,
            min(plan.calls_done, len(cadence.calls)),  # the operator may have shortened it
            min(plan.mails_done, len(cadence.mails)),
            plan.voicemails,
            plan.last_call_at,
            plan.called_us_at,
            plan.promise,
        )

    @property
    def steps_left(self) -> bool:
        """Whether a call or a mail of the cadence is still undone: there is something to come back to."""
        return self.calls_done < len(self.cadence.calls) or self.mails_done < len(self.cadence.mails)

    def step_used(self) -> Progress:
        """One call step more is done; a repeating last step stays the last."""
        return replace(self, calls_done=min(self.calls_done + 1, len(self.cadence.calls)))

    def mails_used(self, step: int | None = None) -> Progress:
        """The mails up to `step` are sent, or all of them are spoken for."""
        most = len(self.cadence.mails)
        return replace(self, mails_done=most if step is None else min(max(step, self.mails_done), most))

    def open_plan(self, call: PlannedCall | None, mail: PlannedMail | None, reason: str = "") -> Plan:
        """The open plan with these next actions.

        Raises:
            ValueError: there is none: a lost lead.
        """
        returned = call is not None and call.lane is Lane.RETURNED
        return Plan(
            LeadStatus.OPEN,
            self.cadence.name,
            self.cadence.version,
            self.anchor_at,
            self.calls_done,
            self.mails_done,
            self.voicemails,
            self.last_call_at,
            call,
            mail,
            reason or self._reason(call, mail),
            self.called_us_at if returned else 0,
            self.promise if returned else None,
        )

    def ended(self, status: LeadStatus, reason: str = "") -> Plan:
        """The plan of a lead that is done with; the usual `reason` is the status in words."""
        counts = (self.anchor_at, self.calls_done, self.mails_done, self.voicemails, self.last_call_at)
        return Plan(
            status, self.cadence.name, self.cadence.version, *counts, reason=reason or _IN_WORDS[status]
        )

    def _reason(self, call: PlannedCall | None, mail: PlannedMail | None) -> str:
        if call is None or (mail is not None and mail.due_at < call.due_at):
            return f"mail {mail.step} of {len(self.cadence.mails)} of {self.cadence.name}" if mail else ""
        if call.lane is Lane.RETURNED:
            return "they called, and nobody answered"
        if call.kind is CallKind.CALLBACK:
            return "callback agreed"
        tried = ", once more" if call.kind is CallKind.RETRY else ""
        return f"call {call.step} of {len(self.cadence.calls)} of {self.cadence.name}{tried}"
