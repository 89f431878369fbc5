"""What a terminal sends for a key, where Textual's reading of it is not a rep's.

`esc` and the key after it are two bytes; on a slow line they arrive together,
and are then the same two bytes as alt and that key. Nothing here is on alt: a
rep who types them meant `esc`, then the key.
"""

from __future__ import annotations

from textual import events
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS

# For one macOS terminal Textual reads esc and a digit as the character that option and the digit
# type there: esc, 7 became a pilcrow in a note. Taken out, they are read like esc and a letter.
for _typed in "1234567890§-=":
    ANSI_SEQUENCES_KEYS.pop(f"\x1b{_typed}", None)  # type: ignore[attr-defined]

_MELTED = "alt+"


def typed(event: events.Key) -> list[tuple[str, str]]:
    """The keys that `event` stands for, each with its name and the character it types (empty: none)."""
    char = event.character if event.is_printable and event.character else ""
    if char and event.key.startswith(_MELTED):
        return [("escape", ""), (char, char)]
    return [(event.key, char)]
