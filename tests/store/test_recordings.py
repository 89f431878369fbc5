from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from support.factories import called, new_lead, number

from cadence.model import Result
from config.clock import HandClock
from store.audit import audit
from store.errors import NotFound, Refused
from store.recordings import SETTLING_MS, UNTOLD
from store.store import Store

HERE, PATH, SUM = "desk-1", "2026-11/call.wav", "ab" * 32


def recorded(store: Store, clock: HandClock, n: int = 0) -> int:
    """An ended attempt whose recording is still open; its id."""
    store.leads.add(new_lead(n))
    attempt = called(store, clock, Result.ANSWERED, rep=f"rep{n + 1}")
    store.recordings.begin(attempt.id, HERE, PATH, attempt.opened_at)
    return attempt.id


def told(store: Store) -> list[tuple[str, str, dict[str, object]]]:
    return [
        (event.kind, event.rep, event.body)
        for event in store.log.after(0, 1000)
        if event.kind.startswith("recording.")
    ]


def test_a_kept_recording_is_linked_from_its_attempt_and_its_sum_is_in_the_chain(
    store: Store, clock: HandClock
) -> None:
    attempt = recorded(store, clock)
    assert store.recordings.keep(attempt, "2026-11/call.flac", 4_000, 12_345, SUM)
    (found,) = store.recordings.newest()
    assert (found.attempt_id, found.state, found.path) == (attempt, "kept", "2026-11/call.flac")
    assert (found.ms, found.size, found.sha256) == (4_000, 12_345, SUM)
    body = {"recording_id": found.id, "path": found.path, "ms": 4_000, "size": 12_345, "sha256": SUM}
    assert told(store) == [("recording.kept", "rep1", body)]
    assert store.log.verify().clean


def test_a_recording_is_settled_once(store: Store, clock: HandClock) -> None:
    attempt = recorded(store, clock)
    assert store.recordings.keep(attempt, PATH, 1, 1, SUM)
    assert not store.recordings.lose(attempt, "the file is gone")
    assert not store.recordings.keep(attempt, PATH, 2, 2, SUM)
    assert [kind for kind, _, _ in told(store)] == ["recording.kept"]


def test_begun_twice_it_stands_once(store: Store, clock: HandClock) -> None:
    attempt = recorded(store, clock)
    store.recordings.begin(attempt, HERE, "other.wav", clock.now())
    assert [found.path for found in store.recordings.newest()] == [PATH]


def test_every_access_is_in_the_log_with_who_asked(store: Store, clock: HandClock) -> None:
    attempt = recorded(store, clock)
    store.recordings.keep(attempt, PATH, 1, 1, SUM)
    (found,) = store.recordings.newest()
    store.recordings.played(found.id, "ana", "play")
    store.recordings.played(found.id, "bo", "path")
    body = {"recording_id": found.id}
    assert told(store)[1:] == [
        ("recording.played", "ana", {**body, "how": "play"}),
        ("recording.played", "bo", {**body, "how": "path"}),
    ]


def test_a_deleted_recording_keeps_its_row_and_is_deleted_once(store: Store, clock: HandClock) -> None:
    attempt = recorded(store, clock)
    store.recordings.keep(attempt, PATH, 1, 1, SUM)
    (found,) = store.recordings.expired(HERE, clock.now())
    store.recordings.delete(found.id, "older than 30 days")
    store.recordings.delete(found.id, "again")
    assert store.recordings.expired(HERE, clock.now()) == []
    assert store.recordings.get(found.id).why == "older than 30 days"
    assert [kind for kind, _, _ in told(store)] == ["recording.kept", "recording.deleted"]


def test_what_a_dead_desk_left_open_is_found_on_its_own_machine_alone(store: Store, clock: HandClock) -> None:
    attempt = recorded(store, clock)
    assert store.recordings.take_left(HERE, clock.now()) == []  # the call has only just ended
    clock.advance(1)
    assert store.recordings.take_left("desk-2", clock.now()) == []
    assert [found.attempt_id for found in store.recordings.take_left(HERE, clock.now())] == [attempt]


def test_a_rep_who_begins_anew_gets_what_their_own_session_left_and_nobody_elses(
    store: Store, clock: HandClock
) -> None:
    mine = recorded(store, clock)
    recorded(store, clock, 1)
    up, _ = store.inbound.answer(number(2), "", "sip-in", "rep1", None, clock.now())
    store.recordings.begin(up.id, HERE, PATH, clock.now())
    assert store.recordings.take_left("desk-2", rep="rep1") == []
    assert [found.attempt_id for found in store.recordings.take_left(HERE, rep="rep1")] == [mine]


def test_what_a_dead_desk_left_is_settled_by_one_hand_at_a_time(
    store: Store, open_store: Callable[[], Store], clock: HandClock
) -> None:
    """Two that pack one file at once leave a sum that is not the file's, or call lost what the other has."""
    attempt, other = recorded(store, clock), open_store()
    clock.advance(1)
    (left,) = store.recordings.take_left(HERE, clock.now())
    assert left.attempt_id == attempt
    assert other.recordings.take_left(HERE, clock.now()) == []
    clock.advance(SETTLING_MS)
    assert other.recordings.take_left(HERE, clock.now()) == [left], "the first has died"
    assert other.recordings.keep(attempt, PATH, 1, 1, SUM)
    clock.advance(SETTLING_MS)
    assert store.recordings.take_left(HERE, clock.now()) == []


def test_recordings_of_one_lead_are_listed_alone(store: Store, clock: HandClock) -> None:
    first, second = recorded(store, clock), recorded(store, clock, 1)
    lead = store.attempts.get(second).lead_id
    assert [found.attempt_id for found in store.recordings.newest()] == [second, first]
    assert [found.attempt_id for found in store.recordings.newest(lead_id=lead)] == [second]


def test_an_unknown_recording_is_named(store: Store) -> None:
    with pytest.raises(NotFound, match="there is no recording 7"):
        store.recordings.get(7)


def test_the_notice_is_kept_once_with_its_moment(store: Store, clock: HandClock) -> None:
    attempt = recorded(store, clock)
    store.recordings.announced(attempt, 500)
    store.recordings.announced(attempt, 900)
    (found,) = store.recordings.newest()
    assert (found.announced_at, found.objected_at, found.state) == (500, None, "open")
    assert told(store) == [("recording.announced", "rep1", {"recording_id": found.id, "announced_at": 500})]


@pytest.mark.parametrize("kept", [False, True], ids=["in the call", "after it"])
def test_who_objects_leaves_no_recording(store: Store, clock: HandClock, kept: bool) -> None:
    attempt = recorded(store, clock)
    if kept:
        store.recordings.keep(attempt, PATH, 1, 1, SUM)
    for _ in range(2):
        store.recordings.objected(attempt, "rep1", 700)
    (found,) = store.recordings.newest()
    assert (found.objected_at, found.state, found.why) == (700, "deleted", "they objected to it")
    assert not store.recordings.keep(attempt, PATH, 1, 1, SUM), "what is kept afterwards is not"
    assert [kind for kind, _, _ in told(store)][kept:] == ["recording.objected", "recording.deleted"]
    assert "they do not want to be recorded" in store.leads.history(1)[-1].text
    assert store.log.verify().clean


def test_an_objection_before_anything_was_recorded_stands_with_the_call(
    store: Store, clock: HandClock
) -> None:
    store.leads.add(new_lead())
    attempt = called(store, clock, Result.ANSWERED)
    for at in (700, 900):
        store.recordings.objected(attempt.id, "rep1", at)
    assert told(store) == [("recording.objected", "rep1", {"recording_id": None, "objected_at": 700})]
    (found,) = store.recordings.objections()
    assert (found.attempt_id, found.e164, found.objected_at) == (attempt.id, attempt.e164, 700)
    assert (found.recording_id, found.state) == (None, "")
    assert "they do not want to be recorded" in store.leads.history(1)[-1].text
    assert store.log.verify().clean
    with pytest.raises(NotFound):
        store.recordings.objected(99, "rep1", 700)


def test_a_recording_that_is_told_of_after_the_objection_is_deleted_from_the_start(
    store: Store, clock: HandClock
) -> None:
    """Phone and rep are two hands: what the one began may reach the disk after what the other said."""
    store.leads.add(new_lead())
    attempt = called(store, clock, Result.ANSWERED)
    store.recordings.objected(attempt.id, "rep1", 700)
    for _ in range(2):
        store.recordings.begin(attempt.id, HERE, PATH, 600)
    (found,) = store.recordings.unwanted(HERE)
    assert (found.state, found.why, found.objected_at) == ("deleted", "they objected to it", 700)
    assert not store.recordings.keep(attempt.id, PATH, 1, 1, SUM)
    assert [kind for kind, _, _ in told(store)] == ["recording.objected", "recording.deleted"]
    assert store.recordings.take_left(HERE, clock.now() + 1) == []


def test_an_objection_and_the_beginning_of_a_recording_at_one_moment_leave_no_recording(
    store: Store, apart: Callable[[], Store], clock: HandClock
) -> None:
    attempts = []
    for n in range(8):
        store.leads.add(new_lead(n))
        attempts.append(called(store, clock, Result.ANSWERED, rep=f"rep{n}").id)
    ready = Barrier(2)

    def each(do: Callable[[Store, int], object]) -> None:
        with apart() as mine:
            for attempt in attempts:
                ready.wait(20)
                do(mine, attempt)

    with ThreadPoolExecutor(2) as pool:
        objecting = pool.submit(each, lambda mine, n: mine.recordings.objected(n, "rep1", 700))
        beginning = pool.submit(each, lambda mine, n: mine.recordings.begin(n, HERE, PATH, 600))
        objecting.result()
        beginning.result()
    assert {found.state for found in store.recordings.newest()} == {"deleted"}
    assert len(store.recordings.unwanted(HERE)) == len(store.recordings.objections()) == len(attempts)
    assert store.log.verify().clean


def test_objections_are_listed_with_what_became_of_the_recording_the_newest_first(
    store: Store, clock: HandClock
) -> None:
    first = recorded(store, clock)
    store.recordings.keep(first, PATH, 1, 1, SUM)
    store.recordings.objected(first, "rep1", 700)
    store.leads.add(new_lead(1))
    second = called(store, clock, Result.ANSWERED, rep="rep2")
    store.recordings.objected(second.id, "rep2", 900)
    found = store.recordings.objections()
    assert [(one.attempt_id, one.rep, one.state) for one in found] == [
        (second.id, "rep2", ""),
        (first, "rep1", "deleted"),
    ]
    assert [one.attempt_id for one in store.recordings.objections(lead_id=1)] == [first]
    assert len(store.recordings.objections(limit=1)) == 1


def test_an_objection_is_written_once(store: Store, clock: HandClock) -> None:
    attempt = recorded(store, clock)
    store.recordings.objected(attempt, "rep1", 700)
    for change in ("null", "701"):
        with pytest.raises(Refused, match="objected is written once"):
            store.core.engine.run(f"update attempt set objected_at = {change}")


def test_a_file_that_must_go_is_named_until_its_machine_says_that_it_has(
    store: Store, clock: HandClock
) -> None:
    objected, old = recorded(store, clock), recorded(store, clock, 1)
    store.recordings.keep(old, PATH, 1, 1, SUM)
    assert store.recordings.unwanted(HERE) == []
    store.recordings.objected(objected, "rep1", 700)
    store.recordings.delete(store.recordings.newest()[0].id, "older than 30 days")
    first, second = store.recordings.unwanted(HERE)
    assert (first.attempt_id, second.attempt_id) == (objected, old)
    assert store.recordings.unwanted("desk-2") == []
    assert audit(store).unerased == ((HERE, 2),)
    store.recordings.erased(first.id)
    assert store.recordings.unwanted(HERE) == [second]


# ------------------------------------------------------------- the notice


def notices(store: Store) -> list[str]:
    return [one.notice for one in reversed(store.recordings.newest())]


def test_what_became_of_the_notice_is_told_apart(store: Store, clock: HandClock) -> None:
    for n, told_by in enumerate(("", "rep", "notice", "notice")):
        store.leads.add(new_lead(n))
        attempt = called(store, clock, Result.ANSWERED, rep=f"rep{n}")
        store.recordings.begin(attempt.id, HERE, PATH, attempt.opened_at, told_by)
        if n == 3:
            store.recordings.announced(attempt.id, clock.now())
        store.recordings.keep(attempt.id, PATH, 1, 1, SUM)
    assert notices(store) == ["", "rep", "not heard", "heard"]
    (untold,) = store.recordings.untold()
    assert untold.notice == "not heard"
    report = audit(store)
    assert (report.clean, report.untold, report.left_to_rep) == (True, (untold,), 1)


def test_a_recording_of_an_unheard_notice_waits_for_its_own_machine_and_goes_by_the_reason(
    store: Store, clock: HandClock
) -> None:
    store.leads.add(new_lead())
    attempt = called(store, clock, Result.ANSWERED)
    store.recordings.begin(attempt.id, HERE, PATH, attempt.opened_at, "notice")
    assert store.recordings.untold() == [], "the call may be up, and the notice with it"
    store.recordings.keep(attempt.id, PATH, 1, 1, SUM)
    assert store.recordings.untold("desk-2", clock.now() + 1) == []
    assert store.recordings.untold(HERE, clock.now()) == [], "it was settled at this moment"
    (found,) = store.recordings.untold(HERE, clock.now() + 1)
    store.recordings.delete(found.id, UNTOLD)
    assert store.recordings.untold() == []
    assert [one.id for one in store.recordings.unwanted(HERE)] == [found.id]


def test_a_notice_that_failed_is_the_reps_to_say_in_the_end(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    attempt = called(store, clock, Result.ANSWERED)
    for told_by in ("notice", "rep", ""):
        store.recordings.begin(attempt.id, HERE, PATH, attempt.opened_at, told_by)
    store.recordings.keep(attempt.id, PATH, 1, 1, SUM)
    assert (notices(store), store.recordings.untold()) == (["rep"], [])
    store.recordings.begin(attempt.id, HERE, PATH, attempt.opened_at, "notice")
    assert notices(store) == ["rep"], "it is settled"


def test_a_lost_recording_stays_lost_when_they_object(store: Store, clock: HandClock) -> None:
    attempt = recorded(store, clock)
    store.recordings.lose(attempt, "the disk was full")
    store.recordings.objected(attempt, "rep1", 700)
    (found,) = store.recordings.newest()
    assert (found.state, found.why, found.objected_at) == ("lost", "the disk was full", 700)
