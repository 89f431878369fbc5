"""The rep's own sound on the conference bridge: silence, a file, a headset, or the desk phone.

`telephony.engine.voice` joins it to a call's media. Muting a call takes the
source off that call alone; the rep goes on hearing it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pjsua2 as pj

from telephony.account import Sound


class RepSound:
    """What a call hears of the rep, and what the rep hears a call with."""

    silence: Any  # heard in unbroken packets by a muted call, and where nobody speaks
    source: Any  # the rep
    sink: Any = None  # the rep's ear; None: nobody listens

    def __init__(self, lib: Any, sound: Sound) -> None:  # noqa: ANN401 - pjsua2 has no types
        self.changed: Callable[[], None] = lambda: None  # called when source and sink are others
        self.silence = self.source = lib.audDevManager().getCaptureDevMedia()
        if sound.kind == "file":
            self.source = pj.AudioMediaPlayer()
            self.source.createPlayer(sound.file)  # round and round

    def watch(self, mono: int) -> None:
        """Look after it; called in each turn of the loop."""
