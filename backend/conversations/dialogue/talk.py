"""Everything beside booking: greetings, questions about the place, thanks, not understanding, a person of the team. Pure.

An interruption is answered and the open question asked again. Two messages in a row that are not understood, or anger, bring
the team in.
"""

from __future__ import annotations

from dataclasses import replace

from backend.conversations.dialogue.asking import HUMAN, START, question
from backend.conversations.dialogue.events import DayKnown, HandOver, Heard, Outcome, Quick, Say, TakeBack
from backend.conversations.dialogue.records import RestaurantFacts
from backend.conversations.dialogue.state import DialogueState, Draft, Step

MOST_MISUNDERSTOOD = 2
_SMALL_TALK = frozenset(
    {"thanks", "bye", "laugh", "bot", "unsure", "help", "confused", "late", "stop", "erasure", "offtopic"}
)
_ASK_TEAM = frozenset({"late", "stop", "erasure"})


def greeted(state: DialogueState, facts: RestaurantFacts) -> Outcome:
    """Hello: who this is and what it can do; in the middle of something only a short one."""
    if state.step is not Step.IDLE:
        return Outcome(state, (Say("hello_again"), *question(state)))
    asking = replace(state, step=Step.ASK_PARTY, draft=Draft())
    return Outcome(asking, (Say("hello", {"restaurant": facts.name}, START),))


def talked(state: DialogueState, heard: Heard, facts: RestaurantFacts) -> Outcome | None:
    """Small talk and questions about the place; None when the message is neither."""
    topic = heard.read.topic
    if topic == "insult":
        return hand_over(state, "upset")
    if heard.read.intent != "other" or topic is None:
        return None
    if topic in _ASK_TEAM:
        return Outcome(replace(state, misunderstood=0), (Say(f"talk.{topic}"),), HandOver(topic))
    if topic in _SMALL_TALK:
        quick = START if state.step is Step.IDLE and topic in {"bot", "help", "confused", "offtopic"} else ()
        return _resumed(
            state,
            Say(f"talk.{topic}", {"restaurant": facts.name}, quick),
            again=topic not in {"thanks", "bye"},
        )
    return _answered(state, topic, facts)


def _answered(state: DialogueState, topic: str, facts: RestaurantFacts) -> Outcome:
    """A question about the place: the profile's own words, or an honest 'I don't know' with the team at hand."""
    texts = facts.answers.get(topic)
    if texts:
        return _resumed(state, Say("faq", {"answer": texts}))
    return _resumed(state, Say("faq_unknown", quick=(HUMAN,)))


def hours(facts: RestaurantFacts) -> Say:
    """The opening times of the week."""
    return Say("hours", {"opening": facts.opening}) if facts.opening else Say("faq_unknown", quick=(HUMAN,))


def on_hours(state: DialogueState, event: DayKnown) -> Outcome:
    """'¿Abrís el 25?': the hours of that very day, or that it is closed."""
    day, answered = event.day, replace(state, purpose=None, misunderstood=0)
    if day.reason in {"closed", "special_date_closed"}:
        return Outcome(answered, (Say("closed_on", {"day": day.date}), *question(answered)))
    if not day.service:
        return Outcome(answered, (Say("faq_unknown", quick=(HUMAN,)), *question(answered)))
    return Outcome(answered, (Say("open_on", {"day": day.date, "spans": day.service}), *question(answered)))


def _resumed(state: DialogueState, said: Say, *, again: bool = True) -> Outcome:
    """The answer, then the question that was open."""
    understood = replace(state, misunderstood=0)
    return Outcome(understood, (said, *(question(state) if again else ())))


def not_understood(state: DialogueState) -> Outcome:
    """Says so and asks again; the second time in a row the team takes over."""
    count = state.misunderstood + 1
    if count >= MOST_MISUNDERSTOOD:
        return hand_over(replace(state, misunderstood=count), "misunderstood")
    again = question(state)
    if again:
        return Outcome(replace(state, misunderstood=count), (Say("not_understood"), *again))
    asking = replace(state, misunderstood=count, step=Step.ASK_PARTY, draft=Draft())
    return Outcome(asking, (Say("not_understood_start", quick=START),))


def hand_over(state: DialogueState, reason: str) -> Outcome:
    """Gives the thread to the team."""
    return Outcome(state, (), HandOver(reason))


def on_handed_over(state: DialogueState, facts: RestaurantFacts) -> Outcome:
    """Told so, with when they answer and the way back."""
    key = "handed_over_hours" if facts.staff_hours else "handed_over"
    apology = (Say("sorry_not_understood"),) if state.misunderstood >= MOST_MISUNDERSTOOD else ()
    waiting = replace(state, step=Step.WITH_STAFF, misunderstood=0, told_waiting=False)
    return Outcome(waiting, (*apology, Say(key, {"staff_hours": facts.staff_hours}, (Quick("back"),))))


def with_staff(state: DialogueState, heard: Heard) -> Outcome:
    """While the team has the thread the assistant is silent, after saying once that the message arrived."""
    said = heard.text.lower()
    if any(word in said for word in ("asistente", "assistant", "volver al bot", "back to the bot")):
        return Outcome(state, (), TakeBack())
    if state.told_waiting:
        return Outcome(state)
    return Outcome(replace(state, told_waiting=True), (Say("staff_has_it", quick=(Quick("back"),)),))


def on_taken_back(state: DialogueState) -> Outcome:
    """The assistant answers again, from the beginning."""
    here = replace(state, step=Step.IDLE, draft=Draft(), misunderstood=0, told_waiting=False)
    return Outcome(here, (Say("back_again", quick=START),))
