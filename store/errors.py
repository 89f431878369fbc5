"""What the store says when it cannot, or will not: one sentence each."""
# ruff: noqa: N818  (each name says what happened; most are no fault of the program)

from __future__ import annotations

from config.errors import SixringError


class StoreError(SixringError):
    """The database cannot be used: locked, full, read-only, corrupt, unreachable, or not ours."""


class Impossible(StoreError):
    """The database took the statement and cannot carry it out; it would say so again, however often asked."""


class Refused(Impossible):
    """A constraint or trigger of the database said no; the transaction was rolled back."""


class LeaseLost(SixringError):
    """The lease ran out or was taken back: the lead is no longer this rep's."""


class RepBusy(SixringError):
    """That rep already has a live session somewhere."""


class NotFound(SixringError):
    """No such lead, attempt or shift."""


class Settled(SixringError):
    """It has already been decided otherwise, or it is too late to take it back."""
