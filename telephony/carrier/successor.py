"""Calls that come out of a transfer: one that is placed for it, and one that takes the place of another.

The carrier dials itself. A number that is asked for by REFER is rung like any
other, and what its script does is what the desk is told in NOTIFYs: one ending
in 2 is busy, in 3 never answers, in 5 does not exist, in 6 declines.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pjsua2 as pj

from telephony.carrier.desk import Desk
from telephony.carrier.party import Party
from telephony.carrier.script import Act, Step
from telephony.engine.guard import guarded

SPEAKS_AFTER_S = 0.3
TALKS_S = 20.0


class Successor(Party):
    """Speaks once it is answered, and hangs up by itself."""

    def __init__(
        self,
        account: Any,  # noqa: ANN401 - pjsua2 has no types
        desk: Desk,
        number: str,
        plan: Callable[[float, Party, Step], None],
        call_id: int = -1,
    ) -> None:
        """`call_id`: the stack's slot of one that took another one's place; it is answered already."""
        super().__init__(account, desk, number, call_id)
        self._plan = plan
        self._outgoing = call_id == -1
        if not self._outgoing:
            self._sip_call_id = self.getInfo().callIdString
            self._begin()

    def _begin(self) -> None:
        self._note_answer()
        self._plan(SPEAKS_AFTER_S, self, Step(0, Act.STAY))
        self._plan(TALKS_S, self, Step(0, Act.HANG_UP))

    def act(self, step: Step) -> None:
        """Do one step."""
        if self._media is None and step.act is Act.STAY:
            self.find_sound()  # its sound may have begun before there was this object
        super().act(step)

    @guarded("a call's state could not be read", None)
    def onCallState(self, prm: Any) -> None:  # noqa: ANN401, N802, ARG002
        """Called by the stack at each change of state."""
        info = self.getInfo()
        if info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self._end(info.lastStatusCode, outgoing=self._outgoing)
            return
        self._sip_call_id = info.callIdString
        if info.state == pj.PJSIP_INV_STATE_CONFIRMED and self._answered is None:
            self._begin()
