"""A finding of the doctor: what was looked at, how it is, and the mend."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    """How a part is; only FAILS makes the doctor's exit code 1."""

    OK = "ok"
    WARNS = "warns"
    FAILS = "fails"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor."""

    check: str  # stable word
    health: Health
    found: str  # one sentence
    mend: str = ""  # what to do, where something is to be done


def ok(check: str, found: str) -> Finding:
    """All is well."""
    return Finding(check, Health.OK, found)


def warns(check: str, found: str, mend: str) -> Finding:
    """The day can begin, but somebody should look at it."""
    return Finding(check, Health.WARNS, found, mend)


def fails(check: str, found: str, mend: str) -> Finding:
    """The day cannot begin like this."""
    return Finding(check, Health.FAILS, found, mend)


def skipped(check: str, found: str) -> Finding:
    """Nothing to look at."""
    return Finding(check, Health.SKIPPED, found)
