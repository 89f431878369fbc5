"""One key as the terminal sent it, and what routing it comes to."""

from __future__ import annotations

import msgspec

from tui.intents import Intent
from tui.ui import Ui

_MODIFIERS = ("shift", "control", "alt", "super", "hyper", "meta", "caps_lock", "num_lock", "scroll_lock")

Routed = tuple[Ui, tuple[Intent, ...]]


class Key(msgspec.Struct, frozen=True):
    """One key."""

    name: str  # Textual's name: "space", "enter", "a", "number_sign"
    char: str = ""  # the character it types, empty when it types none
    at: int = 0  # `Clock.monotonic` ms

    @property
    def pressed(self) -> str:
        """What the registry calls it: letters in lower case, so caps lock changes nothing."""
        return self.char.lower() if self.char and self.char != " " else self.name

    @property
    def is_modifier(self) -> bool:
        """A shift or lock key by itself, as terminals with the Kitty protocol report it."""
        return not self.char and self.name.endswith(_MODIFIERS)
