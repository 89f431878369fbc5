"""The rep's side of the sound. Null and file now; the headset takes the same place.

A microphone is a source on the conference bridge; `telephony.engine.voice`
joins it to a call's media. Muting a call takes the source off that call alone.
"""

from __future__ import annotations

from typing import Any

import pjsua2 as pj

from telephony.account import Sound


class Microphone:
    """What the called person hears of the rep: `source`, or `silence` in unbroken packets."""

    def __init__(self, lib: Any, sound: Sound) -> None:  # noqa: ANN401 - pjsua2 has no types
        self.silence = lib.audDevManager().getCaptureDevMedia()
        self.source = self.silence
        if sound.kind == "file":
            self.source = pj.AudioMediaPlayer()
            self.source.createPlayer(sound.file)  # round and round
