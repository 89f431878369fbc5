"""Who may ring at this desk, as the phone process will see it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from cli.checks.finding import Finding, ok, warns

if TYPE_CHECKING:
    from telephony.account import Account

_SHOWN = 4  # networks named one by one


def incoming(account: Account) -> Iterator[Finding]:
    """Whose calls ring here, what becomes of strangers', and whether anybody can find us."""
    from telephony.engine.door import Door

    door = Door(account)
    for host in door.unknown:
        yield warns(
            "incoming", f"{host} has no address: no call from there rings here", "check [sip] ring_from"
        )
    if not account.register and not account.local_port:
        yield warns(
            "incoming", "nobody can ring here: a trunk is not told our port, which is another each time",
            "set local_port in [sip], and have the carrier send calls there",
        )  # fmt: skip
        return
    named = [str(one).removesuffix("/32") for one in door.ringing]
    more = f" and {len(named) - _SHOWN} more" if len(named) > _SHOWN else ""
    strangers = "dropped by the kernel" if sys.platform.startswith("linux") else "refused"
    yield ok(
        "incoming", f"calls from {', '.join(named[:_SHOWN])}{more} ring here; strangers' are {strangers}"
    )
