"""The one outbound shape of a conversation: text, answers to tap, a list, a card. Made by `render`, shown by every channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend.conversations.dialogue.events import CardEvent


@dataclass(frozen=True, slots=True)
class QuickReply:
    """An answer to tap: what it shows and what it sends."""

    title: str
    value: str


@dataclass(frozen=True, slots=True)
class ListItem:
    """A row to choose from a list: what it shows, what it sends, and a line below it that may be empty."""

    title: str
    value: str
    description: str = ""

    def to_json(self) -> dict[str, str]:
        """`{title, value, description?}`."""
        shape = {"title": self.title, "value": self.value}
        return {**shape, "description": self.description} if self.description else shape


@dataclass(frozen=True, slots=True)
class Card:
    """A booking as a card: the code as a picture, links, lines of text."""

    title: str
    image_url: str
    code: str
    manage_url: str
    calendar_url: str
    lines: tuple[str, ...]
    kind: str = "booking"
    event: CardEvent | None = None

    def to_json(self) -> dict[str, Any]:
        """The card as the contract writes it; `event` when it tells of something just done."""
        shape = {
            "kind": self.kind,
            "title": self.title,
            "imageUrl": self.image_url,
            "code": self.code,
            "manageUrl": self.manage_url,
            "calendarUrl": self.calendar_url,
            "lines": list(self.lines),
        }
        return {**shape, "event": self.event} if self.event else shape


@dataclass(frozen=True, slots=True)
class Reply:
    """One message to the guest, the one outbound shape of every channel.

    `quick_replies` are a few short answers to tap, `options` a longer list to choose one from (times, bookings). The text says
    all that they say, so a channel that can show neither falls back to it.
    """

    text: str
    quick_replies: tuple[QuickReply, ...] = ()
    card: Card | None = None
    options: tuple[ListItem, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The reply as the contract writes it: `{text, quickReplies?, list?, card?}`."""
        shape: dict[str, Any] = {"text": self.text}
        if self.quick_replies:
            shape["quickReplies"] = [
                {"title": each.title, "value": each.value} for each in self.quick_replies
            ]
        if self.options:
            shape["list"] = [each.to_json() for each in self.options]
        if self.card is not None:
            shape["card"] = self.card.to_json()
        return shape

    @classmethod
    def from_json(cls, shape: Mapping[str, Any]) -> Reply:
        """The reply again from its stored form."""
        card = shape.get("card")
        return cls(
            shape["text"],
            tuple(QuickReply(each["title"], each["value"]) for each in shape.get("quickReplies", ())),
            Card(
                card["title"],
                card["imageUrl"],
                card["code"],
                card["manageUrl"],
                card["calendarUrl"],
                tuple(card["lines"]),
                card["kind"],
                card.get("event"),
            )
            if card
            else None,
            tuple(
                ListItem(each["title"], each["value"], each.get("description", ""))
                for each in shape.get("list", ())
            ),
        )
