"""Where Textual's ways with a terminal are not a rep's: its reading of keys; one that stalls, or is gone.

`esc` and the key after it are two bytes; on a slow line they arrive together,
and are then the same two bytes as alt and that key. Nothing here is on alt: a
rep who types them meant `esc`, then the key.
"""

from __future__ import annotations

import os
import sys

from textual import events
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual.drivers import _writer_thread

# For one macOS terminal Textual reads esc and a digit as the character that option and the digit
# type there: esc, 7 became a pilcrow in a note. Taken out, they are read like esc and a letter.
for _typed in "1234567890§-=":
    ANSI_SEQUENCES_KEYS.pop(f"\x1b{_typed}", None)  # type: ignore[attr-defined]

# With 30 writes unread, Textual's next one would wait, and the desk with it. A connection that stands still
# (a lid that was closed) holds up the picture alone: the writes wait, some KB a second at most.
_writer_thread.MAX_QUEUED_WRITES = 0  # type: ignore[misc]

_MELTED = "alt+"


def is_gone() -> bool:
    """Whether our terminal was closed.

    SIGHUP does not always say so: the kernel sends it to the first process of the terminal alone, and that
    may be one which waits for us, as make does.
    """
    return sys.__stdin__ is not None and not os.isatty(sys.__stdin__.fileno())


def typed(event: events.Key) -> list[tuple[str, str]]:
    """The keys that `event` stands for, each with its name and the character it types (empty: none)."""
    char = event.character if event.is_printable and event.character else ""
    if char and event.key.startswith(_MELTED):
        return [("escape", ""), (char, char)]
    return [(event.key, char)]
