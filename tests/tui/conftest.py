"""The clock on the wall is UTC in every test of the screen."""

from __future__ import annotations

import time

import pytest
from support.sitting import Sitting


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.delenv("NO_COLOR", raising=False)
    time.tzset()


@pytest.fixture
def sitting() -> Sitting:
    """A rep at a fake desk."""
    return Sitting()
