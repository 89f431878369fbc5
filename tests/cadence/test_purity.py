"""The rules start fast and touch nothing: what is heavy is imported when it is first needed."""

import subprocess
import sys

HEAVY = {"phonenumbers", "holidays", "jinja2", "sqlite3", "asyncio", "textual"}


def loaded(code: str) -> set[str]:
    """The top-level modules after `code`, in a fresh interpreter."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; import sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return {name.partition(".")[0] for name in done.stdout.split()}


def test_loading_all_rules_imports_nothing_heavy() -> None:
    assert loaded("from cadence import advance, gate, ranking, rulebook; rulebook.load()") & HEAVY == set()


def test_an_american_decision_needs_no_holidays_and_no_templates() -> None:
    code = (
        "from cadence import gate, rulebook; "
        "assert gate.decide(gate.GateFacts('+12125550123'), rulebook.load().gate, 1795532400000).allowed"
    )
    assert loaded(code) & (HEAVY - {"phonenumbers"}) == set()
