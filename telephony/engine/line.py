"""The account on the stack: registration, credentials, and calls that come in."""

from __future__ import annotations

from typing import Any

import pjsua2 as pj

from config.text import for_terminal
from telephony.account import Account
from telephony.engine import message
from telephony.engine.board import Board
from telephony.engine.endpoint import bind_media, cross_nats, encrypt_media
from telephony.engine.first_hop import FirstHop
from telephony.engine.guard import explain, guarded
from telephony.engine.reach import Ask, News, Reach
from telephony.engine.reception import Reception
from telephony.engine.way import Binding
from telephony.protocol import Reachable, Registration
from telephony.target import own_uri, proxy_uri, server_uri

IN_FLIGHT = 171001  # PJSIP_EBUSY: the registrar has not answered the last request yet
TIMED_OUT = 408


class Line(pj.Account):
    """Our account."""

    def __init__(
        self, board: Board, binding: Binding, transport_id: int, reception: Reception, hop: FirstHop
    ) -> None:
        super().__init__()
        self._board = board
        self._reception = reception
        account = board.account
        self.reach = Reach(
            registers=account.register,
            qualify_ms=account.qualify_ms,
            patience_ms=account.patience_ms,
            repeats=account.transport == "udp",
        )
        self.renewals = 0  # times the registrar has taken us
        self._transport_id = transport_id
        self._binding, self._hop = binding, hop
        self.create(self._config())

    def report(self, text: str) -> None:
        """Say what failed in a callback."""
        self._board.trouble(text)

    def move(self, binding: Binding) -> None:
        """Use and tell another address of this machine from now on."""
        self._binding = binding
        self.modify(self._config())

    def _config(self) -> Any:  # noqa: ANN401
        return _config(self._board.account, self._binding, self._transport_id, self._hop.route)

    # ----------------------------------------------------- asking the server

    def look(self, here: str, mono: int) -> None:
        """Take in our address on the way to the server; empty: there is no way."""
        self._tell(self.reach.way_found(mono) if here else self.reach.no_way(mono))

    def watch(self, mono: int) -> None:
        """Ask the server what is due, and tell of its silence."""
        if self._hop.watch(self.reach.fine, mono):
            self.modify(self._config())
            self.reach.ask_now(mono)
        asks, news = self.reach.due(mono)
        self._tell(news)
        for ask in asks:
            if ask is Ask.REGISTER:
                self._register(mono)
            else:
                self._ask(mono)

    def _register(self, mono: int) -> None:
        try:
            self.setRegistration(True)
        except pj.Error as error:
            if error.status != IN_FLIGHT:
                self._tell(self.reach.unreached(explain(error), mono))

    def _ask(self, mono: int) -> None:
        options = pj.SendRequestParam()
        options.method = "OPTIONS"
        options.txOption.targetUri = server_uri(self._board.account)
        try:
            self.sendRequest(options)
        except pj.Error as error:
            self._tell(self.reach.unasked(explain(error), mono))

    def _tell(self, news: News | None) -> None:
        if news is None:
            return
        at, mono = self._board.clock.now(), self._board.clock.monotonic()
        reason = for_terminal(news.reason)[:80]
        if self.reach.registers:
            self._board.send(
                Registration(
                    at=at,
                    mono=mono,
                    registered=news.fine,
                    code=news.code,
                    reason=reason,
                    retry_in_ms=news.retry_in_ms,
                )
            )
        else:
            self._board.send(
                Reachable(at=at, mono=mono, answers=news.fine, reason=reason, retry_in_ms=news.retry_in_ms)
            )

    # ------------------------------------------------------------- callbacks

    @guarded("the registrar's answer could not be read", None)
    def onRegState(self, prm: Any) -> None:  # noqa: ANN401, N802
        """Called when the registrar has answered, or has not."""
        mono = self._board.clock.monotonic()
        answer = prm.rdata.wholeMsg
        if prm.code // 100 == 2:
            self._board.door.registered_at(prm.rdata.srcAddress)
            if prm.expiration > 0:
                self.renewals += 1
                seen = message.came_from(answer)
                self._tell(self.reach.registered(prm.expiration, mono, prm.rdata.srcAddress, seen))
            return
        if answer:
            self._tell(self.reach.refused(prm.code, prm.reason, message.retry_after(answer), mono))
        else:
            self._tell(self.reach.unreached(prm.reason, mono))

    @guarded("an answer to OPTIONS could not be read", None)
    def onSendRequest(self, prm: Any) -> None:  # noqa: ANN401, N802
        """Called when an OPTIONS has its answer, or its time is over."""
        change, mono = prm.e.body.tsxState, self._board.clock.monotonic()
        if change.type == pj.PJSIP_EVENT_RX_MSG:
            answer = change.src.rdata
            seen = message.came_from(answer.wholeMsg)
            self._tell(self.reach.answered(mono, answer.srcAddress, seen))
        elif change.tsx.statusCode != TIMED_OUT:  # by then its silence was told long ago
            self._tell(self.reach.unasked(change.tsx.statusText, mono))

    @guarded("an incoming call could not be taken", None)
    def onIncomingCall(self, prm: Any) -> None:  # noqa: ANN401, N802
        """Called when somebody rings."""
        self._reception.take(self, prm)


def _config(account: Account, binding: Binding, transport_id: int, hop: str) -> Any:  # noqa: ANN401
    config = pj.AccountConfig()
    config.idUri = own_uri(account)
    config.sipConfig.transportId = transport_id if account.transport == "udp" else -1
    if account.password:
        login = account.login or account.user
        config.sipConfig.authCreds.append(
            pj.AuthCredInfo("digest", account.realm, login, 0, account.password)
        )
    if hop:
        config.sipConfig.proxies.append(hop)
    if account.proxy:
        config.sipConfig.proxies.append(proxy_uri(account))
    if account.register:
        config.regConfig.registrarUri = server_uri(account)
        config.regConfig.timeoutSec = account.register_every_s
        config.regConfig.registerOnAdd = False  # `Reach` says when
        config.regConfig.retryIntervalSec = 0  # and when again
        config.regConfig.dropCallsOnFail = False
    bind_media(config, binding, account.rtp_port)
    encrypt_media(config, account.srtp)
    cross_nats(config, account)
    return config
