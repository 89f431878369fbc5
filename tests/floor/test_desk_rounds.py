"""A lead that lies on the card for long: whether it may be called, and is the rep's still, stays true."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from support.factories import claimed, new_lead, number

from cadence.model import ShiftState
from cadence.rulebook import load
from config.clock import HOUR, HandClock
from floor import desk_inputs as told
from floor.card import card_view
from floor.clerk import Clerk
from floor.desk import Desk
from floor.desk_rounds import DeskRounds
from floor.store_room import StoreRoom
from floor.view import CardView
from store.records import Claim
from store.store import Store

BOOK = load()


class Watch:
    """A desk with a lead in preview, its rounds at work, and what they tell it."""

    def __init__(self, room: StoreRoom, clock: HandClock) -> None:
        self.desk = Desk(BOOK.dispositions, clock)
        self.rounds = DeskRounds(room, self.desk, clock, self.tell, lambda: None)
        self.heard = asyncio.Event()

    def tell(self, given: told.Input) -> None:
        self.desk.handle(given)
        self.heard.set()

    async def until(self, met: Callable[[CardView | None], bool]) -> None:
        """Have the store asked again until the card is as wanted: a round may be under way already."""
        async with asyncio.timeout(20):
            while not met(self.desk.card):
                self.heard.clear()
                self.rounds.glance_soon()
                await self.heard.wait()


@pytest.fixture
async def watch(room: StoreRoom, clock: HandClock) -> AsyncIterator[Watch]:
    def begin(store: Store) -> tuple[int, Claim, CardView]:
        store.leads.add(new_lead())
        shift = store.shifts.clock_in("rep1", "Rep", "desk-1", 1)
        claim = claimed(store)
        return shift.id, claim, card_view(store, claim, BOOK, clock.now())

    shift_id, claim, card = await room.run(begin)
    made = Watch(room, clock)
    for given in (told.Resumed(), told.Claimed(claim, card)):
        made.desk.handle(given)
    assert made.desk.state is ShiftState.PREVIEW
    clerk = Clerk("rep1", shift_id, BOOK, clock)
    at_work = [asyncio.create_task(work) for work in made.rounds.work(clerk)]
    yield made
    for task in at_work:
        task.cancel()
    await asyncio.gather(*at_work, return_exceptions=True)


async def test_the_card_says_when_the_window_closes_and_when_it_opens_again(
    watch: Watch, clock: HandClock
) -> None:
    clock.advance(9 * HOUR)  # 21:00 in California
    await watch.until(lambda card: card is not None and not card.callable_now)
    assert watch.desk.card is not None
    assert watch.desk.card.callable_why == "from Wed 08:00 PST"
    clock.advance(11 * HOUR)
    await watch.until(lambda card: card is not None and card.callable_now)
    assert watch.desk.card.callable_why == ""


async def test_a_number_that_comes_onto_the_list_takes_its_lead_off_the_card(
    watch: Watch, room: StoreRoom
) -> None:
    await room.run(lambda store: store.dnc.add(number(0), "kim", "asked by letter", "phone"))
    await watch.until(lambda card: card is None)
    assert "asked by letter" in watch.desk.message


async def test_the_word_on_a_lead_that_has_gone_changes_nothing(watch: Watch) -> None:
    before = watch.desk.card
    watch.tell(told.Forecast(1, callable_now=False, why="from Wed 08:00"))
    assert watch.desk.card == before
