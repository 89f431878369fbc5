"""The leg to the rep's own phone: the bridge joins it to every other call, natively."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pjsua2 as pj

from telephony.account import Sound
from telephony.engine.audio import RepSound
from telephony.engine.board import Board
from telephony.engine.call import OutCall
from telephony.engine.relay import Outlet
from telephony.engine.voice import Voice
from telephony.protocol import RelayAt
from telephony.target import desk_phone_uri

# RFC 5373, and what most makers understand: a phone that is set to obey picks up by itself.
_PICK_UP = (("Answer-Mode", "Auto"), ("Call-Info", "<sip:{server}>;answer-after=0"))


class DeskPhoneSound(RepSound):
    """A rep with a phone of his own; silence while it is not on the line."""

    def __init__(self, lib: Any, sound: Sound, board: Board) -> None:  # noqa: ANN401
        super().__init__(lib, sound)
        self._outlet = Outlet(sound)
        at, mono = board.clock.now(), board.clock.monotonic()
        board.send(RelayAt(at=at, mono=mono, address=self._outlet.address))

    def watch(self, mono: int) -> None:  # noqa: ARG002
        """Let a second process in."""
        self._outlet.watch()

    def seat(self, media: Any) -> None:  # noqa: ANN401
        """The rep's phone is on the line, or its sound has changed."""
        self.silence.startTransmit(media)  # packets flow also between two leads
        self.source = self.sink = media
        self._outlet.seat(media)
        self.changed()

    def unseat(self) -> None:
        """The rep's phone is gone, and its sound with it."""
        if self.sink is not None:
            self.source, self.sink = self.silence, None
            self._outlet.seat(None)
            self.changed()


class DeskLeg(OutCall):
    """The call to the rep's phone. It lasts a shift, so it has no longest talk."""

    def __init__(self, line: Any, board: Board) -> None:  # noqa: ANN401
        super().__init__(line, board)
        self.progress.limits = replace(self.progress.limits, max_call_ms=0)
        self.voice = Seat(board, self.name)

    def address(self) -> None:
        """Find out where the rep's phone is.

        Raises:
            NotDialableError: the address is none.
        """
        account = self._board.account
        self._uri = desk_phone_uri(self.order.target, account)
        for name, value in _PICK_UP:
            header = pj.SipHeader()
            header.hName, header.hValue = name, value.format(server=account.server)
            self._options.txOption.headers.push_back(header)


class Seat(Voice):
    """The rep's place on the bridge, in place of a call's own sound."""

    def attach(self, media: Any, *, deaf: bool = False) -> None:  # noqa: ANN401, ARG002
        """Sound of the rep's phone begins, or has changed."""
        self._board.rep.seat(media)

    def detach(self) -> None:
        """There is none now."""
        self._board.rep.unseat()

    def answered(self) -> None:
        """Nobody listens for a machine here: ears taken for it would be lost with the leg, on the bridge."""

    def close(self) -> None:
        """The rep's phone is gone."""
        self._board.rep.unseat()
