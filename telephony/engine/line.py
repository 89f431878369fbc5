"""The account on the stack: registration, credentials, and calls that come in."""

from __future__ import annotations

from typing import Any

import pjsua2 as pj

from config.text import for_terminal
from telephony.account import Account
from telephony.engine.board import Board
from telephony.engine.endpoint import Binding, bind_media, encrypt_media
from telephony.engine.graveyard import Graveyard
from telephony.engine.guard import guarded
from telephony.protocol import Registration
from telephony.target import own_uri, proxy_uri, sip_uri

RETRY_S = 15
FIRST_RETRY_S = 2
GIVEN_UP = {401, 403, 404, 407}  # trying again cannot help: someone has to mend the account


class Line(pj.Account):
    """Our account."""

    def __init__(self, board: Board, binding: Binding, transport_id: int, graves: Graveyard) -> None:
        super().__init__()
        self._board = board
        self._graves = graves
        self._failing = False
        self.create(_config(board.account, binding, transport_id))

    def report(self, text: str) -> None:
        """Say what failed in a callback."""
        self._board.trouble(text)

    @guarded("the registrar's answer could not be read", None)
    def onRegState(self, prm: Any) -> None:  # noqa: ANN401, N802
        """Called when the registrar has answered, or has not."""
        clock, registered = self._board.clock, prm.code // 100 == 2 and prm.expiration > 0
        again = self._next_try_s(prm.code, registered)
        self._board.send(
            Registration(
                at=clock.now(),
                mono=clock.monotonic(),
                registered=registered,
                code=prm.code,
                reason=for_terminal(prm.reason)[:80],
                retry_in_ms=again * 1000,
            )
        )

    def _next_try_s(self, code: int, registered: bool) -> int:
        """When the stack asks again: soon after the first failure, then at a steady rate; 0: never."""
        if registered or code in GIVEN_UP:
            self._failing = False
            return 0
        first, self._failing = not self._failing, True
        return FIRST_RETRY_S if first else RETRY_S

    @guarded("an incoming call could not be refused", None)
    def onIncomingCall(self, prm: Any) -> None:  # noqa: ANN401, N802
        """Called when somebody rings: nobody may yet, so they hear that we are not here."""
        stranger = pj.Call(self, prm.callId)
        answer = pj.CallOpParam()
        answer.statusCode = pj.PJSIP_SC_TEMPORARILY_UNAVAILABLE
        stranger.hangup(answer)
        self._graves.take(stranger, self._board.clock.monotonic())


def _config(account: Account, binding: Binding, transport_id: int) -> Any:  # noqa: ANN401
    config = pj.AccountConfig()
    config.idUri = own_uri(account)
    config.sipConfig.transportId = transport_id if account.transport == "udp" else -1
    if account.password:
        login = account.login or account.user
        config.sipConfig.authCreds.append(
            pj.AuthCredInfo("digest", account.realm, login, 0, account.password)
        )
    if account.proxy:
        config.sipConfig.proxies.append(proxy_uri(account))
    if account.register:
        config.regConfig.registrarUri = sip_uri("", account).replace("sip:@", "sip:")
        config.regConfig.timeoutSec = account.register_every_s
        config.regConfig.retryIntervalSec = RETRY_S
        config.regConfig.firstRetryIntervalSec = FIRST_RETRY_S
        config.regConfig.randomRetryIntervalSec = 0
        config.regConfig.dropCallsOnFail = False
    bind_media(config, binding, account.rtp_port)
    encrypt_media(config, account.srtp)
    return config
