"""One call that arrived at the practice carrier."""

from __future__ import annotations

from typing import Any

import pjsua2 as pj

from telephony.carrier.desk import Desk
from telephony.carrier.party import Party
from telephony.carrier.script import Act, Step
from telephony.engine.guard import guarded
from telephony.engine.message import contact, values


class InCall(Party):
    """Plays its script, and reports when it is over."""

    def __init__(self, account: Any, call_id: int, number: str, invite: str, desk: Desk) -> None:  # noqa: ANN401
        super().__init__(account, desk, number, call_id)
        self._shown = (values(invite, "From") or [""])[0]
        self._contact = contact(invite)
        self._sip_call_id = self.getInfo().callIdString

    def rung_by_us(self) -> None:
        """Note that no desk's phone rang, but this carrier, for a transfer: nobody is there to ring back."""
        self._contact = ""

    # -------------------------------------------------------------- script

    def act(self, step: Step) -> None:
        """Do one step of the script."""
        match step.act:
            case Act.RING:
                self._reply(180)
            case Act.RINGBACK:
                self._reply(183)
                self._play(self._desk.sounds.ringback, loop=True)
            case Act.ANSWER:
                self._player = None
                self._note_answer()
                self._reply(200)
            case Act.REFUSE:
                self.refuse(step.code, _reason(step.q850))
            case _:
                super().act(step)

    def refuse(self, code: int, headers: tuple[tuple[str, str], ...] = ()) -> None:
        """End it with a final code."""
        options = pj.CallOpParam(True)
        options.statusCode = self._code = code
        for name, value in headers:
            header = pj.SipHeader()
            header.hName, header.hValue = name, value
            options.txOption.headers.push_back(header)
        self.hangup(options)

    def _reply(self, code: int) -> None:
        options = pj.CallOpParam(True)
        options.statusCode = code
        self.answer(options)

    # ----------------------------------------------------------- callbacks

    @guarded("a call's state could not be read", None)
    def onCallState(self, prm: Any) -> None:  # noqa: ANN401, N802, ARG002
        """Called by the stack at each change of state."""
        info = self.getInfo()
        if info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self._end(info.lastStatusCode)


def _reason(q850: int) -> tuple[tuple[str, str], ...]:
    return (("Reason", f'Q.850;cause={q850};text="practice"'),) if q850 else ()
