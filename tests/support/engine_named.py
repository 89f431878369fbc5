"""The phone process on a machine whose name server knows nobody, and whose Python knows one name anyhow.

So whatever asks for that name in the stack's own way gets no answer.
"""

from __future__ import annotations

import socket
from typing import Any

from telephony.engine.__main__ import main

NAME = "carrier.test"  # RFC 2606: no name server knows it
_ask = socket.getaddrinfo


def knows_one(host: Any, *more: Any, **words: Any) -> Any:
    return _ask("127.0.0.1" if host == NAME else host, *more, **words)


if __name__ == "__main__":
    socket.getaddrinfo = knows_one
    main()
