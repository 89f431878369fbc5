"""Processes of the telephone get more time to leave in order than a rep has: a loaded machine is no fault."""

from __future__ import annotations

import pytest

from telephony import client
from telephony.carrier import controller

GRACE_S = 20.0


def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """For the length of a test."""
    monkeypatch.setattr(client, "GRACE_S", GRACE_S)
    monkeypatch.setattr(controller, "GRACE_S", GRACE_S)
