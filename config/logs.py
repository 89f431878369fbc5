"""Where what nobody sees on a screen is written: one file of the home, kept short, never with secrets."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

from config.errors import SixringError

_MOST = 1_000_000  # bytes a file; three are kept


def log_to(folder: Path) -> None:
    """Send the program's own log to `folder`/sixring.log (mode 0600) in place of the terminal.

    Raises:
        SixringError: it cannot be written there.
    """
    logger = logging.getLogger("sixring")
    for old in list(logger.handlers):
        logger.removeHandler(old)
        old.close()
    path = folder / "sixring.log"
    try:
        path.touch(mode=0o600, exist_ok=True)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise SixringError(f"{path} cannot be written ({why}); mend that, or name another --home.") from error
    handler = RotatingFileHandler(path, maxBytes=_MOST, backupCount=2, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logger.addHandler(handler)
    logger.propagate = False
