"""The packaged rules, and people to try them on."""

import pytest

from cadence.rulebook import Rulebook, load


@pytest.fixture(scope="session")
def book() -> Rulebook:
    return load()
