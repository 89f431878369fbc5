"""A caller waits for no search through a table: what a ring, an answer and a miss ask is found by index."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import pytest
from support.factories import NOON, called, new_lead, number

from cadence.model import Result
from config.clock import HandClock
from store.sqlite import SQLite
from store.store import Store

Job = Callable[[Store, int], object]


def left_by_the_dead(store: Store, shift: int) -> None:
    """Somebody rings at a desk that ends, and is found by the next."""
    store.inbound.rings(number(0), "", "sip", "rep1", shift, NOON)
    store.shifts.clock_out(shift)
    assert len(store.inbound.recover()) == 1


JOBS: dict[str, Job] = {
    "ring": lambda store, _: store.inbound.ring(number(0)),
    "rings": lambda store, shift: store.inbound.rings(number(0), "", "sip", "rep1", shift, NOON),
    "answer": lambda store, shift: store.inbound.answer(number(0), "", "sip", "rep1", shift, NOON),
    "answer a stranger": lambda store, shift: store.inbound.answer(number(7), "", "sip", "rep1", shift, NOON),
    "miss": lambda store, _: store.inbound.missed(number(0), "", "sip", "rep1", NOON, "busy"),
    "miss a stranger": lambda store, _: store.inbound.missed(number(7), "", "sip", "rep1", NOON, "busy"),
    "another phone took it": lambda store, _: store.inbound.taken_elsewhere("sip"),
    "the desk dies": left_by_the_dead,
}


def plans_of(connection: sqlite3.Connection, work: Callable[[], object]) -> dict[str, list[str]]:
    """How SQLite finds the rows of each statement that `work` ran."""
    asked: list[str] = []
    connection.set_trace_callback(asked.append)
    work()
    connection.set_trace_callback(None)
    questions = [sql for sql in asked if sql.lstrip().startswith(("select", "update", "delete", "with"))]
    return {sql: [row[3] for row in connection.execute("explain query plan " + sql)] for sql in questions}


def searched_through(plan: list[str]) -> list[str]:
    """The steps that read a table from end to end; an index of what rings at this moment is a short one."""
    short = ("CONSTANT", "ringing_call_now")
    return [step for step in plan if step.startswith("SCAN") and not any(word in step for word in short)]


@pytest.mark.parametrize("engine_name", ["sqlite"])
@pytest.mark.parametrize("job", JOBS)
def test_no_table_is_read_from_end_to_end_while_somebody_rings(
    store: Store, clock: HandClock, job: str
) -> None:
    store.leads.add(new_lead())
    called(store, clock, Result.NO_ANSWER)
    shift = store.shifts.clock_in("rep1", "One", "here", 1).id
    engine = store.core.engine
    assert isinstance(engine, SQLite)
    asked = plans_of(engine.conn, lambda: JOBS[job](store, shift))
    assert asked
    assert {sql: plan for sql, plan in asked.items() if searched_through(plan)} == {}


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_a_verify_finds_each_missed_call_by_index(store: Store) -> None:
    """Else its time grows with the square of the calls that were missed."""
    store.inbound.missed(number(0), "", "sip", "rep1", NOON, "busy")
    engine = store.core.engine
    assert isinstance(engine, SQLite)
    asked = plans_of(engine.conn, store.log.verify)
    one_by_one = [plan for sql, plan in asked.items() if "from missed_call where" in sql]
    assert one_by_one
    assert not any(searched_through(plan) for plan in one_by_one)
