"""The sentences of each kind of message, chosen by what is true of the booking.

Pure. Called by composing; guest pages use `policy_sentence` and `cost_sentence`, so that mail and page never
disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from backend.notifications.domain.facts import BookingFacts
from backend.notifications.placeholders import today_of, words
from backend.notifications.voice import Voice

Words = Mapping[str, str]


def policy_sentence(facts: BookingFacts, voice: Voice) -> str:
    """What cancelling costs, at the moment of writing."""
    known = words(facts, voice)
    free_until, penalty = facts.policy.free_until, facts.policy.penalty
    if facts.status == "pending":  # what was never confirmed can be given back at any time
        key = "none"
    elif free_until is None:
        key = "always" if penalty else "none"
    elif facts.written_at <= free_until:
        key = "free" if penalty else "kind"
    else:
        key = "past" if penalty else "none"
    return voice.say(f"message.policy.{key}", **known)


def cost_sentence(facts: BookingFacts, voice: Voice) -> str:
    """What a cancellation that has happened costs."""
    known = words(facts, voice)
    if not facts.penalty_charged:
        return voice.say("message.cancellation.free")
    late = facts.late_cancellation and known["until"]
    return voice.say("message.cancellation.late" if late else "message.cancellation.charged", **known)


def plain_body(family: str) -> Callable[[BookingFacts, Voice, Words], list[str]]:
    """The one sentence of a kind that has no conditions."""
    return lambda facts, voice, known: [voice.say(f"message.{family}.body", **known)]


def pending_body(facts: BookingFacts, voice: Voice, known: Words) -> list[str]:
    """What is missing, until when the table is kept, and how to settle it."""
    sentences = [_kept(voice, known)]
    if facts.settle_by is not None:
        until = voice.moment(facts.settle_by, facts.restaurant.timezone, today_of(facts))
        sentences.append(voice.say("message.pending.until", until=until))
    if facts.requirements:
        way = "call" if known["phone"] else "contact"
        sentences.append(voice.say(f"message.pending.{way}", **known))
    return sentences


def status_sentences(facts: BookingFacts, voice: Voice) -> list[str]:
    """What a guest reads about the booking's state today: the same words as in the message about it."""
    known = words(facts, voice)
    bodies = {"pending": pending_body, "cancelled": cancellation_body, "no_show": no_show_body}
    if facts.status in bodies:
        return bodies[facts.status](facts, voice, known)
    return [voice.say(f"message.status.{facts.status}")]


def pending_short(facts: BookingFacts, voice: Voice, known: Words) -> dict[str, str]:
    """The first sentence for chat and SMS."""
    return {"body": _kept(voice, known)}


def _kept(voice: Voice, known: Words) -> str:
    return voice.say("message.pending.body" + ("" if known["requirements"] else ".review"), **known)


def change_body(facts: BookingFacts, voice: Voice, known: Words) -> list[str]:
    """What the booking is now; one that still waits for something says so instead of showing a code."""
    if facts.status != "pending":
        return [voice.say("message.change.body", **known)]
    return [voice.say("message.change.body.pending", **known), *pending_body(facts, voice, known)[1:]]


def change_short(facts: BookingFacts, voice: Voice, known: Words) -> dict[str, str]:
    """What the link is called: there is no code while something is missing."""
    return {"link": voice.say("message.change.link" + (".pending" if facts.status == "pending" else ""))}


def cancellation_body(facts: BookingFacts, voice: Voice, known: Words) -> list[str]:
    """What is cancelled, by whom, what it costs, and the way back."""
    sentences = [_cancelled(facts, voice, known)]
    if facts.cancelled_by == "restaurant" and facts.cancellation_reason:
        sentences.append(voice.say("message.cancellation.reason", reason=facts.cancellation_reason))
    sentences.append(cost_sentence(facts, voice))
    if facts.links.restaurant:
        sentences.append(voice.say("message.cancellation.again"))
    return sentences


def _cancelled(facts: BookingFacts, voice: Voice, known: Words) -> str:
    how = ".restaurant" if facts.cancelled_by == "restaurant" else ""
    if facts.status == "expired":
        how = ".expired"
    return voice.say(f"message.cancellation.body{how}", **known)


def cancellation_short(facts: BookingFacts, voice: Voice, known: Words) -> dict[str, str]:
    """The same for chat and SMS."""
    body = f"{known['restaurant']}: {_cancelled(facts, voice, known)}"
    if facts.cancelled_by == "restaurant":
        body = _cancelled(facts, voice, known)
    return {"body": body, "cost": cost_sentence(facts, voice)}


def reminder_24h_body(facts: BookingFacts, voice: Voice, known: Words) -> list[str]:
    """The table, and how to change plans while there is time."""
    return [voice.say("message.reminder.body", **known), voice.say("message.reminder_24h.plans")]


def reminder_3h_body(facts: BookingFacts, voice: Voice, known: Words) -> list[str]:
    """The table, and whom to call when late."""
    sentences = [voice.say("message.reminder.body", **known)]
    if known["phone"]:
        sentences.append(voice.say("message.reminder_3h.late", **known))
    return sentences


def no_show_body(facts: BookingFacts, voice: Voice, known: Words) -> list[str]:
    """What we saw, what it costs, and how to correct us."""
    sentences = [voice.say("message.no_show.body", **known)]
    if facts.penalty_charged:
        sentences.append(voice.say("message.no_show.charged", **known))
    sentences.append(_mistake(voice, known))
    return sentences


def no_show_short(facts: BookingFacts, voice: Voice, known: Words) -> dict[str, str]:
    """The same for chat and SMS."""
    body = f"{known['restaurant']}: {voice.say('message.no_show.body', **known)}"
    if facts.penalty_charged:
        body += " " + voice.say("message.no_show.charged", **known)
    return {"body": body, "mistake": _mistake(voice, known)}


def offer_body(facts: BookingFacts, voice: Voice, known: Words) -> list[str]:
    """What came free for whom, that it is nobody's yet, and how to have it."""
    return [voice.say("message.waitlist_offer.body", **known), _how(facts, voice)]


def offer_short(facts: BookingFacts, voice: Voice, known: Words) -> dict[str, str]:
    """The same for chat and SMS."""
    return {"body": voice.say("message.waitlist_offer.body", **known), "how": _how(facts, voice)}


def _how(facts: BookingFacts, voice: Voice) -> str:
    return voice.say("message.waitlist_offer." + ("answer" if facts.answers_heard else "page"))


def _mistake(voice: Voice, known: Words) -> str:
    return voice.say("message.no_show.mistake" + ("" if known["phone"] else ".plain"), **known)
