"""The measure of what was heard measures: delay, jumps, losses, and no fault where there is none."""

from __future__ import annotations

from support.heard import RATE, noise, way

SAID = [float(sample) for sample in noise(4)]
LATE = [0.0] * (RATE // 10)  # 100 ms


def test_sound_that_came_whole_has_one_delay() -> None:
    seen = way(SAID, LATE + SAID)
    assert set(seen.delays_ms) == {100.0}
    assert (seen.lost, seen.moves) == (0, 0)


def test_sound_thrown_away_and_sound_put_in_are_jumps() -> None:
    thrown = way(SAID, LATE + SAID[:8_000] + SAID[8_160:])
    put_in = way(SAID, LATE + SAID[:8_000] + [0.0] * 160 + SAID[8_000:])
    assert thrown.moves == put_in.moves == 1
    assert thrown.delays_ms[-1] == 80
    assert put_in.delays_ms[-1] == 120


def test_silence_in_the_middle_is_lost_and_moves_nothing() -> None:
    seen = way(SAID, LATE + SAID[:8_000] + [0.0] * 1_000 + SAID[9_000:])
    assert seen.lost in range(5, 8)
    assert seen.moves == 0


def test_a_glide_that_nobody_hears_is_no_fault() -> None:
    whole = [SAID[at] for at in range(len(SAID)) if at % 160 != 80]  # one sample in a frame left out
    seen = way(SAID[:RATE], LATE * 4 + whole)
    assert (seen.lost, seen.moves) == (0, 0)
    assert seen.delays_ms[-1] < 396
