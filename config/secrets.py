"""Passwords: never in a TOML file, never printed.

A secret is looked for in three places, the nearest to this run first: the
environment (`SIXRING_SIP_PASSWORD`), a file of the home
(`secrets/sip_password`, readable by its owner only), the system's keyring
(service `sixring`, user `sip_password`).
"""

from __future__ import annotations

import os
import re
import stat
import tomllib
from pathlib import Path

from config.errors import ConfigError
from config.home import Home

NAMES = ("sip_password", "mail_password", "store_password", "hooks_secret")
KEYRING_SERVICE = "sixring"

_LOOKS_SECRET = re.compile(
    r"pass(word|wd|phrase)?$|^pwd$|secret|^(api_?)?(key|token)$|_token$|_key$", re.IGNORECASE
).search


class Secret(str):
    """A text whose `repr` tells nothing, so that a log of its holder does not leak it.

    `str(secret)` is the bare text, for what only takes an exact `str` (the
    phone's wire protocol).
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret('***')"


def secret(name: str, home: Home) -> Secret | None:
    """The secret `name` (one of `NAMES`) from the environment, the home's file or the keyring.

    Raises:
        ConfigError: the file can be read by others, or the keyring is locked.
    """
    return _environment(name) or _file(home.secrets / name) or _keyring(name)


def places(name: str, home: Home) -> str:
    """The three right places for `name`, as words for a mend."""
    return (
        f"the environment variable {variable(name)}, the file {home.secrets / name} (chmod 600), "
        f"or the keyring (keyring set {KEYRING_SERVICE} {name})"
    )


def variable(name: str) -> str:
    """The environment variable that may hold `name`."""
    return f"SIXRING_{name.upper()}"


def _environment(name: str) -> Secret | None:
    text = os.environ.get(variable(name), "")
    return Secret(text) if text else None


def _file(path: Path) -> Secret | None:
    try:
        mode = path.stat().st_mode
        if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
            raise ConfigError(
                f"The secret {path} can be read by others (mode {stat.S_IMODE(mode):04o}): chmod 600 {path}"
            )
        text = path.read_text(encoding="utf-8").rstrip("\r\n")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"The secret {path} cannot be read ({_reason(error)}); mend or remove it."
        ) from error
    if not text:
        raise ConfigError(f"The secret {path} is empty; write the password into it or remove it.")
    return Secret(text)


def _reason(error: OSError | UnicodeDecodeError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "not UTF-8"
    return (error.strerror or str(error)).lower()


def _keyring(name: str) -> Secret | None:
    import keyring  # slow to import, and most runs never come here
    import keyring.errors

    try:
        text = keyring.get_password(KEYRING_SERVICE, name)
    except keyring.errors.NoKeyringError:
        return None
    except keyring.errors.KeyringError as error:
        raise ConfigError(
            f"The system's keyring does not answer for {name} ({type(error).__name__}): "
            f"unlock it, or set {variable(name)}."
        ) from error
    return Secret(text) if text else None


def refuse_in(path: Path, home: Home) -> None:
    """Stop at a field of the TOML file `path` that looks like a password, and say where it belongs.

    Raises:
        ConfigError: such a field is there.
    """
    try:
        text = path.read_text(encoding="utf-8")
        tables = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return  # the reader of the file says it better
    for table, fields in tables.items():
        section, names = (table, list(fields)) if isinstance(fields, dict) else ("", [table])
        for field in filter(_LOOKS_SECRET, names):
            raise ConfigError(
                f"{path}, line {_line_of(field, text)}: {f'{section}.{field}'.lstrip('.')} looks like a "
                f"password, and this file may be read by others; remove it and use "
                f"{places(_name_for(section), home)}."
            )


def _name_for(section: str) -> str:
    return next((name for name in NAMES if name.partition("_")[0] == section), NAMES[0])


def _line_of(field: str, text: str) -> int:
    assignment = re.compile(rf"[^#]*?\b{re.escape(field)}[\"']?\s*=")
    numbered = enumerate(text.splitlines(), 1)
    return next((number for number, line in numbered if assignment.match(line)), 1)
