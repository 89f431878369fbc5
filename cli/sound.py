"""`sixring sound`: the headset, before the shift."""

from __future__ import annotations

import time

import click

from cli.lazy import Group, State, pass_state

QUIET_DBFS = -50  # nobody speaks as softly as that
_ADVICE = {
    "too quiet": " Move it nearer to your mouth, or turn it up.",
    "too loud": " Move it away from your mouth, or turn it down.",
}


@click.group(cls=Group, example="sixring sound test")
def command() -> None:
    """Find the headset, and hear yourself before the shift."""


@command.command("list", example="sixring sound list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line (docs/json.md).")
def listed(as_json: bool) -> int:
    """Show the microphones and speakers of this machine.

    A part of a name is enough in the [sound] table. Exits 1 where there is no
    headset to be had.
    """
    from cli.native import native_silence
    from cli.output import json_line, line
    from telephony.soundcard import OFFER, cards

    with native_silence():
        found = cards()
    for kind, devices in (("microphone", found.microphones), ("speaker", found.speakers)):
        for device in devices:
            if as_json:
                json_line({"kind": kind, "name": device.name, "system": found.backend})
            else:
                line(f"{kind:<11} {device.name}")
    missing = [
        kind for kind, some in (("microphone", found.microphones), ("speaker", found.speakers)) if not some
    ]
    if missing and not as_json:
        line(f"This machine has no {' and no '.join(missing)}. {OFFER}")
    return 1 if missing else 0


@command.command("test", example="sixring sound test --seconds 20")
@click.option("--seconds", default=10, show_default=True, type=click.IntRange(1, 600), help="For how long.")
@pass_state
def tested(state: State, seconds: int) -> int:
    """Speak, and hear yourself a moment later; the levels are told in words.

    Uses the devices of the [sound] table. Exits 1 where nothing was heard.
    """
    from cli.native import native_silence
    from cli.output import line
    from cli.session import settings_of
    from telephony.levels import SILENCE_DBFS, in_words
    from telephony.sound_check import SoundCheck

    sound = settings_of(state.home).sound
    if sound.kind == "desk_phone":
        line("You hear and speak by your desk phone ([sound] kind): it is called when the shift begins.")
        return 0
    with native_silence():
        check = SoundCheck(sound.microphone, sound.speaker)
        loudest = SILENCE_DBFS
        with check:
            line(f"Microphone: {_called(check.microphone.name)}. Speaker: {_called(check.speaker.name)}.")
            line(f"Put the headset on and speak for {seconds} s: you hear yourself a moment later.")
            for _ in range(seconds):
                time.sleep(1)
                heard, played = check.levels()
                loudest = max(loudest, heard)
                line(f"microphone {heard:>4} dBFS {in_words(heard):<10} speaker {played:>4} dBFS")
    if loudest < QUIET_DBFS:
        line(
            "The microphone heard nothing. Is it muted, or is it another one? 'sixring sound list' shows all."
        )
        return 1
    word = in_words(loudest)
    line(f"The microphone works: {word}, {loudest} dBFS at its loudest.{_ADVICE.get(word, '')}")
    line("Heard nothing of yourself? Then it is the speaker: turn it up, or name another one in [sound].")
    return 0


def _called(name: str) -> str:
    return name or "the system's choice"
