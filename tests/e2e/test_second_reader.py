"""A guest writes what the built-in parser cannot read, to a SaveIt as its owner starts it, with a second reader and without."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from uuid import uuid4

import pytest
from provider_stand_ins import Raw, StandIn, Understood, stand_in
from running import ONE_PROCESS, Saveit, running_saveit

pytestmark = [pytest.mark.slow, ONE_PROCESS]

# German: the built-in parser knows Spanish and English.
FOREIGN = "Wir sind zu viert und kommen am Freitag um acht"
NUMBERS = count()
KEY = "sk-ant-a-secret-of-the-house"


@pytest.fixture(scope="module")
def provider() -> Iterator[StandIn]:
    """Anthropic on loopback."""
    with stand_in() as server:
        yield server


@pytest.fixture(scope="module")
def house(provider: StandIn) -> Iterator[Saveit]:
    """A SaveIt that asks it, and leaves it alone after two failures."""
    settings = {
        "SAVEIT_READERS": "builtin,anthropic",
        "SAVEIT_ANTHROPIC_API_KEY": KEY,
        "SAVEIT_ANTHROPIC_BASE_URL": provider.url,
        "SAVEIT_READERS_DEADLINE_MS": "700",
        "SAVEIT_READERS_THRESHOLD": "0.95",  # also where contacts make the built-in parser surer
        "SAVEIT_READERS_PAUSE_S": "2",
        "SAVEIT_RATE_LIMITS": "off",
    }
    with running_saveit(**settings) as saveit:
        yield saveit


def say(saveit: Saveit, text: str, session: str | None = None) -> str:
    """The text of the answers."""
    body = {
        "sessionId": session or uuid4().hex,
        "messageId": f"m{next(NUMBERS)}",
        "text": text,
        "locale": "es",
    }
    answer = saveit.publishable().post(f"/api/v1/chat/{saveit.restaurant_id}/messages", body)
    assert answer.status == 200, answer.body
    return " ".join(each["text"] for each in answer.json()["replies"])


def understood(saveit: Saveit) -> Understood:
    """A model that reads German."""
    today = saveit.now().date()
    friday = today + timedelta(days=(4 - today.weekday()) % 7 or 7)
    return Understood(
        "reserve", (("party_size", "4", "zu viert"), ("date", friday.isoformat(), "am Freitag"))
    )


@pytest.fixture(scope="module")
def ordinary(house: Saveit, provider: StandIn) -> str:
    """What a guest is told whom nobody understood."""
    provider.tells(Understood("other", sure=False))
    return say(house, FOREIGN + " bitte")


def test_with_a_second_reader_the_guest_is_understood(house, provider, ordinary):
    provider.tells(understood(house))
    told = say(house, FOREIGN)

    assert told != ordinary
    assert "hora" in told.lower(), told
    assert "4" in told or "viernes" in told, told


def test_the_provider_got_no_contact_and_nothing_of_the_house(house, provider):
    provider.requests.clear()
    provider.tells(understood(house))
    say(house, f"{FOREIGN} 600 111 222 ana@example.org")
    sent = json.dumps([request.body for request in provider.requests])

    assert provider.requests
    assert not [each for each in ("600", "ana@", house.restaurant_id, house.demo["slug"]) if each in sent]


def test_a_provider_that_hangs_costs_the_guest_no_more_than_the_deadline(house, provider, ordinary):
    provider.tells(Raw(b"{}", delay=20))
    started = time.monotonic()
    told = say(house, f"{FOREIGN} und morgens")

    assert told == ordinary
    assert time.monotonic() - started < 5


def test_a_broken_provider_leaves_the_chat_as_it_would_be_without(house, provider, ordinary):
    provider.tells(Raw(b"oops", 500))

    assert {say(house, f"{FOREIGN} {number} Uhr nicht") for number in ("a", "b", "c", "d", "e", "f")} == {
        ordinary
    }


def test_what_became_of_messages_is_in_the_figures_and_the_key_and_words_are_in_no_log(house, provider):
    figures = house.anyone().call("GET", "/metrics").body.decode()
    logged = "".join(path.read_text(errors="replace") for path in (house.data_dir / "logs").glob("*"))

    assert 'saveit_readings_total{engine="anthropic",outcome="answered"}' in figures
    assert 'saveit_readings_total{engine="anthropic",outcome="timeout"}' in figures
    assert 'saveit_reading_seconds_count{engine="anthropic"}' in figures
    assert KEY not in logged + house.said
    assert "Freitag" not in logged + house.said


def test_without_a_second_reader_the_guest_is_told_the_same_as_when_it_fails(saveit, ordinary):
    assert say(saveit, FOREIGN) == ordinary
