"""A mail room with a store and a mail server, on a Friday morning."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.mailserver import MailServerUnderTest
from support.mailstore import (
    MORNING,
    mail_settings,
)

from config.clock import HandClock
from config.home import Home
from floor.mailroom import MailRoom
from floor.store_room import StoreRoom


@pytest.fixture
def clock() -> HandClock:
    return HandClock(MORNING)


@pytest.fixture
def office() -> Iterator[MailServerUnderTest]:
    with MailServerUnderTest() as office:
        yield office


@pytest.fixture
def mail_room(room: StoreRoom, office: MailServerUnderTest, clock: HandClock, tmp_path: Path) -> MailRoom:
    return MailRoom(room, mail_settings(office.port, per_minute=60), Home(tmp_path), clock)
