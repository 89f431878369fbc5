"""What happened to a lead, a line each, for a person.

The log tells a call in up to five events (dialed, answered, ended, recorded,
taken back) and a mail in two; a person wants one line each. Arrivals are told
from the inquiries: a file writes one event for all its leads, and one inquiry
for each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cadence.dispositions import Dispositions
from cadence.numbers import e164
from config.clock import SECOND
from store.core import Core
from store.engine import Row
from store.events import CLOSING, TRANSFERS, Event, was_given

Body = dict[str, Any]
When = Callable[[int], str]  # how a time (ms UTC) is written inside a line


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One thing that happened."""

    at: int  # ms UTC
    text: str  # outside text is in it: clean it where it is shown
    kind: str  # call, mail, note, or the kind of the event (store.events)


def lines(core: Core, lead_id: int, limit: int, when: When) -> list[HistoryLine]:
    """The lead's history, oldest first, from the newest `limit` events, its notes and its inquiries."""
    events = core.log.of_lead(lead_id, limit)
    numbers = core.engine.rows("select count(*) as n from phone where lead_id = :lead", lead=lead_id)[0]["n"]
    teller = _Teller(core.book.dispositions, when, _names(core), name_number=numbers > 1)
    told = [*_arrivals(core, lead_id), *teller.tell(events), *_notes(core, lead_id)]
    return sorted(told, key=lambda line: line.at)


def _names(core: Core) -> dict[str, str]:
    """Names of colleagues by their numbers, as they are typed and as they are dialed."""
    dialed = {e164(number, core.region) or number: name for number, name in core.colleagues.items()}
    return {**dialed, **core.colleagues}


def _arrivals(core: Core, lead_id: int) -> Iterator[HistoryLine]:
    rows = core.engine.rows(
        """select i.at, i.source, i.campaign, r.file from inquiry i
            left join import_run r on r.id = i.import_id where i.lead_id = :lead order by i.at, i.id""",
        lead=lead_id,
    )
    for place, row in enumerate(rows):
        came = "asked again through" if place else "arrived from"
        text = f"{came} {row['source'] or 'an unnamed source'}"
        text += f", campaign {row['campaign']}" if row["campaign"] else ""
        text += f" (file {row['file']})" if row["file"] else ""
        yield HistoryLine(row["at"], text, "lead.inquired" if place else "lead.arrived")


def _notes(core: Core, lead_id: int) -> Iterator[HistoryLine]:
    rows: list[Row] = core.engine.rows(
        "select at, rep, text from note where lead_id = :lead order by at, id", lead=lead_id
    )
    return (HistoryLine(row["at"], f"{row['rep']} noted: {row['text']}", "note") for row in rows)


class _Teller:
    """Turns events into lines, those of one attempt or one mail into one."""

    def __init__(
        self, dispositions: Dispositions, when: When, names: Mapping[str, str], *, name_number: bool
    ) -> None:
        self._dispositions, self._when, self._name_number = dispositions, when, name_number
        self._names = names

    def tell(self, events: Iterable[Event]) -> Iterator[HistoryLine]:
        """A line for each attempt, each mail, and each other event that says something of its own."""
        calls: dict[int, list[Event]] = {}
        mails: dict[int, list[Event]] = {}
        others: list[Event] = []
        for event in events:
            if event.attempt_id is not None and event.kind not in _NOT_OF_THE_CALL:
                calls.setdefault(event.attempt_id, []).append(event)
            elif event.kind.startswith("mail."):
                mails.setdefault(event.body["outbox_id"], []).append(event)
            else:
                others.append(event)
        known = {*_told_by_calls(calls.values()), *_told_by_misses(others)}
        yield from map(self._call, calls.values())
        yield from map(_mail, mails.values())
        for event in others:
            say = self._say(event)
            if say and _fact(event) not in known:
                who = f" ({event.rep})" if event.rep else ""
                yield HistoryLine(event.at, f"{say}{who}", event.kind)

    def _call(self, events: list[Event]) -> HistoryLine:
        """`call 2: no answer after 24 s (sam)`."""
        body: Body = {}
        ended: Event | None = None
        for event in events:
            if event.kind in ("attempt.opened", *CLOSING):
                body |= event.body
            if event.kind in CLOSING:
                ended = event
        way = "from" if body.get("direction") == "in" else "to"
        number = f" {way} {body['e164']}" if self._name_number and "e164" in body else ""
        found = _found(ended, answered=_answered(events))
        words = [found, *_told_beside(events, self._names), *self._recorded(events)]
        text = f"{_call_name(body)}{number}: {', '.join(words)} ({events[0].rep})"
        return HistoryLine(body.get("opened_at", events[0].at), text, "call")

    def _recorded(self, events: list[Event]) -> Iterator[str]:
        """What was said of the attempt, and what of that was taken back."""
        said = ""
        for event in events:
            if event.kind == "attempt.undone":
                yield f"{self._label(event.body)} (taken back)"
                said = ""
            elif event.kind == "attempt.disposed":
                said = "" if event.body["automatic"] else self._label(event.body)
        if said:
            yield said
        for event in events:
            if event.kind == "attempt.corrected":
                yield f"corrected to {self._label(event.body)} by {event.rep}: {event.body['why']}"

    def _label(self, body: Body) -> str:
        code: str = body["disposition"]
        known = self._dispositions.by_code.get(code)
        if known is not None and known.callback:
            at = body.get("callback_at")
            return "callback agreed" + (f" for {self._when(at)}" if at else "")
        return (known.label if known else code.replace("_", " ")).lower()

    def _say(self, event: Event) -> str:
        if event.kind == "callback.agreed":
            return f"callback is on {self._when(event.body['callback_at'])}"
        if event.kind == "lead.skipped":
            return f"skipped until {self._when(event.body['until'])}: {event.body['reason']}"
        say = _SAY.get(event.kind)
        return say(event.body) if say else event.kind


MISSED = "they called, nobody answered"  # why a lead is planned anew by a missed call
_NOT_OF_THE_CALL = ("lead.noted",)

_SAY: dict[str, Callable[[Body], str]] = {
    "lead.arrived": lambda _: "",  # told from the inquiries, as are those below
    "lead.inquired": lambda _: "",
    "lead.noted": lambda _: "",  # told from the notes
    "lead.changed": lambda body: f"learned: {', '.join(body['fields'])}",
    "lead.planned": lambda body: f"planned anew: {body['why']}",
    "lead.assigned": lambda body: f"is {body['owner'] or 'the team'}'s from now on: {body['why']}",
    "lead.released": lambda body: f"given back: {body['why']}",
    "lead.expired": lambda body: f"{body['held_by']} held it too long",
    "call.missed": lambda body: f"they called, and nobody answered ({body['why']})",
    "callback.settled": lambda body: f"callback {body['settled']}",
}


def _told_by_calls(calls: Iterable[list[Event]]) -> Iterator[tuple[str, object]]:
    """What other events would repeat of the lines of calls: why the gate refused, what time was agreed."""
    for event in (event for events in calls for event in events):
        if event.kind == "attempt.blocked":
            yield "lead.planned", event.body["reason"]
        elif event.kind == "attempt.disposed" and event.body["callback_at"]:
            yield "callback.agreed", event.body["callback_at"]


def _told_by_misses(others: Iterable[Event]) -> Iterator[tuple[str, object]]:
    """What a missed call asks for is told with it."""
    if any(event.kind == "call.missed" for event in others):
        yield "lead.planned", MISSED


def _fact(event: Event) -> tuple[str, object]:
    """What of an event `_told_by_calls` may know already."""
    return event.kind, event.body.get("why") or event.body.get("callback_at")


def _call_name(body: Body) -> str:
    if body.get("direction") == "in":
        return "they called"
    kind, step = body.get("call_kind", ""), body.get("step", 0)
    named = {
        "callback": "callback",
        "returned": "their call returned",
        "review": "call after review",
        "nurture": f"nurture call {step}",
    }
    again = " again" if kind == "retry" else ""
    return named.get(kind, f"call {step}{again}" if step else "call")


def _told_beside(events: list[Event], names: Mapping[str, str]) -> Iterator[str]:
    """What of a call is told besides its end: to whom it was given, how it sounded, and of its recording."""
    for event in events:
        body = event.body
        if event.kind in TRANSFERS:
            given = f"given to {_whom(body['target'], names)}"
            yield given if was_given(event.kind, body) else f"not {given}: {body['reason'] or 'refused'}"
        elif event.kind in CLOSING and body.get("quality") == "poor":
            yield "the sound was poor"
        elif event.kind == "recording.objected":
            yield "they do not want to be recorded"


def _whom(target: str, names: Mapping[str, str]) -> str:
    """A colleague by name, anybody else by number."""
    name = names.get(target)
    return f"{name} ({target})" if name else target


def _answered(events: list[Event]) -> bool:
    return any(event.kind == "attempt.answered" for event in events)


def _found(ended: Event | None, *, answered: bool) -> str:
    """What the telephone found."""
    if ended is None:
        return "talking" if answered else "dialed"
    body, result = ended.body, str(ended.body["result"]).replace("_", " ")
    if ended.kind == "attempt.blocked":
        return f"not dialed, {body['reason']}"
    if body["talk_ms"]:
        talked = f"talked {_span(body['talk_ms'])}"
        return talked if result == "answered" else f"{talked}, {result}"
    if result == "no answer" and body["ring_ms"]:
        return f"no answer after {_span(body['ring_ms'])}"
    why = body["reason"] if result in ("failed", "interrupted", "blocked") else ""
    return f"{result}: {why}" if why else result


def _span(ms: int) -> str:
    """`24 s`, `3 min 12 s`."""
    minutes, seconds = divmod(round(ms / SECOND), 60)
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


def _mail(events: list[Event]) -> HistoryLine:
    """`mail 2 (checking-in) to ann@acme.example: sent`."""
    first, last = events[0], events[-1]
    what = f"mail {first.body['step']}"
    if first.kind == "mail.queued":
        what += f" ({first.body['template']}) to {first.body['address']}"
    state = {"queued": "waits to be sent"}.get(
        last.kind.removeprefix("mail."), last.kind.removeprefix("mail.")
    )
    why = last.body.get("why", "")
    return HistoryLine(first.at, f"{what}: {state}{f', {why}' if why else ''}", "mail")
