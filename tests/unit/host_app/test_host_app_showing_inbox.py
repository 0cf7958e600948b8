"""What the inbox shows: words, icons and colour roles of every channel and every state, in both languages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, get_args
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from host_app.core import inbox_wire
from host_app.core.conversations import Message, OwnAnswer, OwnState, Thread, Waiting
from host_app.core.inbox import Conversation
from host_app.ui import icons, showing_inbox
from host_app.wording import LANGUAGES, Words

MADRID = ZoneInfo("Europe/Madrid")
ES, EN = Words("es", MADRID), Words("en", MADRID)
EIGHT = datetime(2026, 12, 18, 19, 0, tzinfo=UTC)


def a_thread(**more: Any) -> Thread:
    known: dict[str, Any] = {
        "channel": "whatsapp",
        "handler": "staff",
        "reason_text": "Ha pedido hablar con una persona",
        "name": "Lucía",
        "language": "es",
        "last_text": "Hola",
        "last_at": EIGHT,
        "unread": 2,
        "handed_over_at": EIGHT,
    }
    return Thread(id=uuid4(), **{**known, **more})


def line(waiting: Waiting, minutes: int = 12, words: Words = ES) -> dict[str, Any]:
    return showing_inbox.thread_line(waiting, EIGHT + timedelta(minutes=minutes), words)


def shown(*messages: Message, own: tuple[OwnAnswer, ...] = ()) -> Conversation:
    thread = a_thread()
    return Conversation(thread, Waiting(thread, EIGHT), messages, own, False, False, True)


def test_a_waiting_thread_says_who_how_why_what_and_since_when() -> None:
    said = Message("m", "guest", "¿Tenéis\ntrona?", EIGHT)
    found = line(Waiting(a_thread(), EIGHT, said))

    assert (found["name"], found["details"], found["last"], found["time"]) == (
        "Lucía",
        "WhatsApp · Ha pedido hablar con una persona",
        "¿Tenéis trona?",
        "20:00",
    )
    assert (found["role"], found["word"], found["unread"]) == ("attention", "Espera 12 min", 2)


def test_what_the_team_said_last_names_who_said_it() -> None:
    said = Message("m", "staff", "Claro", EIGHT, staff_name="Marta")

    assert line(Waiting(a_thread(), None, said))["last"] == "Marta: Claro"


def test_a_thread_without_a_name_on_a_channel_of_tomorrow_is_shown_too() -> None:
    found = line(Waiting(a_thread(name=None, channel="telegram", reason_text=None), EIGHT), words=EN)

    assert (found["name"], found["details"]) == ("Guest without a name", "telegram")


def test_what_is_not_of_today_shows_its_day() -> None:
    assert line(Waiting(a_thread(), None), minutes=60 * 24)["time"] == "18 dic"


def test_a_conversation_begins_each_day_with_a_line_and_ends_with_what_is_under_way() -> None:
    own = OwnAnswer("a", uuid4(), "Voy.", EIGHT, "unsent")
    found = showing_inbox.bubbles(
        shown(
            Message("1", "guest", "Hola", EIGHT - timedelta(days=1)),
            Message("2", "assistant", "Elige", EIGHT, offered=("Cena", "Comida")),
            own=(own,),
        ),
        EIGHT,
        ES,
    )

    assert [each["text"] for each in found] == ["jueves 17 de diciembre", "Hola", "Hoy", "Elige", "Voy."]
    assert found[3]["more"] == "Opciones: Cena · Comida"
    assert found[4]["first_act"] == ""


def test_only_an_answer_that_asks_or_was_refused_has_something_to_decide() -> None:
    acts = {
        state: showing_inbox.own_bubble(OwnAnswer("a", uuid4(), "Voy.", EIGHT, state), ES)["first_act"]
        for state in get_args(OwnState)
    }

    assert acts == {"sending": "", "unsent": "", "held": "Enviar ahora", "refused": "Corregir"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "state", ["", "waiting", "sending", "failed", "sent", "delivered", "read", "dead", "new"]
)
def test_every_state_of_a_message_has_a_word_and_an_icon_or_neither(language: str, state: str) -> None:
    message = Message("m", "staff", "Hola", EIGHT, state=state)
    found = showing_inbox.message_bubble(message, Words(language, MADRID))

    assert bool(found["state_word"]) == bool(icons.glyph(found["state_icon"])) == (state not in ("", "new"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", get_args(OwnState))
def test_every_state_of_an_own_answer_has_a_word_and_an_icon(language: str, state: OwnState) -> None:
    found = showing_inbox.own_bubble(OwnAnswer("a", uuid4(), "Voy.", EIGHT, state), Words(language))

    assert found["state_word"]
    assert icons.glyph(found["state_icon"])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("channel", ["web", "whatsapp", "sms", "instagram", "email"])
def test_every_channel_has_a_word_and_an_icon_of_its_own(language: str, channel: str) -> None:
    words = Words(language)

    assert words.has(f"inbox.channel.{channel}")
    assert icons.glyph(showing_inbox.CHANNEL_ICON[channel])
    assert len(set(showing_inbox.CHANNEL_ICON.values())) == len(showing_inbox.CHANNEL_ICON)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", ["", "not_found", "rate_limited"])
def test_whatever_goes_wrong_is_said_in_words(language: str, code: str) -> None:
    assert showing_inbox.problem(code, Words(language))


def test_a_card_is_told_in_one_line_and_an_answer_survives_the_disk() -> None:
    document = {
        "id": "m",
        "author": "assistant",
        "text": "Listo",
        "at": EIGHT.isoformat(),
        "card": {"title": "Casa Lucero", "lines": ["Viernes 18", "20:00 · 4 personas"]},
        "quickReplies": [{"title": "Cambiar", "value": "cambiar"}],
    }
    answer = OwnAnswer("a", uuid4(), "Voy.", EIGHT, "refused", "not_found")

    assert inbox_wire.message(document).card == "Casa Lucero · Viernes 18 · 20:00 · 4 personas"
    assert inbox_wire.message(document).offered == ("Cambiar",)
    assert inbox_wire.own_answer(inbox_wire.own_answer_body(answer)) == answer
