"""Everything beside booking: greetings, questions about the place, thanks, not understanding, a person of the team. Pure.

An interruption is answered and the open question asked again. Two messages in a row that are not understood, or anger, bring
the team in.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

from backend.conversations.dialogue.actions import HandOver, TakeBack
from backend.conversations.dialogue.asking import HUMAN, NO, START, again
from backend.conversations.dialogue.booking import drop
from backend.conversations.dialogue.events import DayKnown, Heard, Outcome, Quick, Say
from backend.conversations.dialogue.merging import area_of
from backend.conversations.dialogue.records import RestaurantFacts
from backend.conversations.dialogue.state import DialogueState, Draft, Step
from backend.conversations.understanding import Slots

MOST_MISUNDERSTOOD = 2
_SMALL_TALK = frozenset(
    {"thanks", "bye", "laugh", "bot", "unsure", "help", "confused", "offtopic", "language", "reservations"}
)
_AFTERWARDS = frozenset({"bot", "help", "confused", "offtopic", "language", "reservations"})


def greeted(state: DialogueState, facts: RestaurantFacts) -> Outcome:
    """Hello: who this is and what it can do; in the middle of something only a short one."""
    if state.step is not Step.IDLE:
        return Outcome(state, (Say("hello_again"), *again(state)))
    asking = replace(state, step=Step.ASK_PARTY, draft=Draft())
    return Outcome(asking, (Say("hello", {"restaurant": facts.name}, START),))


def talked(state: DialogueState, heard: Heard, facts: RestaurantFacts) -> Outcome | None:
    """Small talk and questions about the place; None when the message is neither."""
    topic = heard.read.topic
    if topic == "insult":
        return hand_over(state, "upset")
    if heard.read.intent != "other" or topic is None:
        return None
    if topic in _SMALL_TALK:
        quick = START if state.step is Step.IDLE and topic in _AFTERWARDS else ()
        return _resumed(
            state,
            Say(f"talk.{topic}", {"restaurant": facts.name}, quick),
            ask=topic not in {"thanks", "bye"},
        )
    return _answered(state, topic, facts)


def _answered(state: DialogueState, topic: str, facts: RestaurantFacts) -> Outcome:
    """A question about the place: the profile's own words, what the rules say, or an honest 'I don't know'."""
    texts = facts.answers.get(topic)
    if texts:
        return _resumed(state, Say("faq", {"answer": texts}))
    ruled = _by_rules(topic, facts)
    return _unknown(state) if ruled is None else _resumed(state, ruled)


def _by_rules(topic: str, facts: RestaurantFacts) -> Say | None:
    """What the configuration says of it without the restaurant having written an answer."""
    if topic == "hours" and facts.opening:
        return Say("hours", {"opening": facts.opening})
    if topic == "policy" and facts.free_cancellation_hours is not None:
        return Say("policy", {"hours": facts.free_cancellation_hours})
    if topic == "groups" and facts.largest_party is not None:
        return Say("groups", {"max": facts.largest_party})
    if topic == "terrace":
        area = area_of(Slots(area="terrace"), "", facts)
        return Say("has_area", {"place": area}) if area else None
    if topic == "transport" and "address" in facts.answers:
        return Say("faq", {"answer": facts.answers["address"]})
    return None


def _unknown(state: DialogueState) -> Outcome:
    """Not known here: the team is asked if the guest likes, and the open question stays open."""
    if state.step is Step.IDLE:
        asked = replace(state, step=Step.OFFER_HUMAN, misunderstood=0)
        return Outcome(asked, (Say("faq_ask_team", quick=(HUMAN, NO)),))
    return _resumed(state, Say("faq_unknown", quick=(HUMAN,)))


def late_rule(state: DialogueState, minutes: int | None, facts: RestaurantFacts) -> Outcome:
    """How long a table waits for who is late, asked beforehand; `minutes` is the delay in question."""
    grace = facts.grace_minutes
    if grace is None:
        return _unknown(state)
    key = "late_rule" if grace else "late_rule_none"
    if minutes is not None and grace:
        key = "late_rule_kept" if minutes <= grace else "late_rule_not_kept"
    return _resumed(state, Say(key, {"minutes": grace}))


def hours(state: DialogueState, facts: RestaurantFacts) -> Outcome:
    """The opening times of the week."""
    if not facts.opening:
        return _unknown(state)
    return _resumed(state, Say("hours", {"opening": facts.opening}))


def on_hours(state: DialogueState, event: DayKnown) -> Outcome:
    """'¿Abrís el 25?': the hours of that very day, or that it is closed."""
    day, answered = event.day, replace(state, purpose=None, misunderstood=0)
    if day.reason in {"closed", "special_date_closed"}:
        return Outcome(answered, (Say("closed_on", {"day": day.date}), *again(answered)))
    if not day.service:
        return _unknown(answered)
    return Outcome(answered, (Say("open_on", {"day": day.date, "spans": day.service}), *again(answered)))


def _resumed(state: DialogueState, said: Say, *, ask: bool = True) -> Outcome:
    """The answer, then the question that was open."""
    understood = replace(state, misunderstood=0)
    return Outcome(understood, (said, *(again(state) if ask else ())))


def not_understood(state: DialogueState, heard: Heard) -> Outcome:
    """Says so and asks again; the second time in a row the team takes over. After a mere yes to a question that wants more, the
    question is put again without a word about it."""
    count = state.misunderstood + 1
    if count >= MOST_MISUNDERSTOOD:
        return hand_over(replace(state, misunderstood=count), "misunderstood")
    open_question = again(state)
    if open_question:
        excuse = () if heard.read.intent == "confirm" else (Say("not_understood"),)
        return Outcome(replace(state, misunderstood=count), (*excuse, *open_question))
    asking = replace(state, misunderstood=count, step=Step.ASK_PARTY, draft=Draft())
    return Outcome(asking, (Say("not_understood_start", quick=START),))


def left(state: DialogueState) -> Outcome:
    """No person is wanted: back to the beginning, or a booking in the making is left."""
    if state.draft.is_empty and state.hold is None:
        return Outcome(replace(state, step=Step.IDLE, misunderstood=0), (Say("as_you_like"),))
    return drop(state)


def hand_over(state: DialogueState, reason: str) -> Outcome:
    """Gives the thread to the team."""
    return Outcome(state, (), HandOver(reason))


def on_handed_over(state: DialogueState, facts: RestaurantFacts, now: datetime) -> Outcome:
    """Told so, with when they answer and the way back; when nobody is there now, that too."""
    key = "handed_over"
    if facts.staff_hours is not None:
        key = "handed_over_hours" if _somebody_is_there(facts, now) else "handed_over_later"
    apology = (Say("sorry_not_understood"),) if state.misunderstood >= MOST_MISUNDERSTOOD else ()
    waiting = replace(state, step=Step.WITH_STAFF, misunderstood=0, told_waiting=False)
    return Outcome(waiting, (*apology, Say(key, {"staff_hours": facts.staff_hours}, (Quick("back"),))))


def _somebody_is_there(facts: RestaurantFacts, now: datetime) -> bool:
    here = now.astimezone(ZoneInfo(facts.timezone))
    start, end = facts.staff_hours or (time(0), time(0))
    if start < end:
        return _opens(facts, here.weekday()) and start <= here.time() < end
    # Past midnight it is still the evening before.
    if here.time() < end:
        return _opens(facts, (here.weekday() - 1) % 7)
    return _opens(facts, here.weekday()) and here.time() >= start


def _opens(facts: RestaurantFacts, weekday: int) -> bool:
    return any(day.weekday == weekday and day.spans for day in facts.opening) or not facts.opening


def wants_assistant(heard: Heard) -> bool:
    """'volver al asistente'."""
    said = heard.text.lower()
    return any(word in said for word in ("asistente", "assistant", "volver al bot", "back to the bot"))


def with_staff(state: DialogueState, heard: Heard) -> Outcome:
    """While the team has the thread the assistant is silent, after saying once that the message arrived."""
    if wants_assistant(heard):
        return Outcome(state, (), TakeBack())
    if state.told_waiting:
        return Outcome(state)
    return Outcome(replace(state, told_waiting=True), (Say("staff_has_it", quick=(Quick("back"),)),))


def on_taken_back(state: DialogueState) -> Outcome:
    """The assistant answers again, from the beginning."""
    here = replace(state, step=Step.IDLE, draft=Draft(), misunderstood=0, told_waiting=False)
    return Outcome(here, (Say("back_again", quick=START),))
