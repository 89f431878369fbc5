"""The outbox: a planned mail becomes a row once, and a row is handed to the server at most once at a time.

`sending` is committed before a byte leaves. A process that dies in between
leaves the row in `sending`; nobody knows then whether the mail went, so it
becomes `uncertain`, is shown to a person, and is never sent again by itself.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Mapping
from typing import Any, Literal

from cadence.happenings import MailFailed, MailSent
from cadence.model import LeadStatus, PlannedMail
from config.clock import MINUTE
from store import dnc, plans
from store.core import Core
from store.engine import Row
from store.errors import NotFound, Settled
from store.plans import Standing
from store.processes import process_exists
from store.records import OutboxRow, OutMail

SENDING_MS = 10 * MINUTE  # on another machine, a mail that is sending for so long is uncertain

_TAKE = """update outbox set state = 'sending', taken_at = :now, tries = tries + 1, host = :host, pid = :pid
    where id = (select id from outbox where state = 'ready' and due_at <= :now
        order by due_at, id limit 1 {lock})
    returning *"""

_ROW = "select * from outbox where id = :id "
_INSERT = """insert into outbox(lead_id, anchor_at, step, template, address, subject, text, html, message_id,
        state, due_at, staged_at)
    values (:lead, :anchor_at, :step, :template, :address, :subject, :text, :html, :message_id, 'ready',
        :due_at, :now)
    on conflict (lead_id, anchor_at, step) do nothing returning id"""


class Outbox:
    """`store.outbox`."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._take_sql = _TAKE.replace("{lock}", core.engine.skip_locked)

    def stage(self, limit: int, firm: Mapping[str, Any]) -> int:
        """Write the mails that are due, up to `limit`, into the outbox; how many.

        Each lead is one transaction: the letter is rendered with `firm`, the
        row written, and the plan moved on (`MailSent`: it is spoken for).

        Raises:
            LetterError: no letter can be written, as without a postal address; nothing more is staged.
        """
        core = self._core
        due = core.engine.rows(
            "select lead_id from queue where mail_at <= :now order by mail_at, lead_id limit :limit",
            now=core.now(),
            limit=limit,
        )
        return sum(self._stage(row["lead_id"], firm) for row in due)

    def take(self) -> OutMail | None:
        """The next mail to hand over, `sending` and committed before this returns; None: nothing is due."""
        core = self._core
        with core.write():
            due = {"now": core.now(), "host": socket.gethostname(), "pid": os.getpid()}
            while rows := core.engine.rows(self._take_sql, **due):
                if not self._unwanted(rows[0]):
                    return _out_mail(rows[0])
                self._tell_settled(rows[0], "cancelled", "no mail is wanted any more")
            return None

    def sent(self, mail_id: int, reply: str) -> None:
        """The server took it. A second time changes nothing.

        Raises:
            Settled: the mail was not being sent.
        """
        core = self._core
        with core.write():
            row = self._sending(mail_id, "sent")
            if row is None:
                return
            self._settle(mail_id, "sent", reply)
            core.log.tell(
                "mail.sent", lead_id=row["lead_id"], outbox_id=mail_id, step=row["step"], reply=reply
            )

    def failed(self, mail_id: int, why: str, *, permanent: bool, retry_at: int | None = None) -> None:
        """The server refused it, or was not reached: again at `retry_at`, or never (`permanent`).

        A permanent failure marks the lead's address and plans on without it.

        Raises:
            Settled: the mail was not being sent.
        """
        core = self._core
        with core.write():
            row = self._sending(mail_id, "failed")
            if row is None:
                return
            core.log.tell(
                "mail.failed",
                lead_id=row["lead_id"],
                outbox_id=mail_id,
                step=row["step"],
                why=why,
                permanent=permanent,
            )
            if not permanent and retry_at is not None:
                core.engine.run(
                    "update outbox set state = 'ready', due_at = :at, reply = :why where id = :id",
                    at=retry_at,
                    why=why,
                    id=mail_id,
                )
                return
            self._settle(mail_id, "failed", why)
            if permanent:
                self._address_is_bad(row, why)

    def uncertain(self, mail_id: int, why: str) -> None:
        """Nobody knows whether it went: it stays for a person to look at.

        Raises:
            Settled: the mail was not being sent.
        """
        with self._core.write():
            row = self._sending(mail_id, "uncertain")
            if row is not None:
                self._tell_settled(row, "uncertain", why)

    def uncertain_left(self) -> list[int]:
        """Mark the mails that a dead process left in `sending` as uncertain; their ids."""
        core = self._core
        with core.write():
            rows = core.engine.rows("select * from outbox where state = 'sending' order by id")
            left = [row for row in rows if self._is_left(row)]
            for row in left:
                self._tell_settled(row, "uncertain", "the process that was sending it died")
            return [row["id"] for row in left]

    def list(self, state: str, limit: int = 200) -> list[OutboxRow]:
        """Rows in `state` (ready, sending, sent, failed, cancelled, uncertain), oldest first."""
        rows = self._core.engine.rows(
            "select id, lead_id, step, template, address, subject, state, due_at, tries, settled_at, reply"
            " from outbox where state = :state order by id limit :limit",
            state=state,
            limit=limit,
        )
        return [OutboxRow(**row) for row in rows]

    def _stage(self, lead_id: int, firm: Mapping[str, Any]) -> int:
        core = self._core
        with core.write():
            before = plans.read(core, lead_id, lock=True)
            mail = before.plan.mail
            if before.plan.status is not LeadStatus.OPEN or mail is None or mail.due_at > core.now():
                return 0
            staged = self._write_letter(before, mail, firm)
            plans.advance_by(core, before, MailSent(mail.step, core.now()), held=True)
            return staged

    def _write_letter(self, before: Standing, mail: PlannedMail, firm: Mapping[str, Any]) -> int:
        core, lead = self._core, before.lead
        letter = core.book.templates.render(mail.template, lead, firm, self._signer(before))
        rows = core.engine.rows(
            _INSERT,
            lead=lead.id,
            anchor_at=before.plan.anchor_at,
            step=mail.step,
            template=mail.template,
            address=lead.email,
            subject=letter.subject,
            text=letter.text,
            html=letter.html,
            message_id=f"<{secrets.token_hex(16)}@{_domain(firm)}>",
            due_at=mail.due_at,
            now=core.now(),
        )
        if rows:
            core.log.tell(
                "mail.queued",
                lead_id=lead.id,
                outbox_id=rows[0]["id"],
                step=mail.step,
                template=mail.template,
                address=lead.email,
                due_at=mail.due_at,
            )
        return len(rows)

    def _signer(self, standing: Standing) -> Mapping[str, str]:
        """Who signs: the lead's owner, else who called it last, else nobody by name."""
        login = standing.lead.owner
        if not login:
            last = self._core.engine.rows(
                "select rep from attempt where lead_id = :lead order by id desc limit 1",
                lead=standing.lead.id,
            )
            login = last[0]["rep"] if last else ""
        names = self._core.engine.rows("select name from rep where login = :login", login=login)
        return {"login": login, "name": names[0]["name"] if names else ""}

    def _unwanted(self, row: Row) -> bool:
        """Between staging and sending the lead may have ended, or the address may have gone on the list."""
        status = self._core.engine.rows("select status from lead where id = :id", id=row["lead_id"])[0][
            "status"
        ]
        listed = dnc.blocked_among(self._core, dnc.keys_of_email(row["address"]))
        return status != LeadStatus.OPEN or bool(listed)

    def _sending(self, mail_id: int, to: str) -> Row | None:
        """The row while it is being sent; None where it is settled so already."""
        rows = self._core.engine.rows(_ROW + self._core.engine.lock_row, id=mail_id)
        if not rows:
            raise NotFound(f"there is no mail {mail_id} in the outbox")
        if rows[0]["state"] == to:
            return None
        if rows[0]["state"] != "sending":
            raise Settled(f"mail {mail_id} is {rows[0]['state']}, not being sent")
        return rows[0]

    def _settle(self, mail_id: int, state: str, reply: str) -> None:
        self._core.engine.run(
            "update outbox set state = :state, settled_at = :now, reply = :reply where id = :id",
            state=state,
            now=self._core.now(),
            reply=reply,
            id=mail_id,
        )

    def _tell_settled(self, row: Row, state: Literal["cancelled", "uncertain"], why: str) -> None:
        self._settle(row["id"], state, why)
        self._core.log.tell(
            f"mail.{state}", lead_id=row["lead_id"], outbox_id=row["id"], step=row["step"], why=why
        )

    def _is_left(self, row: Row) -> bool:
        """Its process is gone from this machine, or has been sending for longer than any server takes."""
        if row["host"] == socket.gethostname():
            return not process_exists(row["pid"])
        return bool(self._core.now() - row["taken_at"] > SENDING_MS)

    def _address_is_bad(self, row: Row, why: str) -> None:
        core = self._core
        before = plans.read(core, row["lead_id"], lock=True)
        core.engine.run("update lead set email_bad = :bad where id = :id", bad=plans.BAD, id=row["lead_id"])
        if before.plan.status is LeadStatus.OPEN:
            failed = MailFailed(row["step"], core.now(), permanent=True)
            plans.move(core, before, failed, why=f"mail failed: {why}", held=True)


def _domain(firm: Mapping[str, Any]) -> str:
    """The right side of a Message-ID: the sender's domain where the firm has one."""
    return str(firm.get("reply_to", "")).rpartition("@")[2] or "sixring.invalid"


def _out_mail(row: Row) -> OutMail:
    return OutMail(
        row["id"],
        row["lead_id"],
        row["step"],
        row["address"],
        row["subject"],
        row["text"],
        row["html"],
        row["message_id"],
        row["tries"] - 1,
    )
