"""A notice that both sides of a call hear beside their voices: "this call is being recorded"."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pjsua2 as pj


class Sound(pj.AudioMediaPlayer):
    """A file that is played once."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.over = False
        self.createPlayer(path, pj.PJMEDIA_FILE_NO_LOOP)

    def onEof2(self) -> None:  # noqa: N802
        """Called by the stack when the last of it has been heard."""
        self.over = True


class Notice:
    """One notice. Interrupted, it begins anew with its next hearers: half of it tells nothing."""

    def __init__(self, path: str) -> None:
        """Get ready to play.

        Raises:
            pj.Error: the file is no sound the stack can play.
        """
        self._sound = Sound(path)
        self._hearers: list[Any] = []

    @property
    def over(self) -> bool:
        """Whether it has been heard to its end."""
        return self._sound.over

    def heard_by(self, hearers: list[Any]) -> None:
        """Let these hear it and nobody else. Joining twice changes nothing: one may have been made anew."""
        if hearers and not self._hearers:
            self._sound.setPos(0)
        for gone in [one for one in self._hearers if not any(one is other for other in hearers)]:
            with suppress(pj.Error):  # the bridge has let go of it already
                self._sound.stopTransmit(gone)
        for one in hearers:
            self._sound.startTransmit(one)
        self._hearers = hearers
