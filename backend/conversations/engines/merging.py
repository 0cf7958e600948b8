"""Which of two readings of a message stands, and what is kept of the other. Called by the chain; pure.

The rule: the engine's reading wins when it is more confident and says something (an intent other than `other`, a topic or a
value). Then its intent and values count. What it does not speak of stays as the built-in parser read it: figures, contacts and
codes, picks from a list, what describes the booking as it is. Only a name has to be seen by both or by the engine: names are what
the built-in parser is most often wrong about. A yes never wins over a no or a wish, since a yes makes things real.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from backend.conversations.understanding import Slots, Understanding

# The lists go with their first value: `date_choices` begins with `date`.
_FIGURES: Final = ("date", "time", "party_size")
_WORDS: Final = ("area", "occasion", "notes")
_MAY_BE_A_YES: Final = frozenset({"confirm", "other", "greet"})
# Binding from the guest's very words, and for the built-in parser alone to read.
_BINDING_TOPICS: Final = frozenset({"stop", "start", "erasure"})


def is_binding(own: Understanding) -> bool:
    """Whether the built-in reading stands, sure or not: who asks for a person, or for an end of messages, is not interpreted."""
    return own.intent == "human" or "human" in own.also or own.topic in _BINDING_TOPICS


def says_nothing(read: Understanding) -> bool:
    """Whether a reading understood nothing, however sure it is of that."""
    return read.intent == "other" and read.topic is None and read.slots.is_empty


def merged(own: Understanding, second: Understanding) -> Understanding:
    """The better reading, completed from the other."""
    sure = 0.0 if says_nothing(own) else own.confidence
    if says_nothing(second) or second.confidence <= sure or is_binding(own):
        return own
    if second.intent == "confirm" and own.intent not in _MAY_BE_A_YES:
        return own
    changes = _changes(own, second.slots)
    spoken = {"name"} | {span.slot for span in second.spans}
    return replace(
        own,
        intent=second.intent,
        slots=replace(own.slots, **changes),
        confidence=second.confidence,
        spans=(*(span for span in own.spans if span.slot not in spoken), *second.spans),
        also=tuple(intent for intent in own.also if intent != second.intent),
        topic=second.topic or own.topic,
    )


def _changes(own: Understanding, given: Slots) -> dict[str, Any]:
    """What the engine's values change in the built-in ones."""
    changes: dict[str, Any] = {"name": _name(own.slots.name, given.name)}
    changes |= {name: value for name in _WORDS if (value := getattr(given, name))}
    for name in _FIGURES:
        value = getattr(given, name)
        # What the grammar knows to describe the booking as it is ("la del viernes") is not what is wanted.
        if value is not None and value != getattr(own.source, name):
            changes[name] = value
    if "date" in changes:
        changes["date_choices"] = given.date_choices
    if "time" in changes:
        changes |= {"time_choices": given.time_choices, "daypart": None}
    if "party_size" in changes:
        changes["party_delta"] = None
    return changes


def _name(own: str | None, given: str | None) -> str | None:
    """The engine's, or the fuller one when it is of the same person: Lex knows first names alone."""
    if own and given and set(given.casefold().split()) <= set(own.casefold().split()):
        return own
    return given
