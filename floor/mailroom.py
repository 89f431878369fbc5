"""The mail room: renders what is due, hands over one mail after the other, and writes down what came of each.

A mail is marked `sending` on disk before a server hears of it, and settled
after: so a process that dies in between leaves a mark, not a second mail. What
is safe to repeat, and what only a person may repeat, is `floor.smtp`'s word.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from email.errors import MessageError

from config.clock import HOUR, MINUTE, Clock
from config.errors import SixringError
from config.home import Home
from config.secrets import secret
from config.settings import Settings
from floor.backoff import Backoff
from floor.letters import check, compose, envelope_address, sender_address
from floor.rounds import CLOSING_S, Rounds
from floor.smtp import Delivered, Delivery, Fate, MailServer, Refused, Uncertain, Unreachable
from floor.store_room import StoreRoom
from store.errors import Settled
from store.records import OutMail
from store.store import Store

_log = logging.getLogger("sixring.floor")

_BATCH = 50  # mails rendered in one transaction
_GRACE_S = 3.0  # how long an orderly stop waits for the mail under way
# Waits after a refusal for now (4xx), and after a failure of the line:
_RETRIES = (5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, 4 * HOUR, 8 * HOUR, 8 * HOUR, 12 * HOUR, 12 * HOUR)
_RETURNS = (*(MINUTE << doubled for doubled in range(8)), *(4 * HOUR,) * 16)  # three days

_CLOSED = Unreachable("the mail room was closed before the mail was handed over")


class MailRoom(Rounds):
    """Sends a floor's mails over one server, never more than `per_minute`.

    Two mail rooms may work on one store: a mail is taken by one of them.
    """

    def __init__(self, room: StoreRoom, settings: Settings, home: Home, clock: Clock) -> None:
        """Nothing is opened before `start`; the password is read with the first mail."""
        super().__init__("mail room", Backoff(first=5.0, most=600.0))
        self._room, self._settings, self._home, self._clock = room, settings, home, clock
        self._firm = _firm(settings)
        self._server: MailServer | None = None
        self._under_way: tuple[Delivery, asyncio.Future[Fate]] | None = None
        self._unwritten: tuple[OutMail, Fate] | None = None
        self._looked_back = False
        self._next_mono = 0  # not before this may the next mail go, `Clock.monotonic` ms
        self.sent = 0  # since the start

    async def close(self) -> None:
        """End: the mail under way is finished if that is quick, else broken off; it is settled either way."""
        self._stopping = True
        self.wake()
        if self._task is not None and self._under_way is not None:
            await asyncio.wait({self._task}, timeout=_GRACE_S)
        if self._under_way is not None:
            delivery, handed = self._under_way
            if delivery.abort() and not handed.done():
                handed.set_result(_CLOSED)
        await super().close()
        with suppress(SixringError, TimeoutError):  # what stays `sending` is uncertain at the next start
            async with asyncio.timeout(CLOSING_S):
                await self._write_down()

    async def round(self) -> float:
        """Settle what is unsettled, render what is due, send one mail."""
        await self._write_down()
        if not self._looked_back:
            await self._room.run(lambda store: store.outbox.uncertain_left())
            self._looked_back = True  # later deaths are housekeeping's
        server = self._server = self._server or mail_server(self._settings, self._home)
        fault = await self._render()
        early = self._next_mono - self._clock.monotonic()
        if early > 0:
            return early / 1000
        mail = await self._room.run(lambda store: store.outbox.take())
        if mail is None:
            if fault is not None:
                raise fault
            return float(self._settings.floor.mail_every_s)
        spacing = MINUTE // self._settings.mail.per_minute
        self._next_mono = self._clock.monotonic() + spacing
        fate = await self._send(server, mail)
        self._unwritten = (mail, fate)
        await self._write_down()
        if isinstance(fate, Unreachable | Uncertain):
            raise SixringError(fate.why)
        return spacing / 1000

    async def _render(self) -> SixringError | None:
        """Put what is due into the outbox. A letter that cannot be written does not stop those that are."""
        try:
            await self._room.run(lambda store: store.outbox.stage(_BATCH, self._firm))
        except SixringError as fault:
            return fault
        return None

    async def _send(self, server: MailServer, mail: OutMail) -> Fate:
        if self._stopping:
            return _CLOSED
        address = envelope_address(mail.address)
        if address is None:
            return Refused(True, 553, "not a mail address", bad_address=True)
        try:
            letter = compose(replace(mail, address=address), self._settings, self._clock.now()).as_bytes()
        except (MessageError, ValueError) as fault:
            return Refused(True, 554, f"cannot be written as a mail ({fault})")
        delivery = Delivery(server, sender_address(self._settings), address, letter)
        handed = _carry(delivery)
        self._under_way = (delivery, handed)
        try:
            return await handed
        finally:
            self._under_way = None

    async def _write_down(self) -> None:
        """Settle the mail handed over last; where the disk refuses, it is tried again before any other."""
        if self._unwritten is None:
            return
        mail, fate = self._unwritten
        try:
            await self._room.run(lambda store: _settle(store, mail, fate))
        except Settled as fault:
            # Another machine took it for abandoned. Its word stands, and a person looks.
            _log.warning("mail %s, to be settled as %s: %s", mail.id, fate, fault)
        else:
            self.sent += isinstance(fate, Delivered)
        self._unwritten = None


def mail_server(settings: Settings, home: Home) -> MailServer:
    """The server that the [mail] table describes, with its password; checks what every mail needs besides.

    Raises:
        ConfigError: the password's file is readable by others, or the settings lack what
            every mail must carry.
    """
    mail = settings.mail
    check(settings)
    password = str(secret("mail_password", home) or "") if mail.login else ""
    return MailServer(mail.host, mail.port, mail.security, mail.login, password)


def _firm(settings: Settings) -> dict[str, str]:
    """What a letter may say of the firm. A Message-ID ends in the domain of its reply_to."""
    firm = settings.firm
    return {
        "name": firm.name,
        "postal_address": firm.postal_address,
        "website": firm.website,
        "reply_to": firm.reply_to or settings.mail.sender,
    }


def _settle(store: Store, mail: OutMail, fate: Fate) -> None:
    now = store.core.now()
    match fate:
        case Delivered(reply):
            store.outbox.sent(mail.id, reply)
        case Refused(permanent, code, text, bad_address):
            retry_at = None if permanent else _later(now, _RETRIES, mail.tries)
            store.outbox.failed(mail.id, f"{code} {text}", permanent=bad_address, retry_at=retry_at)
        case Unreachable(why):
            # Not this mail's fault; but where one mail always meets it, the others get their turn first.
            retry_at = _later(now, _RETURNS, mail.tries)
            store.outbox.failed(mail.id, why, permanent=False, retry_at=retry_at)
        case Uncertain(why):
            store.outbox.uncertain(mail.id, why)


def _later(now: int, waits: Sequence[int], tries: int) -> int | None:
    """When to try again after so many earlier tries; None: after days of trying, a mail is of yesterday."""
    return now + waits[tries] if tries < len(waits) else None


def _carry(delivery: Delivery) -> asyncio.Future[Fate]:
    """Run `delivery` in a thread that nobody has to wait for: a dead server cannot hold up an exit."""
    loop = asyncio.get_running_loop()
    handed: asyncio.Future[Fate] = loop.create_future()

    def tell(fate: Fate | None, defect: Exception | None) -> None:
        if handed.done():
            return  # broken off meanwhile
        if fate is not None:
            handed.set_result(fate)
        else:
            handed.set_exception(defect or RuntimeError("a delivery that came to nothing"))

    def run() -> None:
        fate: Fate | None = None
        defect: Exception | None = None
        try:
            fate = delivery.run()
        except Exception as error:  # noqa: BLE001 - raised again on the loop
            defect = error
        with suppress(RuntimeError):  # the loop has ended: this mail was broken off
            loop.call_soon_threadsafe(tell, fate, defect)

    threading.Thread(target=run, name="mail", daemon=True).start()
    return handed
