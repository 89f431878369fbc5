"""The quick way to a frame's sound gives what the slow way gives."""

from __future__ import annotations

import os
from types import SimpleNamespace

import pjsua2 as pj
import pytest

from telephony.engine import frame_bytes


@pytest.mark.parametrize("size", [0, 1, 2, 320, 640, 5_000])
def test_the_quick_way_gives_what_the_slow_way_gives(size: int) -> None:
    sound = os.urandom(size)
    frame = pj.MediaFrame()
    frame.buf = pj.ByteVector(sound)
    assert frame_bytes.peek(frame) == frame_bytes.walk(frame) == sound


def test_a_frame_used_again_gives_its_new_sound() -> None:
    frame = pj.MediaFrame()
    for sound in (b"\1\2" * 160, b"", b"\3\4" * 80):
        frame.buf = pj.ByteVector(sound)
        assert frame_bytes.peek(frame) == sound


class OtherFrame:
    """What a wrapper of another make might hand out."""

    buf: object = None


@pytest.mark.parametrize("address", [None, "here", object()])
def test_a_wrapper_that_shows_no_address_is_walked(monkeypatch: pytest.MonkeyPatch, address: object) -> None:
    monkeypatch.setattr(pj, "MediaFrame", OtherFrame)
    monkeypatch.setattr(pj, "ByteVector", lambda _: SimpleNamespace(this=address))
    assert not frame_bytes._is_so()
    monkeypatch.setattr(pj, "ByteVector", list)
    assert not frame_bytes._is_so()


def test_the_quick_way_is_taken_here() -> None:
    assert frame_bytes.sound_of is frame_bytes.peek
