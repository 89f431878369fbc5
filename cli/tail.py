"""`sixring tail`: what happens on the floor, as it happens."""

from __future__ import annotations

import select
import sys
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import click

from cli.lazy import Command, State, pass_state

if TYPE_CHECKING:
    from store.events import Event
    from store.log import Log

POLL_MS = 100
PAGE = 500


@click.command(cls=Command, example="sixring tail -f\nsixring tail -f --json | jq .kind")
@click.option("-f", "--follow", is_flag=True, help="Go on with what happens from now, until Ctrl-C.")
@click.option(
    "-n", "--lines", default=20, type=click.IntRange(0), show_default=True, help="Events to begin with."
)
@click.option("--after", type=click.IntRange(0), metavar="SEQ", help="Begin behind this event instead.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line (docs/json.md).")
@pass_state
def command(state: State, follow: bool, lines: int, after: int | None, as_json: bool) -> None:
    """Show what happens on the floor, as it happens.

    Each line is one event of the append-only log, in its one order; none is
    left out, whatever happens between two looks.
    """
    from cli.events import human_line
    from cli.output import json_line, line
    from cli.session import opened, settings_of
    from store.event_json import json_record

    zone = settings_of(state.home).firm.zone
    show: Callable[[Event], None] = (
        (lambda event: json_line(json_record(event)))
        if as_json
        else (lambda event: line(human_line(event, zone)))
    )
    with opened(state.home) as store:
        seen = max(0, store.log.head()[0] - lines) if after is None else after
        for event in _events(store.log, seen, follow=follow):
            show(event)


def _events(log: Log, seen: int, *, follow: bool) -> Iterator[Event]:
    """The events behind `seq` `seen`; with `follow`, for ever, printing what is due before each wait."""
    while True:
        page = log.after(seen, PAGE)
        yield from page
        if page:
            seen = page[-1].seq
        if len(page) == PAGE:
            continue
        if not follow:
            return
        sys.stdout.flush()
        if _reader_left(POLL_MS):
            raise BrokenPipeError


def _reader_left(wait_ms: int) -> bool:
    """Wait `wait_ms`; whether the pipe behind our output closed meanwhile (`| head` has had enough)."""
    if not hasattr(select, "poll"):  # Windows
        time.sleep(wait_ms / 1000)
        return False
    poll = select.poll()
    poll.register(sys.stdout.fileno(), 0)  # errors are always reported
    return bool(poll.poll(wait_ms))
