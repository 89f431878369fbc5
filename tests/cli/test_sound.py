"""`sixring sound` on a machine without sound, and on a sound server without a card."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.program import sixring
from support.sound_rig import MICROPHONE, SPEAKER, WORDS, SoundRig, needs_pulseaudio, sound_rig


@pytest.fixture
async def rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SoundRig]:
    async with sound_rig(tmp_path / "rig", monkeypatch) as made:
        yield made


def named(folder: Path, microphone: str) -> Path:
    (folder / "sixring.toml").write_text(
        f'[sound]\nmicrophone = "{microphone}"\nspeaker = "rig headset"\n', encoding="utf-8"
    )
    return folder


def test_a_microphone_nobody_has_is_one_sentence(tmp_path: Path) -> None:
    done = sixring("sound", "test", home=named(tmp_path, "no such microphone"))
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert "microphone" in done.stderr


def test_who_has_a_desk_phone_needs_no_headset_to_test(tmp_path: Path) -> None:
    (tmp_path / "sixring.toml").write_text(
        '[sound]\nkind = "desk_phone"\ndesk_phone = "204"\n', encoding="utf-8"
    )
    done = sixring("sound", "test", home=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "desk phone" in done.stdout
    assert "called when the shift begins" in done.stdout


def test_the_doctor_warns_of_a_headset_that_is_not_there(tmp_path: Path) -> None:
    done = sixring("doctor", "--json", home=named(tmp_path, "no such microphone"))
    (sound,) = [one for one in map(json.loads, done.stdout.splitlines()) if one["check"] == "sound"]
    assert sound["health"] == "warns"
    assert "microphone" in sound["found"]
    assert "sixring sound list" in sound["mend"]


@pytest.mark.parametrize(
    ("table", "health"), [('"desk_phone"\ndesk_phone = "204"', "ok"), ('"none"', "skipped")]
)
def test_the_doctor_calls_no_desk_phone(tmp_path: Path, table: str, health: str) -> None:
    (tmp_path / "sixring.toml").write_text(f"[sound]\nkind = {table}\n", encoding="utf-8")
    done = sixring("doctor", "--json", home=tmp_path)
    (sound,) = [one for one in map(json.loads, done.stdout.splitlines()) if one["check"] == "sound"]
    assert sound["health"] == health


@pytest.mark.interop
@needs_pulseaudio
async def test_the_list_names_what_the_settings_may_name(rig: SoundRig) -> None:
    done = await asyncio.to_thread(sixring, "sound", "list", "--json")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert {"kind": "microphone", "name": MICROPHONE, "system": "PulseAudio"} in found
    assert SPEAKER in [one["name"] for one in found if one["kind"] == "speaker"]
    assert done.returncode == 0


@pytest.mark.interop
@needs_pulseaudio
async def test_a_machine_without_a_microphone_is_offered_the_desk_phone(rig: SoundRig) -> None:
    rig.pull_out()
    done = await asyncio.to_thread(sixring, "sound", "list")
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1].startswith("This machine has no microphone. Plug one in, or")


@pytest.mark.interop
@needs_pulseaudio
@pytest.mark.parametrize("speaks", [True, False])
async def test_the_loop_back_tells_the_levels_in_words(rig: SoundRig, tmp_path: Path, speaks: bool) -> None:
    home = named(tmp_path, "rig headset")
    with rig.saying(WORDS) if speaks else contextlib.nullcontext():
        done = await asyncio.to_thread(sixring, "sound", "test", "--seconds", "3", home=home)
    assert done.stdout.startswith(f"Microphone: {MICROPHONE}. Speaker: {SPEAKER}.\n")
    verdict = done.stdout.splitlines()[-2 if speaks else -1]
    assert verdict.startswith("The microphone works: good" if speaks else "The microphone heard nothing.")
    assert ("Heard nothing of yourself?" in done.stdout) is speaks
    assert done.returncode == (0 if speaks else 1)
