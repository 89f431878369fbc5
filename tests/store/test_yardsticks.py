"""The figures of follow-up: what is counted, and what it is a part of."""

from __future__ import annotations

from pathlib import Path

from support.factories import FIRM, NOON, called, new_lead, number

from cadence.model import Result
from cadence.studies import load as load_studies
from config.clock import DAY, HOUR, MINUTE, SECOND, HandClock
from store.imports.report import ImportOptions
from store.imports.run import run
from store.records import CallEnd
from store.store import Store
from store.yardsticks import FollowUp, NthCall, Yardsticks, follow_up


def measured(store: Store, start: int = 0, until: int = NOON + 900 * DAY) -> FollowUp:
    return follow_up(store.core, start, until)


def test_speed_to_lead_counts_from_the_inquiry_to_the_call(store: Store, clock: HandClock) -> None:
    for n, wait in enumerate((30 * SECOND, 3 * MINUTE, 8 * MINUTE)):
        store.leads.add(new_lead(n))
        clock.advance(wait)
        called(store, clock, Result.NO_ANSWER, talk_ms=0)
    total = measured(store).total
    assert (total.at_once, total.within_1_min, total.within_5_min) == (3, 1, 2)
    assert (total.called, total.calls, total.called_twice) == (3, 3, 0)


def test_a_lead_of_the_night_is_no_slow_lead_and_not_never_called_before_its_hour(
    store: Store, clock: HandClock
) -> None:
    clock.advance(12 * HOUR)  # midnight in California
    store.leads.add(new_lead())
    assert measured(store).total == Yardsticks(leads=1, with_address=1)
    clock.advance(10 * HOUR)
    total = measured(store).total
    assert (total.at_once, total.never_called, total.callable) == (0, 1, 1)


def test_a_lead_put_aside_is_still_never_called(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    claim = store.queue.claim("ana")
    store.queue.skip(claim, "later", clock.now() + 3 * DAY)  # type: ignore[arg-type]
    clock.advance(HOUR)
    assert measured(store).total.never_called == 1


def test_a_lead_that_a_file_brought_is_called_late_by_the_file_not_by_us(
    store: Store, clock: HandClock, tmp_path: Path
) -> None:
    path = tmp_path / "fair.csv"
    path.write_text("name,phone,source\nAnn,+14152000001,fair\nBob,+14152000002,fair\n")
    run(store, path, ImportOptions())
    called(store, clock, Result.BUSY)
    figures = measured(store).by_source["fair"]
    assert (figures.leads, figures.called, figures.never_called, figures.at_once) == (2, 1, 1, 0)


def test_calls_that_did_not_go_out_are_no_calls(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    claim = store.queue.claim("ana")
    clock.advance(9 * HOUR)
    assert not store.attempts.begin(claim, "ana").decision.allowed  # type: ignore[arg-type]
    assert measured(store).total.calls == 0
    assert measured(store).by_call == ()


def test_conversion_is_told_by_the_number_of_the_call(store: Store, clock: HandClock) -> None:
    for n in range(2):
        store.leads.add(new_lead(n))
    for code in ("interested", "won"):
        attempt = called(store, clock, Result.ANSWERED)
        store.attempts.dispose(attempt.id, code, "rep1")
    clock.advance(5 * DAY)
    attempt = called(store, clock, Result.ANSWERED)
    store.attempts.dispose(attempt.id, "won", "rep1")
    found = measured(store)
    assert found.by_call == (NthCall(1, calls=2, reached=2, won=1), NthCall(2, calls=1, reached=0, won=1))
    assert (found.total.reached, found.total.won, found.total.called_twice) == (2, 2, 1)
    assert (found.won_by(1), found.won_by(6)) == (1, 2)


def test_all_calls_from_the_seventh_on_are_told_together(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    for _ in range(9):  # each callback leads to the next
        attempt = called(store, clock, Result.ANSWERED)
        store.attempts.dispose(attempt.id, "callback", "rep1", callback_at=clock.now() + 9 * HOUR)
        clock.advance(DAY)
    assert [(nth.number, nth.calls) for nth in measured(store).by_call][-2:] == [(6, 1), (7, 3)]


def test_a_mail_counts_for_day_one_when_it_went_out_within_a_day(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead(0))
    store.leads.add(new_lead(1, email=""))
    store.leads.add(new_lead(2))
    clock.advance(HOUR)
    assert store.outbox.stage(9, FIRM) == 2
    first = store.outbox.take()
    assert first is not None
    store.outbox.sent(first.id, "250 ok")
    clock.advance(DAY)
    late = store.outbox.take()
    assert late is not None
    store.outbox.sent(late.id, "250 ok")
    total = measured(store).total
    assert (total.with_address, total.mailed_day_one) == (2, 1)


def test_sources_and_reps_add_up_to_the_total(store: Store, clock: HandClock) -> None:
    for n in range(5):
        store.leads.add(new_lead(n, source=("web", "fair")[n % 2]))
        clock.advance(SECOND)
    called(store, clock, Result.BUSY, rep="ana")
    called(store, clock, Result.BUSY, rep="ben")
    clock.advance(20 * MINUTE)
    called(store, clock, Result.BUSY, rep="ben")  # the lead that ana called first
    found = measured(store)
    assert {name: part.leads for name, part in found.by_source.items()} == {"fair": 2, "web": 3}
    assert {name: part.leads for name, part in found.by_rep.items()} == {"": 3, "ana": 1, "ben": 1}
    assert found.by_rep["ana"].calls == 2
    for parts in (found.by_source, found.by_rep):
        assert sum(parts.values(), Yardsticks()) == found.total


def test_the_period_is_that_of_the_first_inquiry(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead(0, source="web"))
    clock.advance(DAY)
    store.leads.add(new_lead(0, source="fair"))
    store.leads.add(new_lead(1, source="fair"))
    assert set(measured(store, until=NOON + HOUR).by_source) == {"web"}
    assert measured(store, start=NOON + HOUR).total.leads == 1
    assert measured(store, until=NOON).total == Yardsticks()


def test_the_studies_stand_beside_figures_that_exist() -> None:
    figures = {"calls_a_lead", "won_by_call_3", "won_by_call_6", *Yardsticks.__dataclass_fields__}
    studies = load_studies()
    assert {study.yardstick for study in studies} <= figures
    assert all(study.cited for study in studies)


def test_who_called_us_and_was_spoken_with_is_neither_called_nor_left_alone(
    store: Store, clock: HandClock
) -> None:
    attempt, _ = store.inbound.answer(number(5), "", "sip", "ana", None, clock.now())
    clock.advance(MINUTE)
    store.attempts.finish(attempt.id, CallEnd(Result.ANSWERED, clock.now(), 0, MINUTE), "ana")
    store.attempts.dispose(attempt.id, "interested", "ana")
    clock.advance(60 * DAY)
    total = measured(store).total
    assert (total.leads, total.called, total.calls, total.never_called, total.at_once) == (1, 0, 0, 0, 0)


def test_a_missed_stranger_is_a_lead_whose_speed_counts_by_our_call(store: Store, clock: HandClock) -> None:
    store.inbound.missed(number(5), "", "sip", "ana", clock.now(), "busy")
    clock.advance(2 * MINUTE)
    called(store, clock, Result.NO_ANSWER, talk_ms=0)
    total = measured(store).total
    assert (total.leads, total.calls, total.at_once, total.within_1_min, total.within_5_min) == (
        1,
        1,
        1,
        0,
        1,
    )


def test_a_lead_who_calls_back_and_is_won_was_won_by_our_calls_so_far(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead(5))
    called(store, clock, Result.NO_ANSWER, talk_ms=0)
    attempt, _ = store.inbound.answer(number(5), "", "sip", "ana", None, clock.now())
    clock.advance(MINUTE)
    store.attempts.finish(attempt.id, CallEnd(Result.ANSWERED, clock.now(), 0, MINUTE), "ana")
    store.attempts.dispose(attempt.id, "won", "ana")
    found = measured(store)
    assert (found.total.calls, found.total.reached, found.total.won) == (1, 1, 1)
    assert found.won_by(1) == 1
    assert found.by_call[0].calls == 1
