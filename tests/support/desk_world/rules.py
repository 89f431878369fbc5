"""What must hold of a desk and its world, whatever was done."""

from __future__ import annotations

from support.desk_world.world import World

from cadence.model import ShiftState
from floor.actions import IN_CALL, RINGS_IN


def check_lines(world: World) -> None:
    """What holds at every moment at which the store has caught up."""
    desk, phone = world.desk, world.phone
    second = desk.second_line
    assert desk.caller is None or desk.state in RINGS_IN
    assert not desk.on_second or second is not None or desk.passing is not None
    assert (desk.state in IN_CALL) <= (desk.line is not None), "in a call, and there is none"
    if world.store.pending or desk.line is None or desk.passing is not None:
        return
    lines = [line for line in (desk.line, second) if line is not None]
    if desk.state in IN_CALL:
        assert any(line.call in phone.calls for line in lines), "nobody is on any line, and no end comes"
    else:
        assert desk.line.stored or desk.line.disposing, "no key can record this call"
    talking = [line.call for line in (desk.line, second) if line and phone.calls.get(line.call) == "talks"]
    heard = [call for call in talking if not phone.held.get(call, False)]
    assert len(heard) <= 1, "both lines are heard at once"
    if second is not None and len(talking) == 2 and not world.stayed_away:
        assert heard, "everybody is on hold"
        assert desk.talked_on is not None
        assert heard == [desk.talked_on.call], "the screen shows the other line"


def check_rest(world: World) -> None:
    """What holds once everybody has hung up and everything is on disk."""
    desk, store = world.desk, world.store
    assert not store.open, "an attempt was begun and never finished"
    waiting = set(store.closed) - store.disposed
    assert len(waiting) <= 1, "two calls wait for a key"
    assert bool(waiting) == (desk.state is ShiftState.WRAP_UP)
    assert desk.state not in IN_CALL
    assert (desk.second_line, desk.second, desk.passing, desk.on_second) == (None, None, None, False)
    assert (desk.caller, desk.incoming, desk.undoing) == (None, None, False)
    assert not desk.drops
    held = {desk.claim.lead.id} if desk.claim is not None else set()
    assert store.leased <= held, "a lead is held by a desk that does not show it"
    for number in store.begun:
        assert store.begun[number] == 1
        assert store.packed[number] + store.erased[number] >= 1, "a recording is left open"
        assert bool(store.objected[number]) == bool(store.erased[number]), "they objected"
    for call in world.phone.rang:
        told_of = store.spoken_to[call] + store.missed[call] + store.elsewhere[call]
        assert told_of == 1, f"{call} was kept {told_of} times"


def check_way_out(world: World) -> None:
    """From whatever has come to rest, a rep gets to the next lead and calls it."""
    desk = world.desk
    for name in ("phone back", "store back"):
        world.press(name)
    if desk.state is ShiftState.WRAP_UP:
        world.press("disposition no_answer")
        world.store.step_all()
    if desk.state is ShiftState.NOT_READY:
        world.press("resume")
    world.store.step_all()
    if desk.state is ShiftState.READY:  # nothing was due
        world.press("look again")
        world.store.step_all()
    assert desk.state is ShiftState.PREVIEW, "no key leads to the next lead"
    world.press("dial")
    world.store.step_all()
    assert desk.state is ShiftState.DIALING
    assert desk.line is not None
    assert world.phone.calls == {desk.line.call: "goes"}, "two calls, or none"
