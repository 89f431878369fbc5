"""A lead's life on the pure rules, told from happening to happening."""

from __future__ import annotations

from support.leads import TUESDAY_10AM_NY

from cadence.advance import advance, start
from cadence.happenings import Called, Happening, MailSent
from cadence.model import Lead, Plan, Result
from cadence.rulebook import Rulebook

NOW = TUESDAY_10AM_NY


class Story:
    """One lead, told from happening to happening."""

    def __init__(self, book: Rulebook, person: Lead, cadence: str = "inbound-six", now: int = NOW) -> None:
        self.book, self.lead, self.now = book, person, now
        self.plan = start(person, book, now, cadence)

    def then(self, happened: Happening, later: int = 0) -> Plan:
        self.now += later
        self.plan = advance(self.lead, self.plan, happened, self.book, self.now)
        return self.plan

    def called(
        self, result: Result = Result.NO_ANSWER, code: str = "", callback_at: int | None = None
    ) -> Plan:
        """The planned call is made when it is due."""
        assert self.plan.call is not None
        self.now = max(self.now, self.plan.call.due_at)
        said = self.book.dispositions.by_code[code] if code else self.book.dispositions.automatic(result)
        number = self.lead.working[0].e164 if self.lead.working else ""
        return self.then(Called(result, said, self.now, callback_at, number, rep="mia"))

    def mailed(self) -> Plan:
        assert self.plan.mail is not None
        self.now = max(self.now, self.plan.mail.due_at)
        return self.then(MailSent(self.plan.mail.step, self.now))
