"""The sound cards of this machine, by miniaudio. No SIP stack here.

miniaudio is imported when the first card is asked for: a desk without a
headset never loads it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from itertools import chain, count
from typing import Any

from config.text import for_terminal
from telephony.errors import SoundError

RATE = 8_000  # Hz, of the conference bridge; the card's own is converted by miniaudio
PERIOD_MS = 10
# A PulseAudio that is asked for 10 ms lets its sink wake up each 2.5 ms, and each time that is late is a gap.
SERVED_MS = 30
OFFER = 'Plug one in, or let Sixring call your desk phone (kind = "desk_phone" in the [sound] table).'


@dataclass(frozen=True, slots=True)
class Device:
    """A microphone or a speaker."""

    name: str
    handle: Any = None  # miniaudio's own; None is the one the system prefers


@dataclass(frozen=True, slots=True)
class Cards:
    """What there is."""

    backend: str  # "PulseAudio", "ALSA", "Core Audio", ...; empty where there is no sound at all
    microphones: tuple[Device, ...] = ()
    speakers: tuple[Device, ...] = ()

    @property
    def ahead_ms(self) -> int:
        """How much sound a speaker is to have before it plays it."""
        return SERVED_MS if self.backend == "PulseAudio" else PERIOD_MS


class Stream:
    """An open microphone or speaker; its callback runs in a thread of the card."""

    def __init__(self, device: Any, pump: Generator[Any, Any, None]) -> None:  # noqa: ANN401 - miniaudio has no types
        next(pump)
        self._device = device
        try:
            device.start(pump)
        except Exception as error:
            self.close()
            raise SoundError(f"The sound card could not be started ({error}).") from error

    def close(self) -> None:
        """Let the card go, and the connection to the sound server that miniaudio would keep."""
        import miniaudio

        device, self._device = self._device, None
        if device is not None:
            device.close()
            miniaudio.lib.ma_context_uninit(device._context)  # noqa: SLF001 - it has no public name


def cards(backends: Sequence[Any] = ()) -> Cards:
    """Look for sound cards; `backends` (miniaudio's) narrows the search, for tests.

    A monitor, the record of what a speaker plays, is no microphone: the lead
    would hear himself.
    """
    import miniaudio

    wanted = list(backends) or [
        one for one in miniaudio.Backend if one not in (miniaudio.Backend.NULL, miniaudio.Backend.CUSTOM)
    ]
    try:
        found = miniaudio.Devices(wanted)
    except miniaudio.MiniaudioError:  # no sound system
        return Cards("")
    microphones, speakers = (
        _named([one for one in _listing(found, capture) if _is_real(found.backend, one[1])])
        for capture in (True, False)
    )
    return Cards(found.backend, microphones, speakers)


def _listing(found: Any, capture: bool) -> list[tuple[str, Any]]:  # noqa: ANN401
    """Names and handles of the microphones, or else of the speakers, that answer.

    miniaudio's own lists fail as a whole where one device does not answer (a plugin of ALSA without
    its server), or has a name that is no UTF-8: one that was cut off at 255 bytes, within a letter.
    """
    from miniaudio import DeviceType, ffi, lib

    kind = (DeviceType.CAPTURE if capture else DeviceType.PLAYBACK).value
    infos, many, none = ffi.new("ma_device_info**"), ffi.new("ma_uint32*"), ffi.NULL
    wanted = (none, none, infos, many) if capture else (infos, many, none, none)
    context = found._context  # noqa: SLF001 - it has no public name
    lib.ma_context_get_devices(context, *wanted)
    return [
        (ffi.string(one.name).decode(errors="replace"), ffi.new("ma_device_id*", one.id))
        for one in (infos[0][at] for at in range(many[0]))
        if not lib.ma_context_get_device_info(context, kind, ffi.addressof(one.id), ffi.addressof(one))
    ]


def _named(found: Sequence[tuple[str, Any]]) -> tuple[Device, ...]:
    """Each by a name of its own, harmless: two headsets of one make are "Jabra" and "Jabra (2)"."""
    taken: set[str] = set()
    devices = []
    for raw, handle in found:
        name = for_terminal(raw).strip() or "no name"
        names = chain([name], (f"{name} ({number})" for number in count(2)))
        called = next(one for one in names if one.casefold() not in taken)
        taken.add(called.casefold())
        devices.append(Device(called, handle))
    return tuple(devices)


def pick(devices: Sequence[Device], wanted: str, what: str) -> Device:
    """The device called `wanted` or, if only one is, the one with `wanted` in its name, in any case.

    An empty name is the system's own choice. `what` is "microphone" or "speaker".

    Raises:
        SoundError: there is none, or more than one; the sentence lists what there is.
    """
    if not devices:
        raise SoundError(f"This machine has no {what}. {OFFER}")
    if not wanted:
        return Device("")
    exact = [device for device in devices if device.name.casefold() == wanted.casefold()]
    part = [device for device in devices if wanted.casefold() in device.name.casefold()]
    matches = exact or part
    if len(matches) == 1:
        return matches[0]
    if not matches:
        raise SoundError(f"No {what} has '{wanted}' in its name; there is {_listed(devices)}.")
    raise SoundError(f"More than one {what} fits '{wanted}': {_listed(matches)}; write more of the name.")


def open_microphone(device: Device, heard: Callable[[bytes], None], backends: Sequence[Any] = ()) -> Stream:
    """Call `heard` with 16-bit sound as it comes.

    Raises:
        SoundError: the card will not open.
    """
    import miniaudio

    return Stream(_open(miniaudio.CaptureDevice, device, backends), _hearing(heard))


def open_speaker(
    device: Device, wanted: Callable[[int], bytes], backends: Sequence[Any] = (), ahead_ms: int = PERIOD_MS
) -> Stream:
    """Ask `wanted` for as many bytes of 16-bit sound as the card needs, `ahead_ms` before it needs them.

    Raises:
        SoundError: the card will not open.
    """
    import miniaudio

    return Stream(_open(miniaudio.PlaybackDevice, device, backends, ahead_ms), _speaking(wanted))


def _open(kind: Any, device: Device, backends: Sequence[Any], period_ms: int = PERIOD_MS) -> Any:  # noqa: ANN401
    import miniaudio

    try:
        return kind(
            miniaudio.SampleFormat.SIGNED16, 1, RATE, period_ms, device_id=device.handle,
            backends=list(backends) or None, app_name="Sixring",
        )  # fmt: skip
    except miniaudio.MiniaudioError as error:
        name = f"'{device.name}'" if device.name else "of the system's choice"
        raise SoundError(f"The sound card {name} will not open ({error}).") from error


def _hearing(heard: Callable[[bytes], None]) -> Generator[None, bytes, None]:
    while True:
        heard((yield))


def _speaking(wanted: Callable[[int], bytes]) -> Generator[bytes, int, None]:
    frames = yield b""
    while True:
        frames = yield wanted(frames * 2)


def _is_real(backend: str, handle: Any) -> bool:  # noqa: ANN401
    """Whether something is heard there, or hears: not a monitor, nor ALSA's own nothing."""
    import miniaudio

    place = bytes(miniaudio.ffi.buffer(handle)).partition(b"\0")[0]  # the source's or PCM's name
    hollow = {"PulseAudio": place.endswith(b".monitor"), "ALSA": place == b"null"}
    return not hollow.get(backend)


def _listed(devices: Sequence[Device]) -> str:
    return ", ".join(f"'{device.name}'" for device in devices)
