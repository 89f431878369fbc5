"""Whatever happens to a desk with callers, two lines and transfers, in whatever order, nothing is lost."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from support.desk_world.rules import check_lines, check_rest, check_way_out
from support.desk_world.world import HISTORIES, World

NAMES = st.sampled_from(HISTORIES)
# Lists are drawn five long on average where nothing is asked: too short for much to come together.
LONG = st.lists(NAMES, min_size=50, max_size=90)

# Most histories reach a conversation, which most of the rules are about.
TALKING = ("step_all", "dial", "step_all", "connect")
ASKING = (*TALKING, "ask a colleague", "step_all", "connect")
TAKEN = ("step_all", "ring", "answer", "connect")


@settings(max_examples=400, deadline=None)
@given(
    start=st.sampled_from(((), TALKING, ASKING, TAKEN)),
    history=st.lists(NAMES) | LONG,
)
def test_nothing_is_lost_whatever_happens(start: tuple[str, ...], history: list[str]) -> None:
    world = World()
    for name in (*start, *history):
        world.do(name)
        check_lines(world)
    world.settle()
    check_rest(world)
    check_way_out(world)


def test_muted_is_the_rep_on_whatever_line() -> None:
    """The phone mutes both lines, and the screen must not say otherwise."""
    world = World()
    for name in (*TALKING, "mute", "ask a colleague", "step_all", "connect"):
        world.do(name)
    desk = world.desk
    assert desk.call is not None
    assert desk.second is not None
    assert (desk.call.muted, desk.second.muted) == (True, True)
    world.do("mute")
    assert (desk.call.muted, desk.second.muted) == (False, False)
    assert desk.message == "Your microphone is on."
    for name in ("mute", "line", "second_gone"):
        world.do(name)
    assert desk.call.muted
