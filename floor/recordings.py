"""Recordings on disk: where they lie, how they are packed away, and when they go.

A recording is written as WAV while the call is up. Afterwards it is repaired
where its writer was killed, packed without loss where an encoder is at hand,
and entered in the store with its SHA-256. Files are `YYYY-MM/attempt-N.flac`
(or `.wav`) below the home's folder of recordings, for their owner only.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import socket
import warnings
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from config.clock import DAY, MINUTE, SECOND, Clock
from config.errors import SixringError
from config.home import make_private
from floor import desk_effects as out
from floor.store_room import StoreRoom
from store.recordings import UNTOLD
from store.store import Store
from telephony import protocol as phone
from telephony.wav_repair import repair

ENCODER = "ffmpeg"  # pydub's; without it recordings stay WAV, some 2 MB a minute
LEFT_MS = 5 * MINUTE  # after its call nobody settles a recording any more
_GOODBYE_S = 10.0
_SUFFIXES = (".wav", ".flac", ".part")  # as written, as packed away, and while it is


@dataclass(frozen=True, slots=True)
class Settled:
    """A recording as it stays."""

    path: Path
    ms: int
    size: int
    sha256: str


def path_for(folder: Path, attempt_id: int, at: int) -> Path:
    """Where the recording of an attempt goes that began at `at` (ms UTC); its folder is made.

    Raises:
        SixringError: the folder cannot be made.
    """
    month = datetime.fromtimestamp(at / SECOND, UTC).strftime("%Y-%m")
    return make_private(make_private(folder) / month) / f"attempt-{attempt_id}.wav"


def settle(path: Path) -> Settled:
    """Repair, pack and measure the recording at `path`; takes its time.

    Raises:
        OSError: the disk refuses.
        ValueError: the file holds no sound.
    """
    wav, packed = path.with_suffix(".wav"), path.with_suffix(".flac")
    if not wav.exists():  # an earlier try got so far; or there is nothing, and the disk says so
        return _measured(packed if packed.exists() else wav, _length_of(packed))
    ms = repair(wav)
    return _measured(_packed(wav) or wav, ms)


def _packed(path: Path) -> Path | None:
    """The recording without loss in half the room or less; None where it cannot be had."""
    if shutil.which(ENCODER) is None:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a library's own syntax, on a rep's screen
        from pydub import AudioSegment
        from pydub.exceptions import CouldntEncodeError
    target = path.with_suffix(".flac")
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    try:
        with path.open("rb") as file:
            AudioSegment.from_wav(file).export(str(part), format="flac").close()
        with part.open("rb") as file:
            os.fsync(file.fileno())
    except (CouldntEncodeError, OSError):
        part.unlink(missing_ok=True)
        return None
    part.replace(target)
    path.unlink()
    return target


def _length_of(packed: Path) -> int:
    if not packed.exists():
        return 0
    from pydub import AudioSegment

    with packed.open("rb") as file:
        return len(AudioSegment.from_file(file))


def _measured(path: Path, ms: int) -> Settled:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return Settled(path, ms, path.stat().st_size, digest.hexdigest())


class Keeper:
    """A desk's hand in its recordings: starts them, and packs them away while the rep goes on."""

    def __init__(
        self,
        room: StoreRoom,
        folder: Path | None,
        clock: Clock,
        send: Callable[[phone.Record], None],
        fail: Callable[[str], None],
    ) -> None:
        """`send` reaches the phone, `fail` the rep."""
        self._room, self._folder, self._clock = room, folder, clock
        self._send, self._fail = send, fail
        self._tasks: set[asyncio.Task[None]] = set()
        self._last: dict[int, asyncio.Task[None]] = {}  # by attempt: what is done with its recording

    def take(self, effect: out.RecordingEffect) -> None:
        """Carry out what the desk asks; returns at once."""
        match effect:
            case out.Record(call=call, attempt_id=attempt, do="start"):
                self._start(call, attempt)
            case out.Record(call=call, do=do):
                self._send(phone.Record(call, do))
            case out.RecordingBegun():
                self._next(effect.attempt_id, self._begun(effect))
            case out.RecordingOver():
                self._next(effect.attempt_id, self._over(effect))
            case out.RecordingErased():
                self._next(effect.attempt_id, self._erased(effect.attempt_id))

    def settle_left(self, rep: str) -> None:
        """Pack away what the session before of `rep` left, while this one begins: it lives no more."""
        task = asyncio.create_task(self._settle_left(rep))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Wait for what is being packed, within reason; housekeeping does the rest."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_GOODBYE_S)

    def _start(self, call: str, attempt_id: int) -> None:
        if self._folder is None:
            self._fail("This desk has no folder for recordings; the call goes on without one.")
            return
        try:
            path = path_for(self._folder, attempt_id, self._clock.now())
        except SixringError as error:
            self._fail(f"This call is not recorded: {error}")
            return
        self._send(phone.Record(call, "start", str(path)))

    def _next(self, attempt_id: int, work: Coroutine[object, object, None]) -> None:
        """Do `work` after what was begun with the same recording before."""
        before = self._last.get(attempt_id)

        async def in_turn() -> None:
            if before is not None:
                await asyncio.wait((before,))
            await work

        task = self._last[attempt_id] = asyncio.create_task(in_turn())
        self._tasks.add(task)
        task.add_done_callback(partial(self._done, attempt_id))

    def _done(self, attempt_id: int, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if self._last.get(attempt_id) is task:
            del self._last[attempt_id]

    async def _begun(self, effect: out.RecordingBegun) -> None:
        try:
            await self._room.run(lambda store: _begin(store, effect, effect.at))
        except SixringError as error:
            self._fail(f"The recording goes on and is not in the store yet: {error}")

    async def _over(self, effect: out.RecordingOver) -> None:
        path = Path(effect.path)
        try:
            await self._room.run(lambda store: _begin(store, effect, self._clock.now()))
            await _settle(self._room, effect.attempt_id, path, effect.fault)
        except SixringError as error:
            self._fail(f"The recording of the last call is not kept yet, trying again later: {error}")

    async def _settle_left(self, rep: str) -> None:
        if self._folder is None:
            return
        try:
            await settle_left(self._room, self._folder, rep=rep)
        except SixringError as error:
            self._fail(f"A recording of the session before is not kept yet, trying again later: {error}")

    async def _erased(self, attempt_id: int) -> None:
        """The store says already that it is deleted; what is on disk of it goes now."""
        if self._folder is None:
            return
        try:
            await asyncio.to_thread(erase, self._folder, attempt_id)
        except SixringError as error:
            self._fail(f"They object to the recording, and it is still there: {error}")


def erase(folder: Path, attempt_id: int) -> None:
    """Delete every file of the recording of an attempt, packed away or not.

    Raises:
        SixringError: one cannot be deleted; the sentence names it.
    """
    for path in folder.glob(f"*/attempt-{attempt_id}.*"):
        _remove(path)


async def _settle(room: StoreRoom, attempt_id: int, path: Path, why: str) -> None:
    """Pack the recording away and enter it; one without a sound, or without a file, is lost."""
    try:
        kept = await asyncio.to_thread(settle, path)
    except (FileNotFoundError, ValueError) as error:
        lost = str(getattr(error, "strerror", None) or error).lower()
        await room.run(lambda store: store.recordings.lose(attempt_id, lost))
        return
    except OSError as error:
        raise SixringError(f"{path} cannot be packed away ({error.strerror}).") from error
    await room.run(lambda store: _keep(store, attempt_id, kept, why))


def _begin(store: Store, of: out.RecordingBegun | out.RecordingOver, at: int) -> None:
    host, path = socket.gethostname(), _below(Path(of.path))
    store.recordings.begin(of.attempt_id, host, path, at, of.told_by)


def _keep(store: Store, attempt_id: int, kept: Settled, why: str) -> None:
    store.recordings.keep(attempt_id, _below(kept.path), kept.ms, kept.size, kept.sha256, why)


def _below(path: Path) -> str:
    """`2026-11/attempt-7.wav`: as it stands below the folder of recordings."""
    return f"{path.parent.name}/{path.name}"


# ---------------------------------------------------------- housekeeping


async def settle_left(room: StoreRoom, folder: Path, before: int | None = None, rep: str = "") -> None:
    """Pack away what dead desks of this machine left; which those are: `Recordings.take_left`.

    Raises:
        SixringError: the store refuses, or a file cannot be read or packed.
    """
    host = socket.gethostname()
    for left in await room.run(lambda store: store.recordings.take_left(host, before, rep)):
        await _settle(room, left.attempt_id, folder / left.path, "the desk died before its end")


async def tidy(room: StoreRoom, folder: Path, clock: Clock, keep_days: int) -> None:
    """Settle what dead desks of this machine left, and delete what may not be kept or is not wanted any more.

    A recording goes when they objected to it, when its notice was not heard to
    its end, and when it is older than `keep_days` (0: for ever). One whose
    notice is not heard is as good as none: where everybody must know, it may
    not have been made, and there is not more in it than the notice is long.

    Raises:
        SixringError: the store refuses, or a file cannot be deleted.
    """
    host, now = socket.gethostname(), clock.now()
    await settle_left(room, folder, now - LEFT_MS)
    for untold in await room.run(lambda store: store.recordings.untold(host, now - LEFT_MS)):
        await room.run(partial(_delete, recording_id=untold.id, why=UNTOLD))
    if keep_days:
        before = now - keep_days * DAY
        why = f"older than {keep_days} days"
        for old in await room.run(lambda store: store.recordings.expired(host, before)):
            await room.run(partial(_delete, recording_id=old.id, why=why))
    for unwanted in await room.run(lambda store: store.recordings.unwanted(host)):
        for suffix in _SUFFIXES:
            _remove((folder / unwanted.path).with_suffix(suffix))
        if (unwanted.objected_at or 0) < now - LEFT_MS:  # till then its desk may still be packing it away
            await room.run(partial(_erased, recording_id=unwanted.id))


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise SixringError(f"The recording {path} cannot be deleted ({error.strerror}).") from error


def _delete(store: Store, recording_id: int, why: str) -> None:
    store.recordings.delete(recording_id, why)


def _erased(store: Store, recording_id: int) -> None:
    store.recordings.erased(recording_id)
