"""The rep's side of the sound. Null and file now; the headset takes the same place.

A microphone is a source on the conference bridge; joining a call's media makes
it heard there. Muting a call takes the source off that call alone.
"""

from __future__ import annotations

from typing import Any

import pjsua2 as pj

from telephony.account import Sound


class Microphone:
    """What the called person hears of the rep."""

    def __init__(self, lib: Any, sound: Sound) -> None:  # noqa: ANN401 - pjsua2 has no types
        if sound.kind == "file":
            self._source = pj.AudioMediaPlayer()
            self._source.createPlayer(sound.file)  # round and round
        else:
            self._source = lib.audDevManager().getCaptureDevMedia()
        self._silence = lib.audDevManager().getCaptureDevMedia()

    def join(self, media: Any, muted: bool) -> None:  # noqa: ANN401
        """Let `media`, a call's sound, hear the rep, or silence; RTP flows either way."""
        if muted and self._source is not self._silence:
            self._source.stopTransmit(media)
        (self._silence if muted else self._source).startTransmit(media)
