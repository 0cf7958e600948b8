"""Pages that belong to no booking:

Errors and the front page of a demonstration. Pure; called by their routes and by the app.
"""

from __future__ import annotations

from dataclasses import dataclass

from backend.notifications import Voice
from backend.pages.frame import Frame, draw
from backend.pages.records import Landing

_ERRORS = ("not_found", "gone", "rate_limited", "unavailable", "internal_error")


@dataclass(frozen=True, slots=True)
class Way:
    """A card of the front page."""

    icon: str
    title: str
    text: str
    path: str | None = None
    command: str | None = None


def render_error_page(code: str, locale: str, text: str = "") -> str:
    """The page for an error or refusal code;

    `text` replaces the usual sentence. Unknown codes read as not found.
    """
    voice = Voice(locale)
    known = code if code in _ERRORS else "not_found"
    frame = Frame(voice, voice.say(f"page.error.{known}.title"))
    return draw("error.html", frame, text=text or voice.say(f"page.error.{known}.text"))


def render_landing_page(landing: Landing, locale: str) -> str:
    """Where to go first, for who has just started the demonstration."""
    voice = Voice(locale)
    frame = Frame(voice, voice.say("page.landing.title"), "/")
    return draw("landing.html", frame, ways=_ways(landing, voice))


def _ways(landing: Landing, voice: Voice) -> list[Way]:
    def way(name: str, icon: str, path: str | None, command: str | None = None) -> Way:
        title = voice.say(f"page.landing.{name}", restaurant=landing.restaurant_name)
        return Way(icon, title, voice.say(f"page.landing.{name}.text"), path, command)

    ways = [
        way("restaurant", "table", landing.restaurant_path),
        way("booking", "code", landing.booking_path),
        way("mailbox", "mail", landing.mailbox_path),
        way("host", "phone", None, landing.host_command),
        way("docs", "file", landing.docs_path),
        way("health", "check", landing.health_path),
    ]
    return [each for each in ways if each.path or each.command]
