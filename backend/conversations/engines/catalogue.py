"""The one catalogue of intents and slots for engines outside SaveIt: tool schema of the LLMs, bot of Lex, rules for both.

Read by `asking` (schema and meanings), `lex` (names) and `scripts/lex_template.py`, which writes the bot's template from it.
Sample utterances are in `samples`. The built-in parser has its own rules and needs none of this.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from backend.conversations.understanding import Intent

MOST_PEOPLE: Final = 200
MOST_DAYS_AHEAD: Final = 400


@dataclass(frozen=True, slots=True)
class IntentEntry:
    """An intent: its name in SaveIt, in Lex, and what it means, for a model to read."""

    name: Intent
    lex: str
    meaning: str


@dataclass(frozen=True, slots=True)
class SlotEntry:
    """A slot: its name in SaveIt and in Lex, Lex's type for it, and how a model writes its value."""

    name: str
    lex: str
    lex_type: str
    meaning: str


INTENTS: Final = (
    IntentEntry("reserve", "Reserve", "wants a table, or gives a detail of the booking being made"),
    IntentEntry("change", "ChangeBooking", "wants to change a booking or a detail that was settled before"),
    IntentEntry("cancel", "CancelBooking", "wants a booking that exists to be cancelled"),
    IntentEntry("status", "BookingStatus", "asks about their own booking: whether it stands, when it is"),
    IntentEntry("availability", "AskAvailability", "asks what is free, or when the restaurant opens"),
    IntentEntry("waitlist", "JoinWaitlist", "wants to be told when a table becomes free"),
    IntentEntry("human", "SpeakToPerson", "wants a person of the restaurant to answer"),
    IntentEntry("greet", "Greet", "greets and says nothing else"),
    IntentEntry("confirm", "Confirm", "says yes to what was asked"),
    IntentEntry("deny", "Deny", "says no to what was asked"),
    IntentEntry("other", "FallbackIntent", "anything else: thanks, small talk, questions about the place"),
)
BY_LEX_NAME: Final = {entry.lex: entry.name for entry in INTENTS}
_BY_NAME: Final[dict[str, Intent]] = {entry.name: entry.name for entry in INTENTS}

AREAS: Final = ("terrace", "rooftop", "outside", "inside", "bar", "garden", "private")
OCCASIONS: Final = (
    "birthday", "anniversary", "date", "business", "graduation", "engagement", "wedding", "farewell", "christening",
    "retirement", "baby_shower", "christmas",
)  # fmt: skip

SLOTS: Final = (
    SlotEntry("date", "Date", "AMAZON.Date", "YYYY-MM-DD, the day wanted"),
    SlotEntry("time", "Time", "AMAZON.Time", "HH:MM, 24 hours, the hour wanted"),
    SlotEntry("party_size", "PartySize", "AMAZON.Number", "figures, how many people in all"),
    SlotEntry("name", "Name", "AMAZON.FirstName", "the guest's name as written"),
    SlotEntry("area", "Area", "Area", f"one of {', '.join(AREAS)}"),
    SlotEntry("occasion", "Occasion", "Occasion", f"one of {', '.join(OCCASIONS)}"),
    SlotEntry(
        "notes", "Notes", "", "a need to tell the kitchen or the floor (allergy, high chair), word for word"
    ),
)
BY_LEX_SLOT: Final = {slot.lex: slot.name for slot in SLOTS if slot.lex_type}
# The slot the dialogue has just asked for, in Lex.
LEX_SLOT_OF_CONTEXT: Final = {"date": "Date", "time": "Time", "party_size": "PartySize", "name": "Name"}

# Subjects a model may name. Those that do something by themselves (stop, start, erasure) are not among them: only
# the built-in parser, which reads the guest's very words, may start those.
TOPICS: Final = (
    "hours", "address", "parking", "menu", "pets", "kids", "terrace", "payment", "accessibility", "dress_code", "wifi",
    "groups", "prices", "events", "phone", "transport", "allergens", "late", "thanks", "bye", "offtopic",
)  # fmt: skip


def intent_named(name: str) -> Intent:
    """The intent of that name; one that is not in the catalogue is `other`."""
    return _BY_NAME.get(name, "other")


def tool_schema() -> dict[str, Any]:
    """The strict JSON schema an LLM fills: flat, every field required, so that every provider accepts it alike."""
    value = {
        "type": "object",
        "properties": {
            "slot": {"type": "string", "enum": [slot.name for slot in SLOTS]},
            "value": {"type": "string", "description": "; ".join(f"{s.name}: {s.meaning}" for s in SLOTS)},
            "words": {
                "type": "string",
                "description": "the shortest stretch of the message that says it, copied exactly",
            },
        },
        "required": ["slot", "value", "words"],
        "additionalProperties": False,
    }
    meanings = "; ".join(f"{entry.name}: {entry.meaning}" for entry in INTENTS)
    return {
        "type": "object",
        "properties": {
            "intent": {"type": "string", "enum": [entry.name for entry in INTENTS], "description": meanings},
            "certain": {"type": "boolean", "description": "false when you had to guess"},
            "topic": {
                "type": "string",
                "enum": [*TOPICS, "none"],
                "description": "subject of a question or remark, else none",
            },
            "values": {"type": "array", "items": value, "description": "only what the message itself says"},
        },
        "required": ["intent", "certain", "topic", "values"],
        "additionalProperties": False,
    }
