"""What comes next for a lead: total, pure functions from (lead, plan, happening, clock) to a plan.

Two tracks run beside each other, calls and mails; the next action is the
earlier one. The rules, one line each:

- No answer, voicemail and declined use up a step. Busy is tried again, then counts. A network that failed
  says nothing of the lead: tried again, then passed over.
- A conversation uses up its step and those of the same day; the follow-up goes on another day.
- A callback is a promise beside the cadence: it uses up no step and belongs to the rep who agreed it.
- Who called us and was not answered is called before all else, also when they ask in another way meanwhile;
  a conversation they began uses up no step.
- A bad number gives way to the lead's next; without one, the mails go on alone.
- Won, refused and opted out are ends; the firmer one wins. A new inquiry, or a call of theirs, opens them
  again, and after an opt-out it goes to a person first: the number stays on the do-not-call list.
- At the cadence's end follows nurture; an open lead never has nothing planned.
"""

from __future__ import annotations

from dataclasses import replace

from cadence.after_call import after_call, end_of, wants_more
from cadence.happenings import (
    Blocked,
    Called,
    CalledUs,
    DetailsChanged,
    Happening,
    Inquired,
    MailFailed,
    MailSent,
    PhoneMarkedBad,
    Postponed,
    Reassigned,
    Replied,
    Reviewed,
    Scope,
    Suppressed,
    Unsubscribed,
)
from cadence.model import CallKind, Lane, Lead, LeadStatus, Plan, PlannedCall
from cadence.planning import BREATH_MS, REVIEW_AGAIN_MS, Planner
from cadence.progress import Progress
from cadence.returned import asked_again, missed
from cadence.rulebook import Rulebook
from config.clock import HOUR, MINUTE

ASKED_TWICE_MS = HOUR  # a second form within this is the same inquiry
_FIRMNESS = {LeadStatus.OPEN: 0, LeadStatus.REFUSED: 1, LeadStatus.WON: 2, LeadStatus.OPTED_OUT: 3}


def start(lead: Lead, book: Rulebook, now: int, cadence: str = "inbound-six") -> Plan:
    """The plan of a lead that has just arrived.

    Raises:
        UsageError: the rulebook has no cadence of that name.
    """
    anchor = lead.arrived_at or now
    return Planner(_dated(lead, anchor), book, now).begin(Progress(book.cadence(cadence), anchor))


def advance(lead: Lead, plan: Plan, happened: Happening, book: Rulebook, now: int) -> Plan:
    """The plan after `happened`. `lead` may be as it was before or after it: what it tells is minded here."""
    asked = _inquiry(plan, happened)
    planner = Planner(_dated(lead, plan.anchor_at if asked is None else asked.at), book, now)
    done = Progress.of(plan, book)
    if asked is not None:
        afresh = _inquired(planner, plan, done, asked)
        if asked is happened or plan.status is LeadStatus.OPTED_OUT:
            return afresh
        return _after(planner, afresh, Progress.of(afresh, book), happened)
    if plan.status is not LeadStatus.OPEN:
        return _firmer(plan, done, happened)
    return _after(planner, plan, done, happened)


def _inquiry(plan: Plan, happened: Happening) -> Inquired | None:
    """The inquiry that `happened` is, or amounts to: whoever calls us after the end asks again."""
    if isinstance(happened, Inquired):
        return happened
    if plan.status is LeadStatus.OPEN:
        return None
    asks = isinstance(happened, CalledUs) or (isinstance(happened, Called) and wants_more(happened))
    return Inquired(happened.at) if asks else None


def _firmer(plan: Plan, done: Progress, happened: Happening) -> Plan:
    """An ended lead moves only to a firmer end: whoever was won may still ask not to be called."""
    end = end_of(happened) if isinstance(happened, Called) else None
    if isinstance(happened, Suppressed) and happened.scope is Scope.ALL:
        end = LeadStatus.OPTED_OUT
    if end is None or _FIRMNESS[end] <= _FIRMNESS[plan.status]:
        return plan
    return done.ended(end)


def _dated(lead: Lead, inquiry: int) -> Lead:
    return lead if lead.arrived_at >= inquiry else replace(lead, arrived_at=inquiry)


def _after(planner: Planner, plan: Plan, done: Progress, happened: Happening) -> Plan:
    match happened:
        case Called() | CalledUs():
            return _of_a_call(planner, plan, done, happened)
        case MailSent():
            return _mail_sent(planner, plan, done, happened)
        case MailFailed(permanent=True) | Unsubscribed():
            asked = isinstance(happened, Unsubscribed)
            return _no_more_mail(replace(planner, no_mail=True), plan, done, asked=asked)
        case Replied():
            return _replied(planner, plan, done)
        case Blocked():
            return _blocked(planner, plan, done, happened)
        case Suppressed():
            return _suppressed(planner, plan, done, happened)
        case PhoneMarkedBad():
            return _other_number(replace(planner, not_these=frozenset({happened.e164})), plan, done)
        case DetailsChanged():
            return _details_changed(planner, plan, done)
        case Reviewed() if _in_review(plan):
            return planner.review(done, planner.now + REVIEW_AGAIN_MS, plan.reason)
        case Postponed() if plan.call is not None:
            return planner.moved(done, plan, max(happened.until, plan.call.due_at))
        case Reassigned():
            return _reassigned(plan, done, happened)
    return plan


def _of_a_call(planner: Planner, plan: Plan, done: Progress, happened: Called | CalledUs) -> Plan:
    if isinstance(happened, CalledUs):
        return missed(planner, plan, done, happened)
    return after_call(planner, plan, done, happened)


def _inquired(planner: Planner, plan: Plan, done: Progress, happened: Inquired) -> Plan:
    """Asked (again): from the start, in the cadence for those who ask again."""
    if plan.status is LeadStatus.OPTED_OUT:
        counted = replace(done, anchor_at=happened.at, calls_done=0, mails_done=0)
        return planner.review(counted, planner.now, "asked again after opting out: a person decides")
    if plan.status is LeadStatus.OPEN and 0 <= happened.at - plan.anchor_at < ASKED_TWICE_MS:
        return _sooner(planner, plan, done)
    cadence = planner.book.cadence(done.cadence.again or done.cadence.name)
    afresh = planner.begin(
        Progress(cadence, happened.at, voicemails=plan.voicemails, last_call_at=plan.last_call_at)
    )
    return asked_again(planner, plan, afresh)


def _reassigned(plan: Plan, done: Progress, happened: Reassigned) -> Plan:
    """A call that a rep agreed passes to the new owner."""
    call, promise = _passed(plan.call, happened), _passed(done.promise, happened)
    if (call, promise) == (plan.call, done.promise):
        return plan
    return replace(done, promise=promise).open_plan(call, plan.mail)


def _passed(call: PlannedCall | None, happened: Reassigned) -> PlannedCall | None:
    if call is None or not call.owner or happened.of not in ("", call.owner):
        return call
    return replace(call, owner=happened.owner)


def _sooner(planner: Planner, plan: Plan, done: Progress) -> Plan:
    """The planned call at once, if that is sooner; not on the heels of the last one."""
    soon = max(planner.now, done.last_call_at + BREATH_MS)
    if plan.call is None or plan.call.kind is CallKind.CALLBACK or plan.call.due_at <= soon:
        return plan
    return planner.moved(done, plan, soon)


def _mail_sent(planner: Planner, plan: Plan, done: Progress, happened: MailSent) -> Plan:
    sent = done.mails_used(happened.step)
    if plan.mail is None:
        return sent.open_plan(plan.call, None, plan.reason)
    if plan.mail.step != happened.step:
        return plan
    return planner.settle(sent, plan.call, planner.next_mail(sent, happened.at))


def _no_more_mail(planner: Planner, plan: Plan, done: Progress, *, asked: bool) -> Plan:
    """The address is of no use. Who asked for it and cannot be called has opted out."""
    if asked and (plan.call is None or _in_review(plan)) and planner.opening(planner.now) is None:
        return done.ended(LeadStatus.OPTED_OUT, "wants no mail, and no number may be called")
    return planner.settle(done, plan.call, None)


def _replied(planner: Planner, plan: Plan, done: Progress) -> Plan:
    """An answer is worth more than any step: a person acts next, and the letters stop."""
    heard = done.mails_used()
    if plan.call is not None and plan.call.kind is CallKind.CALLBACK:
        return heard.open_plan(plan.call, None)
    soon = planner.opening(max(planner.now, done.last_call_at + BREATH_MS), callback=True)
    if soon is None:
        return planner.review(heard, planner.now, "answered a mail, and no number may be called: write back")
    call = PlannedCall(CallKind.CALLBACK, max(done.calls_done, 1), Lane.SOON, soon)
    return heard.open_plan(call, None, "answered a mail: call")


def _blocked(planner: Planner, plan: Plan, done: Progress, happened: Blocked) -> Plan:
    if plan.call is None:
        return plan
    if not happened.permanent and happened.next_at is not None:
        at = max(happened.next_at, plan.call.due_at, planner.now + MINUTE)
        return planner.moved(done, plan, at)
    unfit = frozenset({happened.e164} if happened.e164 else {phone.e164 for phone in planner.lead.phones})
    return _other_number(replace(planner, not_these=unfit, refused=happened.why), plan, done)


def _other_number(planner: Planner, plan: Plan, done: Progress) -> Plan:
    """The planned call on a number that is still fit; without one the mails go on alone."""
    if plan.call is None or plan.call.kind is CallKind.REVIEW:
        return plan
    return planner.moved(done, plan, max(plan.call.due_at, planner.now))


def _suppressed(planner: Planner, plan: Plan, done: Progress, happened: Suppressed) -> Plan:
    match happened.scope:
        case Scope.ALL:
            return done.ended(LeadStatus.OPTED_OUT)
        case Scope.MAILS:
            return _no_more_mail(replace(planner, no_mail=True), plan, done, asked=True)
        case Scope.CALLS:
            if plan.mail is None:
                return done.ended(LeadStatus.OPTED_OUT, "wants no calls, and there is no mail to send")
            return done.open_plan(None, plan.mail)


def _details_changed(planner: Planner, plan: Plan, done: Progress) -> Plan:
    """Seek anew what was missing, and put what is planned into the new place's hours."""
    mail = planner.next_mail(done, planner.now if done.mails_done else 0) if plan.mail is None else plan.mail
    if plan.call is None or plan.call.kind is CallKind.REVIEW:
        return planner.settle(done, planner.next_call(done), mail if planner.writable else None)
    return planner.moved(done, replace(plan, mail=mail if planner.writable else None), plan.call.due_at)


def _in_review(plan: Plan) -> bool:
    return plan.call is not None and plan.call.kind is CallKind.REVIEW
