"""A rep's whole day on the practice floor, by keyboard alone, and what the books say of it afterwards."""

from __future__ import annotations

import email
import email.policy
import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from support.practice_home import Person, assert_books_are_clean, attempts, events, practice_home, report
from support.tmux import Pane, needs_tmux, workstation

pytestmark = [needs_tmux, pytest.mark.timeout(300)]  # a whole day takes half a minute

ANSWERED_A_SECOND = r"talk 00:(0[1-9]|[1-5]\d)"
INSTANTS = ("opened_at", "invited_at", "ringing_at", "answered_at", "ended_at")
STATES = ("ready", "preview", "dialing", "ringing", "talking", "wrap_up", "not_ready")


def dial(desk: Pane) -> None:
    """Press space; again after a look at the card where it came so soon that it was taken for a held key."""
    made = int(re.search(r"calls (\d+)", desk.until(r"calls \d+"))[1])
    desk.press("Space")
    if "let go" in desk.until(rf"calls {made + 1}|let go"):
        desk.until(r"PREVIEW +\d\d:(0[1-9]|[1-5]\d)")
        desk.press("Space")
        desk.until(f"calls {made + 1}")


def talk(desk: Pane) -> None:
    dial(desk)
    desk.until("TALKING")
    desk.until(ANSWERED_A_SECOND)


def no_answer_by_its_key(desk: Pane) -> None:
    dial(desk)
    desk.until("RINGING")
    desk.type("1")


def no_answer_by_hanging_up(desk: Pane) -> None:
    dial(desk)
    desk.until("RINGING")
    desk.type("h")


def voicemail(desk: Pane) -> None:
    talk(desk)
    desk.type("2")


def cut_off(desk: Pane) -> None:
    dial(desk)
    desk.until("TALKING")
    desk.until("WRAP-UP")
    desk.type("0")


def won(desk: Pane) -> None:
    talk(desk)
    desk.type("nsigned for two trucks")
    desk.until("note for Win Closed> signed for two trucks")
    desk.press("Enter")
    desk.until("TALKING")
    desk.type("8")


def callback(desk: Pane) -> None:
    talk(desk)
    desk.type("6")
    desk.until("1  to")  # the first offer: today, or tomorrow
    desk.type("t")
    desk.until("call back>")
    desk.type("at some point")
    desk.press("Enter")
    desk.until("at some point is not a time")
    desk.press("C-u")
    desk.type("tomorrow 14:30")
    desk.press("Enter")


def interested(desk: Pane) -> None:
    talk(desk)
    desk.type("0")


def not_interested_after_an_undo(desk: Pane) -> None:
    talk(desk)
    desk.type("0")
    desk.until("Nix Nothanks: Interested")
    desk.type("u")
    desk.until("WRAP-UP .* Nix Nothanks")
    desk.type("7")


def do_not_call(desk: Pane) -> None:
    talk(desk)
    desk.type("9")
    desk.until("Press 9 again")
    desk.type("9")


def skip(desk: Pane) -> None:
    desk.type("s")
    desk.until("2  I need to prepare first")
    desk.type("2")


@dataclass(frozen=True)
class Part:
    """A lead, what the rep does with it, and how it must stand in the books."""

    person: Person
    work: Callable[[Pane], None]
    result: str
    disposition: str
    said: str  # on the message row, after the name


PLAY = (
    Part(Person("Una Busy", "2"), dial, "busy", "busy", "Busy"),
    Part(Person("Nat Silent", "3"), no_answer_by_its_key, "no_answer", "no_answer", "No answer"),
    Part(Person("Hal Quiet", "3"), no_answer_by_hanging_up, "no_answer", "no_answer", "No answer"),
    Part(Person("Ivo Wrong", "5"), dial, "invalid", "bad_number", "Bad number"),
    Part(Person("Dex Declines", "6"), dial, "declined", "no_answer", "No answer"),
    Part(Person("Nix Nothanks", "8"), not_interested_after_an_undo, "answered", "not_interested", "Not int"),
    Part(Person("Dee Never", "8"), do_not_call, "answered", "do_not_call", "Do not call"),
    Part(Person("Sue Skipped", "8"), skip, "", "", "skipped"),
    Part(Person("Vic Mailbox", "4", 12), voicemail, "answered", "voicemail", "Voicemail left"),
    Part(Person("Cut Offline", "7", 12), cut_off, "answered", "interested", "Interested"),
    Part(Person("Win Closed", "8", 12), won, "answered", "won", "Won"),
    Part(Person("Cal Later", "8", 12), callback, "answered", "callback", "Callback"),
    Part(Person("Kim Keen", "1", 12), interested, "answered", "interested", "Interested"),
)
BY_NAME = {part.person.name: part for part in PLAY}
CALLED = [part for part in PLAY if part.result]
MAILED = [part.person for part in PLAY if part.person.minutes_ago]


@dataclass
class Day:
    """A home after its rep went home."""

    home: Path
    attempts: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)

    def of(self, name: str) -> list[dict[str, Any]]:
        return [each for each in self.attempts if each["lead_name"] == name]

    def kinds(self) -> Counter[str]:
        return Counter(event["kind"] for event in self.events)


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    """Every lead of the play worked through at a real terminal, whatever order the queue gives."""
    home = practice_home(tmp_path_factory.mktemp("day"), [part.person for part in PLAY])
    with workstation(home) as desk:
        left = set(BY_NAME)
        while left:
            shown = desk.until(rf"PREVIEW +\d\d:\d\d +({'|'.join(left)}) ")
            name = next(name for name in left if name in shown.splitlines()[0])
            if len(left) == len(PLAY):
                look_around(desk, name)
            BY_NAME[name].work(desk)
            desk.until(f"{name}:? {BY_NAME[name].said}")
            left.remove(name)
        until_delivered(home, len(MAILED))
        go_home(desk)
    return Day(home, attempts(home), events(home))


def look_around(desk: Pane, name: str) -> None:
    """Help, timeline, find, a pause, and keys that must do nothing."""
    desk.type("?")
    desk.until("Dial the lead on the card")
    desk.press("NPage")
    desk.until("Clock out and leave; asked twice")
    desk.press("Enter")
    desk.type("t")
    desk.until(f"Timeline of {name}")
    desk.type("t")
    desk.until_not("Timeline of")
    desk.type("/")
    desk.until("find>")
    desk.type("keen")
    assert "Kim Keen" in desk.until("1 found")
    desk.press("Escape")
    desk.until_not("find>")
    desk.type("7")
    desk.until("No call to record as not interested")
    desk.type("p")
    desk.until("2  Lunch")
    desk.type("2")
    desk.until(r"NOT READY +\d\d:\d\d +lunch")
    desk.press("Space")
    desk.until("You are not ready: p brings you back")
    desk.type("p")
    desk.until(f"PREVIEW.*{name}")


def until_delivered(home: Path, mails: int) -> None:
    """Wait for the catcher, which writes a file for each mail."""
    end = time.monotonic() + 60
    while len(list((home / "mail").glob("*.eml"))) < mails:
        assert time.monotonic() < end, "the mails are not delivered"
        time.sleep(0.05)


def go_home(desk: Pane) -> None:
    desk.type("q")
    desk.until("Press q again")
    desk.type("q")
    assert desk.ended() == 0


@pytest.mark.parametrize("part", CALLED, ids=lambda part: part.person.name.replace(" ", "_"))
def test_each_lead_is_dialed_once_and_stands_in_the_books_as_it_went(day: Day, part: Part) -> None:
    (attempt,) = day.of(part.person.name)
    assert attempt["result"] == part.result
    assert attempt["disposition"] == part.disposition
    assert attempt["number"].endswith(part.person.digit)
    assert attempt["rep"] == "sam"


def test_talk_is_counted_from_the_answer_and_ring_never_is_talk(day: Day) -> None:
    for attempt in day.attempts:
        known = [attempt[name] for name in INSTANTS if attempt[name]]
        assert known == sorted(known)
        answered = attempt["result"] == "answered"
        assert bool(attempt["answered_at"]) is answered
        assert (Decimal(str(attempt["talk_seconds"])) >= 1) is answered, attempt


def test_a_dropped_call_says_that_the_other_side_ended_it(day: Day) -> None:
    assert day.of("Cut Offline")[0]["ended_by"] == "lead"
    assert day.of("Hal Quiet")[0]["ended_by"] == "rep"


def test_the_callback_stands_at_the_time_that_was_typed(day: Day) -> None:
    (attempt,) = day.of("Cal Later")
    assert re.search(r"T\d\d:30:00", attempt["callback_at"])
    (agreed,) = [event for event in day.events if event["kind"] == "callback.agreed"]
    assert agreed["body"]["callback_at"] == attempt["callback_at"]


def test_what_was_taken_back_stays_in_the_log(day: Day) -> None:
    (attempt,) = day.of("Nix Nothanks")
    told = [
        (event["kind"].removeprefix("attempt."), event["body"]["disposition"])
        for event in day.events
        if event["attempt_id"] == attempt["attempt_id"] and "disposition" in event["body"]
    ]
    told = [each for each in told if each[0] in ("disposed", "undone")]
    assert told == [("disposed", "interested"), ("undone", "interested"), ("disposed", "not_interested")]


def test_the_number_that_said_never_is_on_the_list(day: Day) -> None:
    listed = report(day.home, "dnc", "list", "--json")
    assert [entry["value"] for entry in listed] == [day.of("Dee Never")[0]["number"]]


def test_note_and_skip_are_events_with_their_reason(day: Day) -> None:
    assert day.kinds()["lead.noted"] == 1
    (skipped,) = [event for event in day.events if event["kind"] == "lead.skipped"]
    assert skipped["body"]["reason"] == "prepare"
    assert not day.of("Sue Skipped")


def test_mails_that_were_due_lie_in_the_catchers_folder_once_each(day: Day) -> None:
    taken = [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in (day.home / "mail").glob("*.eml")
    ]
    assert Counter(mail["To"].addresses[0].addr_spec for mail in taken) == Counter(
        person.email for person in MAILED
    )
    for mail in taken:
        text = mail.get_body(("plain",)).get_content()
        assert "1 Example Street, Springfield" in text
        assert mail["List-Unsubscribe"] or "unsubscribe" in text.lower() or "stop" in text.lower()
    assert day.kinds()["mail.sent"] == len(MAILED)


def test_nobody_who_ended_the_conversation_has_a_next_call(day: Day) -> None:
    waiting = {row["name"] for row in report(day.home, "queue", "--rep", "sam", "--json", "--limit", "100")}
    assert not waiting & {"Win Closed", "Nix Nothanks", "Dee Never"}
    assert {"Una Busy", "Nat Silent", "Vic Mailbox", "Cal Later", "Kim Keen", "Sue Skipped"} <= waiting


def test_the_seconds_of_the_shift_add_up_to_its_clock(day: Day) -> None:
    (row,) = report(day.home, "export", "payroll", "--format", "ndjson")
    spent = sum(Decimal(str(row[f"{state}_seconds"])) for state in STATES)
    assert spent == Decimal(str(row["clock_seconds"]))
    assert "lunch" in str(row["not_ready_reasons"])
    assert int(row["attempts"]) == len(CALLED)
    talked = sum(Decimal(str(attempt["talk_seconds"])) for attempt in day.attempts)
    assert Decimal(str(row["talk_seconds"])) == talked


def test_the_books_are_clean(day: Day) -> None:
    assert len(day.attempts) == len(CALLED)
    assert [event["seq"] for event in day.events] == list(range(1, len(day.events) + 1))
    assert_books_are_clean(day.home)
