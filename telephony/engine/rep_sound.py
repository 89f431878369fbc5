"""Which kind of sound the rep has; a headset's library is loaded only where there is one."""

from __future__ import annotations

from typing import Any

from telephony.account import Sound
from telephony.engine.audio import RepSound
from telephony.engine.board import Board


def rep_sound(lib: Any, sound: Sound, board: Board) -> RepSound:  # noqa: ANN401 - pjsua2 has no types
    """The rep's sound as `sound` asks for it."""
    if sound.kind == "headset":
        from telephony.engine.headset import HeadsetSound

        return HeadsetSound(lib, sound, board)
    if sound.kind == "desk_phone":
        from telephony.engine.desk_leg import DeskPhoneSound

        return DeskPhoneSound(lib, sound, board)
    if sound.kind == "relay":
        from telephony.engine.relay import RelayedSound

        return RelayedSound(lib, sound)
    return RepSound(lib, sound)
