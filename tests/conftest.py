"""How the properties are tried, and a word at the end of a run on the checks (marker `interop`) it left out.

Properties are tried with the same examples in every run, so that a run fails
for what was changed and never by luck; `--hypothesis-profile explore` looks
for new examples. A loaded machine is no fault: no example has a deadline.

Under xdist the workers collect, each the same tests, and the first process
tells: what they left out travels in `workeroutput`.
"""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# A store or a folder may serve all examples of a test: each begins with what it needs.
BORNE = (HealthCheck.too_slow, HealthCheck.function_scoped_fixture)
settings.register_profile("explore", deadline=None, suppress_health_check=BORNE)
settings.register_profile("same", settings.get_profile("explore"), derandomize=True, database=None)
settings.load_profile("same")

MARKER = "interop"
LEFT_OUT = pytest.StashKey[set[str]]()
MESSAGE = "interop_left_out"


def pytest_configure(config: pytest.Config) -> None:
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # begun in the background: children inherit it
        signal.signal(signal.SIGINT, signal.default_int_handler)
    config.stash[LEFT_OUT] = set()


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker(MARKER):
            item.config.stash[LEFT_OUT].add(item.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput[MESSAGE] = sorted(session.config.stash[LEFT_OUT])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    node.config.stash[LEFT_OUT].update(getattr(node, "workeroutput", {}).get(MESSAGE, ()))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    left_out = config.stash[LEFT_OUT] if config.option.markexpr else set()
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if MARKER in report.keywords]
    if not left_out and not skipped:
        return
    terminalreporter.section("interop checks left out")
    for file, count in sorted(Counter(name.partition("::")[0] for name in left_out).items()):
        terminalreporter.line(f"{count:4}  {file}: not chosen by -m '{config.option.markexpr}'")
    for (file, why), count in sorted(Counter((report.fspath, _why(report)) for report in skipped).items()):
        terminalreporter.line(f"{count:4}  {file}: {why}")
    terminalreporter.line(
        f"{len(left_out) + len(skipped)} checks against real peers did not run."
        " `.venv/bin/python -m pytest -m interop` runs them; `.ci/run` installs the peers first."
    )


def _why(report: pytest.TestReport) -> str:
    """The reason of a skip, which pytest keeps as (file, line, "Skipped: reason")."""
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return reason.removeprefix("Skipped: ")
