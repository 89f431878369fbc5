"""A floor in miniature: four weeks of leads and reps on the pure rules, judged by a law book of its own."""

from __future__ import annotations

import heapq
import random
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from cadence.advance import advance, start
from cadence.gate import GateFacts, decide
from cadence.happenings import Blocked, Called, MailSent
from cadence.model import CallKind, Lead, LeadStatus, Phone, Plan, Result
from cadence.rulebook import Rulebook
from config.clock import DAY, HOUR, MINUTE, from_iso

BEGIN = from_iso("2026-02-16T00:00:00Z")  # four weeks over the change of the clocks
WEEKS = 4 * 7 * DAY
PLACES = {  # area code: zone, hours on a working day, on a Sunday, calls in 24 hours
    "212": ("America/New_York", (8, 21), (8, 21), 99),
    "305": ("America/New_York", (8, 20), (8, 20), 3),
    "334": ("America/Chicago", (8, 20), (0, 0), 99),
    "214": ("America/Chicago", (9, 21), (12, 21), 99),
    "415": ("America/Los_Angeles", (8, 21), (8, 21), 99),
}
OUTCOMES = [
    (Result.NO_ANSWER, ""), (Result.NO_ANSWER, ""), (Result.NO_ANSWER, ""), (Result.ANSWERED, "voicemail"),
    (Result.ANSWERED, "voicemail"), (Result.BUSY, ""), (Result.BUSY, ""), (Result.FAILED, ""),
    (Result.DECLINED, ""), (Result.ANSWERED, "interested"), (Result.ANSWERED, "callback"),
    (Result.ANSWERED, "gatekeeper"), (Result.ANSWERED, "not_interested"), (Result.ANSWERED, "won"),
    (Result.ANSWERED, "do_not_call"), (Result.INVALID, ""),
]  # fmt: skip


@dataclass
class Floor:
    """Leads by their next action; one rep works 9 to 18 in New York and needs three minutes a call."""

    book: Rulebook
    dice: random.Random
    leads: dict[int, Lead] = field(default_factory=dict)
    plans: dict[int, Plan] = field(default_factory=dict)
    calls: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    steps: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    ended: dict[int, int] = field(default_factory=dict)
    blocked: int = 0
    free_at: int = BEGIN

    def run(self, count: int) -> None:
        agenda = []
        for number in range(count):
            at = BEGIN + self.dice.randrange(WEEKS // 2)
            phone = Phone(1, f"+1{self.dice.choice(list(PLACES))}555{number:04d}")
            lead = Lead(number, "Ann Lee", email="a@example.com", arrived_at=at, phones=(phone,))
            self.leads[number], self.plans[number] = lead, start(lead, self.book, at)
            agenda.append((self.plans[number].next_at or 0, number))
        heapq.heapify(agenda)
        while agenda and agenda[0][0] < BEGIN + WEEKS:
            due, number = heapq.heappop(agenda)
            self.act(number, due)
            if (at := self.plans[number].next_at) is not None:
                heapq.heappush(agenda, (max(at, due), number))

    def act(self, number: int, due: int) -> None:
        lead, plan = self.leads[number], self.plans[number]
        if plan.mail is not None and plan.mail.due_at == plan.next_at:
            self.plans[number] = advance(lead, plan, MailSent(plan.mail.step, due), self.book, due)
            return
        now = self.free_at = self._desk_opens(max(due, self.free_at)) + 3 * MINUTE
        self.plans[number] = advance(lead, plan, self._dial(lead, plan, now), self.book, now)
        if self.plans[number].status is not LeadStatus.OPEN:
            self.ended[number] = now

    def _desk_opens(self, at: int) -> int:
        hour = datetime.fromtimestamp(at / 1000, ZoneInfo("America/New_York")).hour
        return at if 9 <= hour < 18 else at - at % HOUR + HOUR * ((9 - hour) % 24)

    def _dial(self, lead: Lead, plan: Plan, now: int) -> Called | Blocked:
        call, number = plan.call, lead.phones[0].e164
        assert call is not None
        callback = call.kind is CallKind.CALLBACK
        earlier = tuple(self.calls[number])
        facts = GateFacts(number, lead, attempts_at=earlier, lead_attempts_at=earlier, callback=callback)
        decision = decide(replace(facts, calls_done=plan.calls_done), self.book.gate, now)
        if not decision.allowed:
            self.blocked += 1
            return Blocked(decision.next_at, number, permanent=decision.next_at is None, at=now)
        self.calls[number].append(now)
        self.steps[lead.id] += call.kind is CallKind.STEP
        assert lead.id not in self.ended
        result, code = self.dice.choice(OUTCOMES)
        said = self.book.dispositions.by_code[code] if code else self.book.dispositions.automatic(result)
        if result is Result.INVALID:
            self.leads[lead.id] = replace(lead, phones=(replace(lead.phones[0], bad=True),))
        return Called(result, said, now, now + self.dice.randrange(3 * DAY), number, "mia")


def _lawful(number: str, at: int) -> bool:
    zone, weekday, sunday, _ = PLACES[number[2:5]]
    wall = datetime.fromtimestamp(at / 1000, ZoneInfo(zone))
    opens, closes = sunday if wall.weekday() == 6 else weekday
    return opens <= wall.hour < closes


def test_four_weeks_of_a_floor_lose_nobody_and_break_no_law(book: Rulebook) -> None:
    floor = Floor(book, random.Random(7))
    floor.run(500)
    end = BEGIN + WEEKS
    assert len(floor.plans) == 500
    ghosts = [
        plan
        for plan in floor.plans.values()
        if (plan.status is LeadStatus.OPEN) != (plan.next_at is not None)
    ]
    overdue = [plan for plan in floor.plans.values() if plan.next_at is not None and plan.next_at < end]
    assert (ghosts, overdue) == ([], [])
    placed = [(number, at) for number, times in floor.calls.items() for at in times]
    assert len(placed) > 900
    assert [call for call in placed if not _lawful(*call)] == []
    for number, times in floor.calls.items():
        cap = PLACES[number[2:5]][3]
        assert all(sum(at - DAY < other <= at for other in times) <= cap for at in times), number
        ordered = sorted(times)
        assert all(later - earlier >= 3 * MINUTE for earlier, later in pairwise(ordered))
    assert max(floor.steps.values()) <= 6
    assert {plan.status for plan in floor.plans.values()} == set(LeadStatus)
    assert floor.blocked < len(placed)
    never = [number for number, lead in floor.leads.items() if not floor.calls[lead.phones[0].e164]]
    assert never == []
