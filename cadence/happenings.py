"""Everything that can happen to a lead, as the cadence sees it.

`at` is when it happened (ms UTC). Each has a defined answer in
`cadence.advance`; a lead that has ended listens only to `Inquired`, to a call
of its own, and to what ends it more firmly.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cadence.dispositions import Disposition
from cadence.model import Result


@dataclass(frozen=True, slots=True)
class Called:
    """An attempt ended, and was disposed of if it needed that."""

    result: Result
    disposition: Disposition | None
    at: int
    callback_at: int | None = None  # the time agreed, with a callback disposition
    e164: str = ""  # the number dialed
    rep: str = ""  # login of who called; owns an agreed callback
    inbound: bool = False  # they called us, and the rep answered: it uses up no dial
    began_at: int = 0  # when it was dialed; 0: `at`


@dataclass(frozen=True, slots=True)
class CalledUs:
    """They called, and nobody answered: the call is returned before all else."""

    at: int
    listed: bool = False  # the number they called from is on the do-not-call list: a person decides


@dataclass(frozen=True, slots=True)
class MailSent:
    """The planned mail was handed to the outbox: it is spoken for and never planned again."""

    step: int
    at: int


@dataclass(frozen=True, slots=True)
class MailFailed:
    """A mail did not get through."""

    step: int
    at: int
    permanent: bool = False  # bounced: the address is bad. Otherwise the outbox tries again.


@dataclass(frozen=True, slots=True)
class Replied:
    """The lead answered a mail: a person calls next, no further automatic mail of this cadence."""

    at: int = 0


@dataclass(frozen=True, slots=True)
class Unsubscribed:
    """The lead wants no more mail. The caller marks the address too (`Lead.email_bad`)."""

    at: int = 0


@dataclass(frozen=True, slots=True)
class Inquired:
    """The lead asked (again): the schedule starts afresh, also for one that had ended."""

    at: int


@dataclass(frozen=True, slots=True)
class Blocked:
    """The gate refused the planned call; `next_at` is when it may be placed."""

    next_at: int | None
    e164: str = ""  # empty: every number of the lead
    permanent: bool = False  # no time will ever do (or `next_at` is None): not this number
    why: str = ""
    at: int = 0


class Scope(StrEnum):
    """How much of the contact a suppression ends."""

    ALL = "all"  # a do-not-call request of the person
    CALLS = "calls"
    MAILS = "mails"


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A number, address or domain of the lead went on a list.

    With scope `calls` or `mails` the caller marks the number or address too
    (`Phone.bad`, `Lead.email_bad`), so that a later plan remembers.
    """

    scope: Scope = Scope.ALL
    at: int = 0


@dataclass(frozen=True, slots=True)
class PhoneMarkedBad:
    """A number turned out wrong without a call: the next one takes its place."""

    e164: str
    at: int = 0


@dataclass(frozen=True, slots=True)
class DetailsChanged:
    """Numbers, address, place or zone of the lead changed, or another lead was merged into it."""

    at: int = 0


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A person looked at a lead without a number and found none: it comes back later."""

    at: int = 0


@dataclass(frozen=True, slots=True)
class Postponed:
    """A rep skipped the lead with a reason: not before `until`."""

    until: int
    at: int = 0


@dataclass(frozen=True, slots=True)
class Reassigned:
    """Another rep owns the lead now; empty: the team (a rep left)."""

    owner: str
    at: int = 0
    of: str = ""  # only what was this rep's changes hands; empty: whosever it was


Happening = (
    Called
    | CalledUs
    | MailSent
    | MailFailed
    | Replied
    | Unsubscribed
    | Inquired
    | Blocked
    | Suppressed
    | PhoneMarkedBad
    | DetailsChanged
    | Reviewed
    | Postponed
    | Reassigned
)
