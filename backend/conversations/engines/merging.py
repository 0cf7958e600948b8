"""Which of two readings of a message stands, and what is kept of the other. Called by the chain; pure.

The rule: the engine's reading wins when it is more confident and says something (an intent other than `other`, a topic or a
value). Then its intent and values count; what it does not speak of stays as the built-in parser read it: contacts and codes, which
no engine ever sees, picks from a list, parts of the day, what describes the booking as it is.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, Final

from backend.conversations.understanding import Slots, Understanding

_ENGINES: Final = (
    "date",
    "time",
    "party_size",
    "name",
    "area",
    "occasion",
    "notes",
    "date_choices",
    "time_choices",
)


def merged(own: Understanding, second: Understanding) -> Understanding:
    """The better reading, completed from the other."""
    says = second.intent != "other" or second.topic is not None or not second.slots.is_empty
    if not says or second.confidence <= own.confidence:
        return own
    given = {name: value for name in _ENGINES if (value := getattr(second.slots, name))}
    spoken = {span.slot for span in second.spans}
    return replace(
        own,
        intent=second.intent,
        slots=_completed(own.slots, given),
        confidence=second.confidence,
        spans=(*(span for span in own.spans if span.slot not in spoken), *second.spans),
        also=tuple(intent for intent in own.also if intent != second.intent),
        topic=second.topic or own.topic,
    )


def _completed(own: Slots, given: dict[str, Any]) -> Slots:
    """The built-in values with the engine's over them; an hour replaces the part of the day, people replace 'two more'."""
    changes = dict(given)
    if "time" in given:
        changes["daypart"] = None
    if "party_size" in given:
        changes["party_delta"] = None
    known = {field.name for field in fields(Slots)}
    return replace(own, **{name: value for name, value in changes.items() if name in known})
