"""A current baresip as a telephone, from its Python wheel: obeys a REFER, and honours Replaces.

Run as `python baresip_process.py USER PORT`; says on stdout what happens, a line each.
"""

from __future__ import annotations

import asyncio
import sys

HOST = "127.0.0.1"


async def main(user: str, port: str) -> None:
    from baresip import Account, Config, Runtime, UserAgent
    from baresip.call import Call
    from baresip.events import Event, StackEvent

    tasks: set[asyncio.Task[None]] = set()

    def pick_up(call: Call) -> None:
        task = asyncio.get_running_loop().create_task(call.answer())
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    def tell(event: StackEvent) -> None:
        if event.event in {Event.CALL_ESTABLISHED, Event.CALL_CLOSED}:
            print(event.event.name, event.text, flush=True)

    runtime = Runtime()
    await runtime.start(Config(net_interface=HOST, extra_config_text=f"sip_listen {HOST}:{port}\n"))
    runtime.subscribe(tell)
    nobody = Account(user=user, domain=HOST, password="", reg_interval=0)
    agent = await UserAgent.create(runtime, nobody, transfer_policy="auto")
    agent.on_incoming(pick_up)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
