"""What holds in every history: no lead is lost, none called too often or at a bad hour, ends are ends."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support.leads import BERLIN, DALLAS, LONDON, MIAMI, MONTGOMERY, NEW_YORK, TOLL_FREE, TORONTO

from cadence import happenings as h
from cadence.advance import advance, start
from cadence.gate import GateFacts, decide
from cadence.model import CallKind, Lane, Lead, LeadStatus, Phone, Plan, Result
from cadence.rulebook import Rulebook
from config.clock import DAY, HOUR, MINUTE, from_iso

BEGIN = from_iso("2026-01-01T00:00:00Z")
NUMBERS = [NEW_YORK, MIAMI, MONTGOMERY, DALLAS, LONDON, BERLIN, TORONTO, TOLL_FREE]
CADENCES = ["inbound-six", "b2b-six", "email-only", "calls-only", "re-inquiry", "nurture"]
STATES = ["", "FL", "TX", "CA", "AL"]


@st.composite
def people(draw: st.DrawFn) -> Lead:
    numbers = draw(st.lists(st.sampled_from(NUMBERS), max_size=3, unique=True))
    region = draw(st.sampled_from(STATES))
    return Lead(
        1,
        "Ann Lee",
        email=draw(st.sampled_from(["", "ann@example.com"])),
        country="US" if region else "",
        region=region,
        arrived_at=BEGIN + draw(st.integers(0, 365 * DAY)),
        consent=draw(st.sampled_from(["", "web form"])),
        phones=tuple(Phone(n, number, position=n) for n, number in enumerate(numbers)),
    )


@dataclass(frozen=True)
class Turn:
    """What happens next, and how long after it could."""

    kind: str
    result: Result
    code: str
    wait: int
    when_due: bool


KINDS = ["called"] * 8 + ["mailed"] * 5 + [
    "blocked", "never", "replied", "unsubscribed", "bounced", "inquired", "suppressed", "marked", "changed",
    "reviewed", "postponed", "reassigned",
] + ["missed", "they called"] * 2  # fmt: skip
CODES = [
    "",
    "",
    "",
    "voicemail",
    "gatekeeper",
    "callback",
    "interested",
    "interested",
    "bad_number",
    "not_interested",
    "won",
]

turns = st.builds(
    Turn,
    kind=st.sampled_from(KINDS),
    result=st.sampled_from(list(Result)),
    code=st.sampled_from(CODES),
    wait=st.one_of(st.integers(0, 3 * HOUR), st.integers(0, 40 * DAY)),
    when_due=st.booleans(),
)


def happening(turn: Turn, lead: Lead, plan: Plan, book: Rulebook, now: int) -> h.Happening:
    number = lead.working[0].e164 if lead.working else ""
    match turn.kind:
        case "called":
            said = (
                book.dispositions.by_code[turn.code]
                if turn.code
                else book.dispositions.automatic(turn.result)
            )
            return h.Called(turn.result, said, now, now + turn.wait, number, "mia")
        case "they called":
            said = book.dispositions.by_code.get(turn.code)
            return h.Called(turn.result, said, now, now + turn.wait, number, "mia", inbound=True)
        case "missed":
            return h.CalledUs(now - turn.wait % HOUR, listed=turn.code == "won")
        case "mailed":
            return h.MailSent(plan.mail.step if plan.mail else 1, now)
        case "blocked":
            return h.Blocked(now + turn.wait, number)
        case "never":
            return h.Blocked(None, number, permanent=True)
        case "bounced":
            return h.MailFailed(plan.mails_done, now, permanent=True)
        case "suppressed":
            return h.Suppressed(list(h.Scope)[turn.wait % 3], now)
        case "postponed":
            return h.Postponed(now + turn.wait, now)
        case "inquired":
            return h.Inquired(now)
    plain: dict[str, h.Happening] = {
        "replied": h.Replied(now),
        "unsubscribed": h.Unsubscribed(now),
        "marked": h.PhoneMarkedBad(number, now),
        "changed": h.DetailsChanged(now),
        "reviewed": h.Reviewed(now),
        "reassigned": h.Reassigned("ben", now),
    }
    return plain[turn.kind]


def marked(lead: Lead, happened: h.Happening) -> Lead:
    """The lead as the store keeps it after `happened`."""
    match happened:
        case h.Called(disposition=said, e164=number) if said is not None and said.unworkable:
            return _bad(lead, number)
        case h.PhoneMarkedBad(e164=number) | h.Blocked(e164=number, permanent=True):
            return _bad(lead, number)
        case h.Unsubscribed() | h.MailFailed() | h.Suppressed(scope=h.Scope.MAILS):
            return replace(lead, email_bad=True)
        case h.Suppressed(scope=h.Scope.CALLS):
            return replace(lead, phones=tuple(replace(phone, bad=True) for phone in lead.phones))
        case h.Inquired(at=at) | h.CalledUs(at=at):
            return replace(lead, arrived_at=max(at, lead.arrived_at))
    return lead


def _bad(lead: Lead, number: str) -> Lead:
    return replace(lead, phones=tuple(replace(one, bad=one.bad or one.e164 == number) for one in lead.phones))


def check_planned(lead: Lead, plan: Plan, book: Rulebook, now: int) -> None:
    """An open lead has a next action, and its call falls into lawful hours."""
    assert (plan.status is LeadStatus.OPEN) == (plan.next_at is not None)
    if plan.call is None or plan.call.kind is CallKind.REVIEW:
        return
    steps = book.cadence(plan.cadence, plan.version).calls
    assert 1 <= plan.call.step <= max(len(steps), 1)
    allowed = [
        decide(
            GateFacts(phone.e164, lead, callback=plan.call.kind is CallKind.CALLBACK),
            book.gate,
            plan.call.due_at,
        )
        for phone in lead.working
    ]
    assert any(decision.allowed for decision in allowed), [decision.why for decision in allowed]


@settings(max_examples=400, deadline=None)
@given(lead=people(), cadence=st.sampled_from(CADENCES), story=st.lists(turns, max_size=40))
def test_no_history_loses_a_lead_or_calls_it_at_a_wrong_hour(
    lead: Lead, cadence: str, story: list[Turn], book: Rulebook
) -> None:
    now = lead.arrived_at
    plan = start(lead, book, now, cadence)
    check_planned(lead, plan, book, now)
    calls = 0  # cadence calls that reached somebody's telephone since the inquiry
    for turn in story:
        now = max(now, plan.next_at or now) if turn.when_due else now + turn.wait
        happened = happening(turn, lead, plan, book, now)
        before, lead = plan, marked(lead, happened)
        plan = advance(lead, before, happened, book, now)
        check_planned(lead, plan, book, now)
        calls += _step_call(before, happened)
        assert calls <= 6
        if plan.anchor_at != before.anchor_at:
            calls = 0
        assert plan.calls_done <= len(book.cadence(plan.cadence).calls) <= 6
        check_returned(before, plan, happened)
        check_not_on_the_heels(plan, happened)
        if before.status is not LeadStatus.OPEN and not _asks_again(happened):
            assert plan.status is not LeadStatus.OPEN
        if (
            plan.call is not None
            and plan.call
            != before.call  # what stands may stand close: the gate keeps the distance at the dial
            and not isinstance(happened, h.Blocked)  # it is the gate that says when
            and plan.last_call_at
            and plan.call.kind in (CallKind.STEP, CallKind.NURTURE)
        ):
            assert plan.call.due_at >= plan.last_call_at + 15 * MINUTE


def check_returned(before: Plan, plan: Plan, happened: h.Happening) -> None:
    """A missed call is returned before all else, the time agreed before it stands, and no dial is used up."""
    returned = plan.call is not None and plan.call.lane is Lane.RETURNED
    assert (plan.called_us_at > 0) == returned
    assert plan.promise is None or returned
    if isinstance(happened, h.CalledUs):
        assert plan.status is LeadStatus.OPEN
        assert plan.call is not None
        assert returned or plan.call.kind is CallKind.REVIEW
        agreed = (
            before.call if before.call is not None and before.call.lane is Lane.CALLBACK else before.promise
        )
        assert not returned or plan.promise == agreed
    if isinstance(happened, h.Inquired) and before.called_us_at:
        assert returned or plan.call is None or plan.call.kind is CallKind.REVIEW, "it is owed all the same"
    if isinstance(happened, h.CalledUs) and before.status is LeadStatus.OPEN:
        assert plan.calls_done == before.calls_done


def check_not_on_the_heels(plan: Plan, happened: h.Happening) -> None:
    """Whoever just spoke with us is not due at that moment, whatever the rep said of it, or did not."""
    if not isinstance(happened, h.Called) or happened.result is not Result.ANSWERED or plan.call is None:
        return
    spoken = happened.disposition is None or happened.disposition.human
    if (
        spoken
        and plan.call.lane not in (Lane.CALLBACK, Lane.RETURNED)
        and plan.call.kind is not CallKind.REVIEW
    ):
        assert plan.call.due_at >= happened.at + 15 * MINUTE


def _asks_again(happened: h.Happening) -> bool:
    return isinstance(happened, h.Inquired | h.CalledUs) or (
        isinstance(happened, h.Called) and happened.inbound
    )


def _step_call(before: Plan, happened: h.Happening) -> bool:
    """Whether `happened` was a planned cadence call that used up its step."""
    planned = before.call is not None and before.call.kind in (CallKind.STEP, CallKind.RETRY)
    heard = isinstance(happened, h.Called) and not happened.inbound
    heard = heard and happened.result in (Result.NO_ANSWER, Result.DECLINED)  # type: ignore[union-attr]
    return planned and heard and before.cadence != "nurture"


PAIRS = [
    h.MailSent(1, 0), h.Called(Result.NO_ANSWER, None, 0), h.Called(Result.BUSY, None, 0), h.Suppressed(),
    h.Reassigned("ben"), h.MailFailed(1, 0, permanent=True), h.Unsubscribed(),
]  # fmt: skip


def _at(happened: h.Happening, plan: Plan, now: int) -> h.Happening:
    """`happened` at `now`; a mail sent is the one that was planned."""
    if isinstance(happened, h.MailSent):
        assume(plan.mail is not None)
        return h.MailSent(plan.mail.step if plan.mail else 0, now)
    return replace(happened, at=now)


@settings(max_examples=400, deadline=None)
@given(
    lead=people(),
    one=st.sampled_from(PAIRS),
    other=st.sampled_from(PAIRS),
    end=st.sampled_from(["", "won", "not_interested", "do_not_call"]),
    steps=st.integers(0, 8),
)
def test_the_order_of_two_happenings_of_one_moment_does_not_matter(
    lead: Lead, one: h.Happening, other: h.Happening, end: str, steps: int, book: Rulebook
) -> None:
    now = lead.arrived_at
    plan = start(lead, book, now)
    for _ in range(steps):
        now = max(now, plan.next_at or now)
        mailed = plan.mail is not None and plan.mail.due_at == plan.next_at
        happened: h.Happening = h.Called(Result.NO_ANSWER, None, now)
        if mailed and plan.mail is not None:
            happened = h.MailSent(plan.mail.step, now)
        plan = advance(lead, plan, happened, book, now)
    now = max(now, plan.next_at or now)
    first = _at(one, plan, now)
    second = h.Called(Result.ANSWERED, book.dispositions.by_code[end], now) if end else _at(other, plan, now)
    assume(
        not (isinstance(first, h.Called) and isinstance(second, h.Called))
    )  # two attempts take two moments
    if isinstance(first, h.Called) or isinstance(second, h.Called):
        assume(plan.call is not None and plan.call.kind is not CallKind.REVIEW)  # else nobody could call
    after = marked(marked(lead, first), second)
    there = advance(after, advance(after, plan, first, book, now), second, book, now)
    back = advance(after, advance(after, plan, second, book, now), first, book, now)
    assert (there.status, there.call, there.mail) == (back.status, back.call, back.mail)
    if there.status is LeadStatus.OPEN:
        assert replace(there, reason="") == replace(back, reason="")
