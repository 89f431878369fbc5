"""One rep's working session as a state machine: no screen, no clock of its own, no I/O.

Inputs go in (`floor.desk_inputs`), effects come out (`floor.desk_effects`);
whoever drives the desk carries the effects out in order and feeds their
outcomes back as inputs. A screen, a test and `sixring rehearse` drive the same
machine through `floor.station`.

Result first, disposition second: what the telephone finds closes most
attempts by itself; an answered call waits for the rep's one key.
"""

from __future__ import annotations

from collections.abc import Callable

from floor import desk_effects as out
from floor import desk_ending as ending
from floor import desk_hand as hand
from floor import desk_help as help_
from floor import desk_incoming as incoming
from floor import desk_inputs as told
from floor import desk_keys as keys
from floor import desk_news as news
from floor import desk_phone as phone
from floor import desk_recording as recording
from floor import desk_second as second
from floor import desk_voicemail as voicemail
from floor.desk_state import DeskState


class Desk(DeskState):
    """A desk that takes inputs. Feed it with `handle`; read its fields; write none of them."""

    __slots__ = ()

    def handle(self, given: told.Input) -> list[out.Effect]:
        """Take one input; return what must be done, in this order."""
        effects = help_.on_news_of_aside(self, given)
        if effects is None:
            effects = _HANDLERS[type(given)](self, given)
        return [*effects, *incoming.left_standing(self)]


_HANDLERS: dict[type, Callable[..., list[out.Effect]]] = {
    told.Claimed: news.on_claimed,
    told.LeadTaken: news.on_lead_taken,
    told.Forecast: news.on_forecast,
    told.NothingDue: news.on_nothing_due,
    told.LookAgain: news.on_look_again,
    told.Pressed: keys.on_pressed,
    told.NumberTyped: hand.on_number_typed,
    told.Disposed: keys.on_disposed,
    told.Keypad: keys.on_keypad,
    told.Noted: keys.on_noted,
    told.Skipped: keys.on_skipped,
    told.Paused: keys.on_paused,
    told.Resumed: keys.on_resumed,
    told.Leaving: keys.on_leaving,
    told.TransferTo: second.on_transfer_to,
    told.CallerKnown: incoming.on_caller_known,
    told.BegunInbound: incoming.on_begun_inbound,
    told.BegunBeside: second.on_begun_beside,
    told.TransferJudged: second.on_transfer_judged,
    told.MissedKept: incoming.on_missed_kept,
    told.ObjectionKept: recording.on_objection_kept,
    told.Begun: news.on_begun,
    told.BegunByHand: hand.on_begun_by_hand,
    told.HelpKept: help_.on_kept,
    told.Finished: ending.on_finished,
    told.Recorded: ending.on_recorded,
    told.MessageOver: voicemail.on_message_over,
    told.Undone: news.on_undone,
    told.NoteKept: news.on_note_kept,
    told.Told: news.on_told,
    told.Refused: news.on_refused,
    told.StoreState: news.on_store_state,
    told.PhoneState: phone.on_phone_state,
    told.PhoneSaid: phone.on_phone_said,
}
