"""The telephone of a desk's world: it does at once what it is asked; the far side has its own mind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Set
from typing import Any

from support.bench import NOW

from cadence.model import Result
from config.clock import Clock
from floor import desk_effects as out
from telephony import protocol as phone


class WorldPhone:
    """Every call there is, and what becomes of it."""

    def __init__(self, clock: Clock, ids: Iterator[int], heard: Callable[[phone.AnyEvent], None]) -> None:
        """`heard` is told every event; `ids` number the callers."""
        self.clock, self.ids, self.heard = clock, ids, heard
        self.calls: dict[str, str] = {}  # live ones: rings, comes, goes, talks
        self.held: dict[str, bool] = {}
        self.passing: dict[str, str] = {}  # calls that are being given away, to which second line
        self.recorded: dict[str, str] = {}  # where the recording of a call goes
        self.noticed: set[str] = set()  # calls in which the notice plays
        self.stubborn = False  # the far side agrees to no hold, and comes back from none
        self.away: set[str] = set()  # calls that were taken back and have not come
        self.rang: Counter[str] = Counter()

    def carry_out(self, effect: out.Effect, drops: Set[str]) -> bool:
        """Do `effect`, if it is the phone's; in the calls of `drops` a message plays."""
        match effect:
            case out.Place():
                self.place(effect.call, drops)
            case out.PlaceBeside():
                self.place(effect.call, {*drops, effect.beside})
            case out.Answer():
                self.take(effect)
            case out.PassOn() | out.HangUp():
                self.end(effect.call)
            case out.Hold():
                self.hold(effect)
            case out.Transfer():
                self.transfer(effect)
            case out.Record():
                self.record(effect)
            case out.Announce():
                self.announce(effect)
            case out.Tone():
                assert self.calls.get(effect.call) == "talks", "a tone for nobody"
                assert not self.held.get(effect.call, False), "a tone for somebody on hold"
            case out.Mute() | out.PlayMessage():
                assert self.calls.get(effect.call) == "talks", "nobody hears it"
            case _:
                return False
        return True

    # ------------------------------------------------------- what it is asked

    def place(self, call: str, beside: Set[str]) -> None:
        """Dial; the calls of `beside` may be up meanwhile."""
        up = {each for each, state in self.calls.items() if state in ("goes", "comes", "talks")}
        assert not up - beside, "two calls at once"
        self.calls[call] = "goes"
        self.heard(phone.Invited(at=NOW, mono=self._mono, call=call))

    def take(self, effect: out.Answer) -> None:
        assert self.calls.get(effect.call) == "rings", "a call was taken that does not ring"
        self.calls[effect.call] = "comes"

    def hold(self, effect: out.Hold) -> None:
        call = effect.call
        if self.calls.get(call) != "talks":
            return
        self.away.discard(call)
        if self.held.get(call, False) == effect.on:
            return
        if self.stubborn:
            self.heard(self._refused(call, effect.on, 0 if effect.on else 2_500))
        if self.stubborn and not effect.on:
            self.away.add(call)
        else:
            self._held(call, effect.on)

    def announce(self, effect: out.Announce) -> None:
        assert effect.call in self.recorded, "a notice of no recording"
        assert effect.call not in self.noticed, "two notices at once"
        self.noticed.add(effect.call)

    def transfer(self, effect: out.Transfer) -> None:
        assert self.calls.get(effect.call) == "talks", "nobody is there to be given away"
        assert not effect.to or self.calls.get(effect.to) == "talks", "nobody is there to be joined with"
        assert effect.call not in self.passing
        self.passing[effect.call] = effect.to

    def record(self, effect: out.Record) -> None:
        if self.calls.get(effect.call) != "talks":
            return
        if effect.do == "stop":
            path = self.recorded.pop(effect.call, "")
            self.heard(phone.Recorded(at=NOW, mono=self._mono, call=effect.call, path=path, ms=9))
            return
        path = self.recorded.setdefault(effect.call, f"{effect.attempt_id}.wav")
        paused = effect.do == "pause"
        self.heard(phone.Recording(at=NOW, mono=self._mono, call=effect.call, path=path, paused=paused))

    # ------------------------------------------------------- the far side

    def ring(self) -> None:
        """Somebody calls."""
        caller = next(self.ids)
        call = f"in-{caller}"
        self.calls[call] = "rings"
        self.rang[call] += 1
        number = "" if caller % 5 == 0 else f"+1415555{caller % 9000 + 1000:04}"
        self.heard(
            phone.Incoming(at=NOW, mono=self._mono, call=call, number=number, name="Kim", sip_call_id=call)
        )

    def rung_out(self) -> None:
        """The one who rings, or is being connected, gives up."""
        for call in self._in_state("rings", "comes"):
            self.end(call)

    def answered_elsewhere(self) -> None:
        """The one who rings was answered on another phone."""
        for call in self._in_state("rings"):
            del self.calls[call]
            self.heard(self._ended(call, Result.NO_ANSWER, elsewhere=True))

    def connect(self) -> None:
        """Whoever is dialed, or was taken, is connected."""
        for call in self._in_state("goes", "comes"):
            if self.calls[call] == "goes":
                self.heard(phone.Ringing(at=NOW, mono=self._mono, call=call))
            if call in self.calls:
                self.calls[call] = "talks"
                self.heard(phone.Answered(at=NOW, mono=self._mono, call=call))

    def transfer_taken(self) -> None:
        """The transfer goes through."""
        self._transferred(done=True)

    def transfer_refused(self) -> None:
        """The transfer does not go through."""
        self._transferred(done=False)

    def obliging(self) -> None:
        """The far side agrees to every hold and to every resume, from now on."""
        self.stubborn = False

    def disobliging(self) -> None:
        """It agrees to none."""
        self.stubborn = True

    def asks_again(self) -> None:
        """The phone asks those once more who have not come back, for the last time."""
        for call in sorted(self.away):
            self.away.discard(call)
            if self.stubborn:
                self.heard(self._refused(call, on=False, again_in_ms=0))
            else:
                self._held(call, on=False)

    def notice_heard(self) -> None:
        """The notices that play come to their end."""
        self._notices("")

    def notice_fails(self) -> None:
        """They cannot be played."""
        self._notices("no such file")

    def disk_full(self) -> None:
        """Every recording fails."""
        for call, path in list(self.recorded.items()):
            del self.recorded[call]
            self.heard(phone.Recorded(at=NOW, mono=self._mono, call=call, path=path, ms=9, fault="disk full"))

    def sounds(self) -> None:
        """What is heard of every call, and what concerns none."""
        for call in list(self.calls):
            self.heard(
                phone.Quality(at=NOW, mono=self._mono, call=call, packets=9, lost=1, jitter_ms=2, mark="good")
            )
            self.heard(phone.Hint(at=NOW, mono=self._mono, call=call, word="beep heard"))
            self.heard(phone.Dtmf(at=NOW, mono=self._mono, call=call, digit="5"))
        self.heard(phone.Trouble(at=NOW, mono=self._mono, text="Something failed."))

    def engine_dies(self) -> None:
        """The phone process is killed: every call ends in its name, and it is back."""
        self.passing.clear()
        self.recorded.clear()
        self.noticed.clear()
        self.away.clear()
        for call in list(self.calls):
            del self.calls[call]
            self.heard(self._ended(call, Result.INTERRUPTED, ended_by="engine"))
        self.heard(phone.Down(at=NOW, mono=self._mono, code=-9, restarting=True))

    def message_played(self, call: str) -> None:
        """The message that plays in `call` comes to its end."""
        self.heard(phone.Played(at=NOW, mono=self._mono, call=call))
        self.end(call)

    def everybody_hangs_up(self) -> None:
        """No transfer goes through any more, and every call is over."""
        self.transfer_refused()
        for call in list(self.calls):
            self.end(call)

    def end(self, call: str) -> None:
        """A call is over; nothing happens for one that is over already."""
        state = self.calls.pop(call, "")
        if not state:
            return
        self.passing.pop(call, None)
        self.away.discard(call)
        self.noticed.discard(call)
        if call in self.recorded:
            self.heard(phone.Recorded(at=NOW, mono=self._mono, call=call, path=self.recorded.pop(call), ms=9))
        self.heard(self._ended(call, Result.ANSWERED if state == "talks" else Result.NO_ANSWER))

    def _notices(self, fault: str) -> None:
        for call in sorted(self.noticed):
            if not self.held.get(call, False):
                self.noticed.discard(call)
                self.heard(phone.Announced(at=NOW, mono=self._mono, call=call, fault=fault))

    def _held(self, call: str, on: bool) -> None:
        self.held[call] = on
        self.heard(phone.Held(at=NOW, mono=self._mono, call=call, on=on))

    def _refused(self, call: str, on: bool, again_in_ms: int) -> phone.HoldRefused:
        return phone.HoldRefused(
            at=NOW, mono=self._mono, call=call, on=on, reason="488 No", again_in_ms=again_in_ms
        )

    def _transferred(self, *, done: bool) -> None:
        for call in list(self.passing):
            to = self.passing.pop(call)
            self.heard(phone.Transferred(at=NOW, mono=self._mono, call=call, done=done, reason="Declined."))
            if done:
                self.end(call)
                self.end(to)

    def _ended(self, call: str, result: Result, **more: Any) -> phone.Ended:
        return phone.Ended(at=NOW, mono=self._mono, call=call, result=result, **more)

    def _in_state(self, *states: str) -> list[str]:
        return [call for call, state in self.calls.items() if state in states]

    @property
    def _mono(self) -> int:
        return self.clock.monotonic()
