"""One call that the practice carrier places: somebody rings a desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pjsua2 as pj

from telephony.carrier.desk import Desk
from telephony.carrier.party import Party
from telephony.carrier.reports import CallIn, CarrierCalling
from telephony.carrier.script import Act, Step
from telephony.engine.guard import guarded
from telephony.target import quoted

ELSEWHERE = 'SIP;cause=200;text="Call completed elsewhere"'  # RFC 3326, 2
SPEAKS_AFTER_S = 0.3

Plan = Callable[[float, Party, Step], None]


class Caller(Party):
    """Rings, speaks when it is answered, and hangs up by itself."""

    def __init__(self, account: Any, order: CallIn, desk: Desk, plan: Plan) -> None:  # noqa: ANN401
        super().__init__(account, desk, order.number)
        self._order, self._plan = order, plan

    def place(self, host: str) -> None:
        """Send the INVITE, from a number at `host`.

        Raises:
            pj.Error: the target is none, or no slot is free; nothing was sent.
        """
        order = self._order
        self._shown = _from(order, host)
        options = pj.CallOpParam(True)
        options.txOption.localUri = self._shown
        if order.asserted:
            options.txOption.headers.push_back(
                _header("P-Asserted-Identity", f"<sip:{order.asserted}@{host}>")
            )
        self.makeCall(order.target, options)
        self._plan(order.give_up_s, self, Step(0, Act.CANCEL))

    def act(self, step: Step) -> None:
        """Do one step."""
        if step.act is not Act.CANCEL:
            super().act(step)
        elif self._answered is None:
            options = pj.CallOpParam(True)
            if self._order.elsewhere:
                options.txOption.headers.push_back(_header("Reason", ELSEWHERE))
            self.hangup(options)

    # ----------------------------------------------------------- callbacks

    @guarded("a call's state could not be read", None)
    def onCallState(self, prm: Any) -> None:  # noqa: ANN401, N802, ARG002
        """Called by the stack at each change of state."""
        info = self.getInfo()
        if info.state == pj.PJSIP_INV_STATE_CALLING and not self._sip_call_id:
            self._sip_call_id = info.callIdString
            self._desk.send(CarrierCalling(order=self._order.order, sip_call_id=self._sip_call_id))
        elif info.state == pj.PJSIP_INV_STATE_CONFIRMED and self._answered is None:
            self._note_answer()
            if self._order.speaks:
                self._plan(SPEAKS_AFTER_S, self, Step(0, Act.STAY))
            self._plan(self._order.talk_s, self, Step(0, Act.HANG_UP))
        elif info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self._end(info.lastStatusCode, outgoing=True)


def _from(order: CallIn, host: str) -> str:
    if not order.number:  # RFC 3323, 4.1.1.3
        return '"Anonymous" <sip:anonymous@anonymous.invalid>'
    return f"{quoted(order.name)}<sip:{order.number}@{host}>"


def _header(name: str, value: str) -> Any:  # noqa: ANN401
    header = pj.SipHeader()
    header.hName, header.hValue = name, value
    return header
