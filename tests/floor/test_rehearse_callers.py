"""A rehearsal in which people call in: every call of theirs is in the books, once, and as long as it was."""

from __future__ import annotations

from floor.rehearse import rehearse


async def test_every_call_that_came_in_is_an_attempt_or_a_missed_call() -> None:
    report = await rehearse(5, 2, callers=6)
    came = report["came_in"]
    assert 1 <= came["answered"] + came["missed"] <= 6
    assert (report["lost"], report["doubles"]) == (0, 0)
    assert report["duration_error_ms"] <= 1_000  # 100 where nothing runs beside it, see .ci/run
    assert (report["audit"], report["verify"]) == ("clean", "clean")
