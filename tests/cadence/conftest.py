"""The packaged rules, and people to try them on."""

import pytest
from support.leads import lead
from support.story import Story

from cadence.rulebook import Rulebook, load


@pytest.fixture(scope="session")
def book() -> Rulebook:
    return load()


@pytest.fixture
def story(book: Rulebook) -> Story:
    return Story(book, lead())
