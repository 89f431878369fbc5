"""What a rep is told of the floor around the desk: a line each, from the event log."""

from __future__ import annotations

from collections.abc import Callable

from store.arrivals import BY_CALLING
from store.events import Event
from store.store import Store

_MOST = 200  # events looked at in one glance; older ones are no news


def latest(store: Store, after: int, rep: str) -> tuple[int, str]:
    """The newest thing worth a line since event `after`, and the event now read up to.

    What the rep does at this desk is on the screen already and is no news, nor
    is that the caller they speak with has become a lead.
    """
    head, _ = store.log.head()
    text = ""
    for event in store.log.after(max(after, head - _MOST), _MOST):
        say = _SAY.get(event.kind)
        if say is not None and event.rep != rep and event.body.get("source") != BY_CALLING:
            text = say(event, _name(store, event.lead_id))
    return head, text


def _name(store: Store, lead_id: int | None) -> str:
    return (store.leads.get(lead_id).name if lead_id is not None else "") or "a lead"


_SAY: dict[str, Callable[[Event, str], str]] = {
    "lead.arrived": lambda _, name: f"New inquiry: {name}.",
    "lead.inquired": lambda _, name: f"{name} asked again.",
    "mail.sent": lambda event, name: f"Mail {event.body['step']} to {name} was sent.",
    "mail.failed": lambda event, name: f"Mail {event.body['step']} to {name} failed: {event.body['why']}",
    "mail.uncertain": lambda event, name: f"Mail {event.body['step']} to {name} may or may not have arrived.",
}
