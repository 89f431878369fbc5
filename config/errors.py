"""The errors a person is meant to read: one sentence, and the exit code that goes with it."""

from __future__ import annotations


class SixringError(Exception):
    """Something failed; its text is one sentence: what, where, and the mend.

    The command line prints the text and exits with `exit_code`. A traceback
    of a `SixringError` never reaches a user.
    """

    exit_code = 1


class UsageError(SixringError):
    """The words of the call, or of the configuration, are off (exit code 2)."""

    exit_code = 2


class ConfigError(UsageError):
    """A line of a TOML file is wrong; the text names file, line and field."""
