"""What is said to messages that the dialogue does not see: what cannot be read, and what comes hours late. Called by the chats."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from backend.conversations.channels.records import Inbound
from backend.conversations.dialogue.records import RestaurantFacts
from backend.conversations.dialogue.render import Reply, locale_for
from backend.platform.texts import has, language_of, say
from backend.platform.wording import clock_time, long_date

# What providers call kinds of content, as we name them; what is not here is "other".
_KINDS = {
    "image": "image",
    "sticker": "image",
    "audio": "audio",
    "voice": "audio",
    "video": "video",
    "document": "document",
    "file": "document",
    "location": "location",
    "contacts": "contacts",
}


class HouseEtiquette:
    """Speaks in the guest's language and the restaurant's way of addressing people."""

    def __init__(self, facts: Callable[[UUID], RestaurantFacts]) -> None:
        self._facts = facts

    def unreadable(self, restaurant_id: UUID, message: Inbound, language: str | None) -> Reply:
        """Asks for words."""
        facts = self._facts(restaurant_id)
        locale = _locale(facts, message, language)
        return Reply(_formal(f"channel.unreadable.{kind_of(message)}", facts, locale))

    def late(self, restaurant_id: UUID, message: Inbound, language: str | None, now: datetime) -> Reply:
        """Says when it was written, and asks to write again: what it meant then may be past."""
        facts = self._facts(restaurant_id)
        locale = _locale(facts, message, language)
        zone = ZoneInfo(facts.timezone)
        said, today = message.at.astimezone(zone), now.astimezone(zone).date()
        when = {"time": clock_time(said, locale), "day": long_date(said.date(), locale, today)}
        return Reply(_formal("channel.late", facts, locale, **when))

    def shown(self, message: Inbound, language: str | None) -> str:
        """The guest's words, with what came beside them named: '[image] ...'."""
        if not message.media:
            return message.text
        language = language_of(language or message.locale)
        named = say(f"channel.shown.{kind_of(message)}", language)
        return f"[{named}] {message.text}".strip()


def kind_of(message: Inbound) -> str:
    """The kind of the first content that cannot be read."""
    return _KINDS.get(message.media[0], "other") if message.media else "other"


def _locale(facts: RestaurantFacts, message: Inbound, language: str | None) -> str:
    spoken = language_of(language or message.locale or facts.locale)
    return locale_for(spoken, message.locale, facts)


def _formal(key: str, facts: RestaurantFacts, locale: str, **params: object) -> str:
    formal = f"{key}.usted"
    return say(formal if facts.formality == "usted" and has(formal, locale) else key, locale, **params)
