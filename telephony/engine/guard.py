"""No exception leaves a callback: the stack would keep it, and with it the object, until it aborts."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol, TypeVar

import pjsua2 as pj

R = TypeVar("R")


class Reporter(Protocol):
    """An object that can say what went wrong in one of its callbacks."""

    def report(self, text: str) -> None:
        """Tell the parent; one sentence without its full stop."""
        ...


S = TypeVar("S", bound=Reporter)


def explain(error: BaseException) -> str:
    """One line about a failure inside the stack."""
    if isinstance(error, pj.Error):
        return f"{error.title}: {error.reason}"
    return f"{type(error).__name__}: {error}"


def guarded(what: str, otherwise: R) -> Callable[[Callable[[S, Any], R]], Callable[[S, Any], R]]:
    """Guard a callback: on an exception report that `what` failed and return `otherwise`."""

    def guard(callback: Callable[[S, Any], R]) -> Callable[[S, Any], R]:
        @wraps(callback)
        def safe(self: S, prm: Any) -> R:  # noqa: ANN401 - pjsua2 has no types
            try:
                return callback(self, prm)
            except Exception as error:  # noqa: BLE001 - the native caller cannot bear any
                self.report(f"{what} ({explain(error)})")
                return otherwise

        return safe

    return guard
