"""What an operator wrote: settings, secrets, rules."""

from __future__ import annotations

from cli.checks.finding import Finding, fails, ok, warns
from config.errors import SixringError
from config.home import Home
from config.secrets import places, secret
from config.settings import PRACTICE, Settings, load


def settings(home: Home) -> tuple[Finding, Settings]:
    """Does sixring.toml load? The defaults stand in where it does not."""
    if not home.config_file.exists():
        return warns("settings", f"there is no {home.config_file} yet", "run 'sixring init'"), Settings()
    try:
        loaded = load(home)
    except SixringError as error:
        what = "line" if ", line " in str(error) else "file"
        return fails("settings", str(error), f"mend that {what}"), Settings()
    missing = [
        name
        for name, value in (
            ("firm.postal_address", loaded.firm.postal_address or not loaded.mail.host),
            ("rep.login", loaded.rep.login),
        )
        if not value
    ]
    if missing:
        return warns("settings", f"{home.config_file} loads, but {missing[0]} is empty", "fill it in"), loaded
    return ok("settings", f"{home.config_file} loads"), loaded


def secrets(home: Home, found: Settings) -> list[Finding]:
    """Is every password there that the settings call for, and kept where only its owner reads it?"""
    wanted = [
        ("sip_password", bool(found.sip.user) and found.sip.server not in ("", PRACTICE)),
        ("mail_password", bool(found.mail.login)),
    ]
    return [_secret(name, home) for name, needed in wanted if needed]


def _secret(name: str, home: Home) -> Finding:
    try:
        there = secret(name, home) is not None
    except SixringError as error:
        return fails(name, str(error), "keep it where only its owner reads it")
    if there:
        return ok(name, "found")
    return warns(name, "not found", f"put it into {places(name, home)}")


def rules(home: Home, found: Settings) -> Finding:
    """Do cadences, dispositions, calling rules and mail templates load, and fit the settings?"""
    from cadence.rulebook import load as load_rules
    from floor.agreement import check_agreement

    try:
        book = load_rules(home.rules)
        book.templates.lint()
    except SixringError as error:
        return fails("rules", str(error), "mend that line, or take the file out of the folder")
    try:
        check_agreement(found, book)
    except SixringError as error:
        return fails("rules", str(error), "mend that line")
    names = {cadence.name for cadence in book.cadences.values()}
    return ok("rules", f"{len(names)} cadences, calling rules {book.gate.version}")
