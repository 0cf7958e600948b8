"""Before they come: running late, a yes or no to a reminder, words for the team about a booking that exists. Pure; called by
`machine` and, once the booking is known, by `existing`.

What is said of the table follows from the restaurant's own grace and from nothing else.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from backend.conversations.dialogue.actions import AddNote, Attend, FindBookings, TellLate
from backend.conversations.dialogue.asking import HUMAN, ask, question
from backend.conversations.dialogue.events import Attended, Heard, LateNoted, NoteAdded, Outcome, Refused, Say
from backend.conversations.dialogue.merging import ALLERGY, about_of, noted, plain
from backend.conversations.dialogue.records import BookingSeen, RestaurantFacts
from backend.conversations.dialogue.state import BOOKING_STEPS, DialogueState, Purpose, Step, Wish

# Reminders go out a day before: a bare yes or no answers one as long as the table is about that near.
REMINDED_WITHIN = timedelta(hours=30)
_ARRIVING = re.compile(
    r"\b(lleg(o|amos|are|aremos)|est(are|aremos) (alli|ahi)|voy a llegar|vamos a llegar"
    r"|(i|we)( wi|')ll (be there|arrive|get there)|arriv(e|ing)|eta)\b"
)
_SAYS_SO = re.compile(r"\b(confirmo|confirmamos|(i|we) (can )?confirm|confirming)\b")
_CONFIRMING = re.compile(
    r"\b(confirmo|confirmamos|confirmad[oa]s?|confirm|confirmed|confirming|(alli|ahi) estar(e|emos)|iremos|voy a ir|vamos a ir"
    r"|will be there|ll be there|we are coming|we're coming|i'm coming|see you (there|then))\b"
)
# Said of a delay that may never be: 'what if we're late?', '¿nos la guardáis si llegamos 20 minutos tarde?'.
_SUPPOSING = re.compile(
    r"\b(y si|(que|algo) pasa si|what if|in case|if (we|i)('re|'m| |\b)|si (nos|me|se|vamos|voy|por|lleg\w*|tard\w*|retras\w*|hay))"
)
_EXCUSING = re.compile(r"\b(perdon\w*|disculp\w*|siento|sorry|apolog\w*)\b[^.?!]{0,20}\b(si|if)\b")
_HOW_LONG = re.compile(
    r"\b(cuanto( tiempo| rato)? (nos |me |se )?(guard|manten|esper)\w* (la |nuestra |mi )?mesa"
    r"|how long (do|will|would|can) you (keep|hold|wait)|how late (can|may|could) (i|we)\b)"
)


def wonders(heard: Heard) -> bool:
    """Whether the message asks what a delay would mean and does not tell of one."""
    said, read = plain(heard.text), heard.read
    if _HOW_LONG.search(said):
        return True
    if read.topic != "late" or read.intent != "other" or _SUPPOSING.search(said) is None:
        return False
    return "?" in said or _EXCUSING.search(said) is None


def announces_arrival(heard: Heard) -> bool:
    """'llegaremos a las 20:30', 'we'll be there at 8:30': an hour of arrival, and not of a new table."""
    return heard.read.slots.time is not None and _ARRIVING.search(plain(heard.text)) is not None


def confirms_coming(heard: Heard) -> bool:
    """'confirmo', 'allí estaremos', 'we'll be there': said of a booking and not as a mere yes."""
    said = plain(heard.text)
    if heard.read.intent == "status":
        return _SAYS_SO.search(said) is not None
    coming = heard.read.intent in {"confirm", "other"} and heard.read.slots.time is None
    return coming and _CONFIRMING.search(said) is not None


def is_allergy(words: str | None) -> bool:
    """Whether the words tell of something that could harm the guest."""
    return words is not None and ALLERGY.search(plain(words)) is not None


# --- what the message asks for ---------------------------------------------------------------------------------------------


def late(state: DialogueState, heard: Heard) -> Outcome:
    """'llegamos tarde': finds the booking, with what is known of when they come."""
    slots = heard.read.slots
    told = replace(state, eta_minutes=heard.read.eta_minutes, eta_time=slots.time)
    return _find(told, heard, "late")


def eta_heard(state: DialogueState, heard: Heard) -> Outcome | None:
    """The answer to when they will be here; None when it is none."""
    slots, target = heard.read.slots, state.target
    minutes = heard.read.eta_minutes
    if target is None or (minutes is None and slots.time is None):
        return None
    return act(replace(state, eta_minutes=minutes, eta_time=slots.time), target)


def coming(state: DialogueState, heard: Heard) -> Outcome:
    """'confirmo': finds the booking they mean."""
    return _find(state, heard, "attend")


def answered(state: DialogueState, heard: Heard, purpose: Purpose) -> Outcome:
    """A bare yes or no out of the blue, from somebody whom the channel knows: perhaps the answer to a reminder."""
    return _find(state, heard, purpose)


def note(state: DialogueState, heard: Heard) -> Outcome:
    """'somos alérgicos al marisco', said when no booking is being made."""
    words = noted(heard.read.slots.notes) or heard.text
    return _find(replace(state, note=words[:300]), heard, "note")


def _find(state: DialogueState, heard: Heard, purpose: Purpose) -> Outcome:
    code = heard.read.slots.code
    looking = replace(
        state,
        purpose=purpose,
        about=about_of(heard),
        wish=Wish(),
        target=None,
        found=(),
        code_asked=code is not None,
    )
    return Outcome(looking, (), FindBookings(code))


def near(
    bookings: list[BookingSeen], state: DialogueState, facts: RestaurantFacts, now: datetime
) -> list[BookingSeen]:
    """Those that the message can be about: the nearest evening's for a delay, the reminded ones for a bare yes or no."""
    if state.purpose == "late":
        return [each for each in bookings if each.date == bookings[0].date]
    if state.purpose in {"yes", "no"}:
        zone = ZoneInfo(facts.timezone)
        return [
            each
            for each in bookings
            if each.id not in state.booked
            and each.status == "confirmed"
            and not (state.purpose == "yes" and each.guest_confirmed)
            and datetime.combine(each.date, each.time, tzinfo=zone) - now < REMINDED_WITHIN
        ]
    return bookings


# --- with the booking ------------------------------------------------------------------------------------------------------


def act(state: DialogueState, booking: BookingSeen) -> Outcome:
    """What is to be done with the booking that was found."""
    found = replace(state, target=booking, misunderstood=0)
    if state.purpose == "late":
        return _tell(found, booking)
    if state.purpose == "note":
        words = state.note or ""
        return Outcome(found, (), AddNote(booking, words, is_allergy(words)))
    if booking.status == "pending":
        return done(found, Say("booking_pending", {"booking": booking, "lacking": booking.lacking}))
    return Outcome(found, (), Attend(booking))


def _tell(state: DialogueState, booking: BookingSeen) -> Outcome:
    if booking.status not in {"pending", "confirmed"}:
        return done(state, Say("late_here"))
    minutes = state.eta_minutes
    if minutes is None and state.eta_time is not None:
        minutes = _minutes_between(booking.time, state.eta_time)
    if minutes is None:
        return ask(state, Step.ASK_ETA)
    if minutes <= 0:
        return done(state, Say("late_in_time", {"booking": booking}))
    return Outcome(replace(state, eta_minutes=minutes), (), TellLate(booking, minutes))


def _minutes_between(start: time, eta: time) -> int:
    """From the start to the hour of arrival, the nearer way round the clock: 23:30 to 00:10 is 40, 21:00 to 20:50 is -10."""
    minutes = (eta.hour - start.hour) * 60 + eta.minute - start.minute
    return (minutes + 720) % 1440 - 720


def done(state: DialogueState, *says: Say) -> Outcome:
    """Said, and a booking in the making goes on where it was."""
    in_booking = state.step in BOOKING_STEPS
    after = replace(
        state,
        step=state.step if in_booking else Step.IDLE,
        purpose=None,
        target=None,
        found=(),
        about=Wish(),
        eta_minutes=None,
        eta_time=None,
        note=None,
        misunderstood=0,
    )
    return Outcome(after, (*says, *question(after)))


# --- results ---------------------------------------------------------------------------------------------------------------


def on_late(state: DialogueState, event: LateNoted) -> Outcome:
    """What the grace allows, and not a minute more."""
    eta = _after(event.booking.time, event.minutes)
    values = {"eta": eta, "until": event.kept_until}
    if event.kept:
        return done(state, Say("late_kept", values))
    return done(state, Say("late_not_kept", values, quick=(HUMAN,)))


def _after(start: time, minutes: int) -> time:
    total = (start.hour * 60 + start.minute + minutes) % 1440
    return time(total // 60, total % 60)


def on_attended(state: DialogueState, event: Attended) -> Outcome:
    """They are coming."""
    return done(state, Say("attended", {"booking": event.booking}))


def on_noted(state: DialogueState, event: NoteAdded) -> Outcome:
    """The team reads it; of an allergy the guest should speak again at the table."""
    careful = (Say("allergy_careful"),) if is_allergy(state.note) else ()
    return done(state, Say("noted_in", {"booking": event.booking}), *careful)


def on_refused(state: DialogueState, event: Refused) -> Outcome:
    """It was not written down, and the guest must know."""
    if event.code == "window_passed":
        return done(state, Say("late_beyond", quick=(HUMAN,)))
    return done(state, Say("not_written", quick=(HUMAN,)))
