from __future__ import annotations

import array
import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.ring import Ring

SAMPLES = st.integers(1, 64)
STEPS = st.lists(st.tuples(st.booleans(), SAMPLES), max_size=200)


def sound(first: int, samples: int) -> bytes:
    """Samples that count upwards from `first`, never silence."""
    return b"".join(((first + i) % 65_535 + 1).to_bytes(2, "little") for i in range(samples))


def counted(pulled: bytes) -> list[int]:
    """The samples of `pulled` that are not silence."""
    pairs = [int.from_bytes(pulled[i : i + 2], "little") for i in range(0, len(pulled), 2)]
    return [sample for sample in pairs if sample]


@given(STEPS, SAMPLES, SAMPLES)
def test_what_comes_out_went_in_once_in_order_and_whole(
    steps: list[tuple[bool, int]], target: int, more: int
) -> None:
    ring = Ring(target * 2, (target + more) * 2)
    pushed, heard = 0, []
    for put, samples in steps:
        if put:
            ring.push(sound(pushed, samples))
            pushed += samples
        else:
            pulled = ring.pull(samples * 2)
            assert len(pulled) == samples * 2
            heard += counted(pulled)
    assert heard == sorted(set(heard))
    assert set(heard) <= set(range(1, pushed + 1))


@given(STEPS, SAMPLES, SAMPLES)
def test_it_never_delays_by_more_than_its_limit(
    steps: list[tuple[bool, int]], target: int, more: int
) -> None:
    ring = Ring(target * 2, (target + more) * 2)
    for put, samples in steps:
        if put:
            ring.push(bytes(samples * 2))
        else:
            ring.pull(samples * 2)
        assert len(ring) <= (target + more) * 2


@given(STEPS, SAMPLES, SAMPLES)
def test_every_sample_missing_from_the_output_is_accounted_for(
    steps: list[tuple[bool, int]], target: int, more: int
) -> None:
    ring = Ring(target * 2, (target + more) * 2)
    ring.pull(2)
    pushed, heard = 0, 0
    for put, samples in steps:
        if put:
            ring.push(sound(pushed, samples))
            pushed += samples
        else:
            heard += len(counted(ring.pull(samples * 2)))
    lost = pushed - heard - len(ring) // 2
    assert (lost > 0) == (ring.over_runs > 0)


def test_it_waits_for_its_target_then_flows() -> None:
    ring = Ring(6, 12)
    ring.push(sound(0, 2))
    assert counted(ring.pull(2)) == []
    ring.push(sound(2, 1))
    assert counted(ring.pull(2)) == [1]
    assert ring.under_runs == 0


def test_running_dry_is_one_under_run_however_long_it_lasts() -> None:
    ring = Ring(4, 8)
    ring.push(sound(0, 3))
    assert counted(ring.pull(4)) == [1, 2]
    assert counted(ring.pull(4)) == [3]
    for _ in range(10):
        assert ring.pull(4) == bytes(4)
    assert ring.under_runs == 1


def test_a_ring_nobody_listens_to_runs_over_unheard() -> None:
    ring = Ring(4, 8)
    for _ in range(10):
        ring.push(bytes(8))
    assert ring.over_runs == 0
    ring.pull(2)
    for _ in range(10):
        ring.push(bytes(8))
    assert ring.over_runs == 1


def test_a_cleared_ring_counts_no_under_run() -> None:
    ring = Ring(4, 8)
    ring.push(bytes(4))
    ring.pull(2)
    ring.clear()
    assert ring.pull(2) == bytes(2)
    assert ring.under_runs == 0


def drifting(ring: Ring, ppm: int, seconds: int) -> int:
    """A card `ppm` off its bridge, in the steps of both; the most that was held."""
    card, bridge, worst = 0.0, 5.0, 0
    while bridge < seconds * 1000:
        if card <= bridge:
            ring.push(bytes(160))
            card += 10 * (1 - ppm / 1e6)
        else:
            ring.pull(320)
            bridge += 20
            worst = max(worst, len(ring))
    return worst


@pytest.mark.parametrize("ppm", [500, -500, 0])
def test_drift_costs_no_click_and_no_delay(ppm: int) -> None:
    """Six minutes of a card 500 ppm off its bridge: as an hour of 50 ppm."""
    ring = Ring(640, 2240, 320)
    assert drifting(ring, ppm, 360) <= 960
    assert (ring.under_runs, ring.over_runs) == (0, 0)


def test_a_ring_that_ran_dry_keeps_more_in_hand_until_it_was_calm_for_long() -> None:
    ring = Ring(640, 2240, 320)
    drifting(ring, 0, 5)
    while not ring.under_runs:
        ring.pull(320)
    assert drifting(ring, 0, 5) >= 320 + 160  # left after a pull
    drifting(ring, 0, 180)
    assert drifting(ring, 0, 5) < 320 + 160
    assert ring.under_runs == 1


@pytest.mark.parametrize("ppm", [2000, -2000])
def test_sound_played_faster_or_slower_has_no_step_in_it(ppm: int) -> None:
    """A tone through a ring that must leave samples out, or put some in: each follows from the one before."""
    ring = Ring(640, 2240, 320)
    said, pulled = 0, array.array("h")
    card, bridge = 0.0, 5.0
    while bridge < 60_000:
        if card <= bridge:
            ring.push(array.array("h", (tone(said + i) for i in range(80))).tobytes())
            said += 80
            card += 10 * (1 - ppm / 1e6)
        else:
            pulled.frombytes(ring.pull(320))
            bridge += 20
    heard = pulled[1600:]
    steepest = max(abs(after - before) for before, after in itertools.pairwise(heard))
    assert steepest <= 10_000 * 2 * math.pi * 300 / 8_000 * 1.02
    assert abs(said - len(pulled)) > 60  # some really were left out, or put in
    assert (ring.under_runs, ring.over_runs) == (0, 0)


def tone(at: int) -> int:
    """300 Hz."""
    return round(10_000 * math.sin(at * 2 * math.pi * 300 / 8_000))


@pytest.mark.parametrize(("target", "limit"), [(0, 4), (6, 4), (3, 8), (4, 7)])
def test_a_ring_that_cannot_work_is_refused(target: int, limit: int) -> None:
    with pytest.raises(ValueError, match="cannot work"):
        Ring(target, limit)
