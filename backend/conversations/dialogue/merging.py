"""What a message adds to the draft of a booking, or to the wish for an existing one. Called by the flows; pure.

New values replace old ones: that is how a correction works at any moment ("mejor a las nueve", "seremos dos más").
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import date, timedelta

from backend.conversations.dialogue.events import Heard
from backend.conversations.dialogue.records import Alternative, RestaurantFacts, SlotAsk
from backend.conversations.dialogue.state import DialogueState, Draft, Wish
from backend.conversations.understanding import Slots

# How restaurants name the places that guests ask for by kind.
_AREA_WORDS = {
    "terrace": ("terraza", "terrace", "patio", "veranda"),
    "rooftop": ("azotea", "rooftop", "ático", "terraza", "terrace"),
    "outside": ("exterior", "outside", "outdoor", "terraza", "terrace", "patio", "jardín", "garden"),
    "inside": ("salón", "interior", "comedor", "sala", "inside", "indoor", "dining"),
    "bar": ("barra", "bar", "counter"),
    "garden": ("jardín", "garden"),
    "private": ("privado", "reservado", "private"),
}
_SATURDAY = 5
_ANYWHERE = re.compile(
    r"\b((otra|cualquier) zona|(another|any|a different) (area|part)|anywhere|donde sea|me da igual (la zona|donde))\b"
)
_CORRECTING = re.compile(
    r"\b(al final|mejor|seremos|seriamos|vamos a ser|somos|cambia(la|lo)?|pasa(la|lo)|ponla|actually|instead|make (it|that)"
    r"|we('ll| will) be|we're|we are|move it)\b"
)
_TABLE = re.compile(
    r"\b(reservar|reserva(me|nos|rme|rnos)?|reserve|book"
    r"|(quiero|queria|quisiera|necesito|busco|hay|want|need|like|have) .*(mesa|table|sitio|hueco|lugar))\b"
)
_LINKING = re.compile(r"^[\s,;.:]*(?:(?:y|e|and|&)[\s,]+)+", re.IGNORECASE)
# Needs that could harm the guest when they are overlooked.
ALLERGY = re.compile(
    r"alerg|allerg|celiac|coeliac|intoleran|anafila|anaphyla|epipen|epinefrin|adrenalin|gluten|lactos"
)


def merged(state: DialogueState, heard: Heard, facts: RestaurantFacts) -> Draft:
    """The draft with the message's values; what the channel knows of the sender fills an empty name and contact.

    Both are read back, and a name or contact that the guest states counts instead.
    """
    draft, slots, source = state.draft, heard.read.slots, heard.read.source
    told = slots.party_size
    if told == 1 and slots.notes is not None and (draft.party_size or 0) > 1:
        told = None  # "one of us uses a wheelchair" does not make them one
    people = told or draft.party_size or source.party_size
    if slots.party_delta is not None and people is not None and slots.party_size is None:
        people = max(1, people + slots.party_delta)
    changed = replace(
        draft,
        id=draft.id or heard.turn,
        party_size=people,
        date=slots.date or draft.date or source.date,
        time=slots.time or draft.time or source.time,
        area=area_of(slots, heard.text, facts) or draft.area,
        name=slots.name or draft.name or heard.name,
        phone=slots.phone or draft.phone,
        email=slots.email or draft.email,
        notes=_joined(draft.notes, noted(slots.notes)),
        occasion=slots.occasion or draft.occasion,
        daypart=slots.daypart or draft.daypart,
        later_than=None,
        earlier_than=None,
    )
    if not changed.has_contact:
        changed = replace(changed, phone=heard.phone, email=heard.email)
    return changed


def corrects(text: str) -> bool:
    """Whether the words put something right: 'al final somos 3', 'make it 3 pm'."""
    return _CORRECTING.search(plain(text)) is not None


def asks_for_table(text: str) -> bool:
    """Whether the words ask for a table, and not only tell of a need."""
    return _TABLE.search(plain(text)) is not None


def noted(words: str | None) -> str | None:
    """The guest's words for the team without the 'and' that joined them to what was said before."""
    return _LINKING.sub("", words) or None if words is not None else None


def _joined(before: str | None, added: str | None) -> str | None:
    if before is None or added is None:
        return added or before
    return before if added in before else f"{before}; {added}"


def area_of(slots: Slots, text: str, facts: RestaurantFacts) -> str | None:
    """The id of the area asked for: by the restaurant's own name for it, else by its kind."""
    said = plain(text)
    for area in facts.areas:
        if any(plain(name) in said.split() or (" " in name and plain(name) in said) for name in area.names):
            return area.id
    for word in _AREA_WORDS.get(slots.area or "", ()):
        for area in facts.areas:
            if any(plain(word) in plain(name) for name in area.names):
                return area.id
    return None


def plain(text: str) -> str:
    """Without accents or capitals."""
    decomposed = unicodedata.normalize("NFD", text.lower())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def wish_of(heard: Heard) -> Wish:
    """What the message wants an existing booking to become."""
    slots = heard.read.slots
    delta = slots.party_delta if slots.party_size is None else None
    anywhere = _ANYWHERE.search(plain(heard.text)) is not None
    return Wish(slots.date, slots.time, slots.party_size, delta, anywhere)


def about_of(heard: Heard) -> Wish:
    """The values that describe the booking meant ("la del viernes")."""
    source = heard.read.source
    return Wish(source.date, source.time, source.party_size)


def wanted_slot(state: DialogueState) -> SlotAsk | None:
    """The slot the target booking should move to; None while nothing is wished for."""
    target, wish = state.target, state.wish
    if target is None or wish.is_empty:
        return None
    people = wish.party_size or max(1, target.party_size + (wish.delta or 0))
    # A new day may not have the old area free; a new hour of the same day keeps it.
    stays = (wish.date is None or wish.date == target.date) and not wish.anywhere
    area = wish.area or (target.area if stays else None)
    return SlotAsk(people, wish.date or target.date, wish.time or target.time, area)


def picked_offer(state: DialogueState, heard: Heard) -> Alternative | None:
    """The offered slot the message picks: by day and hour, by its place in the list, or the only one by a yes."""
    slots, offers = heard.read.slots, state.offers
    if not offers:
        return None
    if slots.time is not None or slots.date is not None:
        hours = slots.time_choices or ((slots.time,) if slots.time else ())
        fits = [
            each
            for each in offers
            if (not hours or each.time in hours) and (slots.date is None or each.date == slots.date)
        ]
        return fits[0] if len(fits) == 1 else None
    if slots.choice is not None and -1 <= slots.choice < len(offers):
        return offers[slots.choice]
    return offers[0] if heard.read.intent == "confirm" and len(offers) == 1 else None


def is_weekend_choice(choices: tuple[date, ...]) -> bool:
    """Whether the guest said "el finde": Saturday or Sunday, still to be chosen."""
    return (
        len(choices) == 2
        and choices[0].weekday() == _SATURDAY
        and choices[1] - choices[0] == timedelta(days=1)
    )
