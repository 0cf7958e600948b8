"""What guests decide about messages and their data: stop, start, erase. Pure; called by `machine` at any step.

Stopping is confirmed once and then kept silently. Erasing needs an identity that the channel proves, and a yes.
"""

from __future__ import annotations

import re

from backend.conversations.dialogue.actions import EraseGuest, HandOver, KeepWish
from backend.conversations.dialogue.asking import HUMAN, ask
from backend.conversations.dialogue.events import ErasurePlanned, Heard, Outcome, Say, WishKept
from backend.conversations.dialogue.merging import plain
from backend.conversations.dialogue.records import RestaurantFacts
from backend.conversations.dialogue.state import DialogueState, Step

_ERASE = re.compile(r"\b(borr|elimin|suprim|delet|eras|remov)")
TOPICS = frozenset({"stop", "start", "erasure"})


def heard(state: DialogueState, said: Heard, facts: RestaurantFacts) -> Outcome | None:
    """The wish in the message; None when there is none."""
    topic = said.read.topic
    if said.read.intent != "other" or topic not in TOPICS:
        return None
    if topic in {"stop", "start"}:
        return Outcome(state, (), KeepWish(topic == "start"))
    if state.step is Step.WITH_STAFF:
        return None
    if said.is_known:
        return ask(state, Step.CONFIRM_ERASURE)
    email = facts.answers.get("email")
    return Outcome(
        state, (Say("erase_how_mail" if email else "erase_how", {"answer": email}, quick=(HUMAN,)),)
    )


def confirmed(state: DialogueState, said: Heard) -> Outcome | None:
    """The answer to whether everything shall be erased; None when it is neither yes nor no."""
    agreed = said.read.intent == "confirm" or _ERASE.search(plain(said.text)) is not None
    if agreed and "deny" not in (said.read.intent, *said.read.also) and said.is_known:
        return Outcome(state, (), EraseGuest())
    if said.read.intent in {"deny", "cancel"}:
        return Outcome(DialogueState(language=state.language, booked=state.booked), (Say("erase_kept"),))
    return None


def on_kept(state: DialogueState, event: WishKept) -> Outcome:
    """Said once; who says stop again is not answered again."""
    if not event.known:
        return Outcome(state, (Say("stop_who", quick=(HUMAN,)),))
    if event.wanted:
        return Outcome(state, (Say("started"),))
    return Outcome(state, (Say("stopped"),) if event.news else ())


def on_erasure(state: DialogueState, event: ErasurePlanned) -> Outcome:
    """Planned, and nothing of the conversation is kept until then; with nobody to erase the team looks."""
    fresh = DialogueState(language=state.language)
    if event.known:
        return Outcome(fresh, (Say("erased_soon"),))
    return Outcome(fresh, (Say("erase_nobody"),), HandOver("erasure"))
