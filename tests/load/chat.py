"""Turns of the web chat by eight guests at once, each on the way to a booking, without a cloud service."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

from tests.load import clients, house
from tests.load.figures import Figure, milliseconds, tell
from tests.load.house import House
from tests.load.stack import Stack

_GUESTS = 8
_DAYS = 60
_MONTHS = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
]


def run(stack: Stack, seconds: float, rounds: int) -> Iterator[Figure]:
    """The figures; a line that says so while there is no chat."""
    place = house.make(stack.services, "bench-chat")
    guests = [_Guest(stack, place, number) for number in range(_GUESTS)]
    first = clients.Client(stack.port)
    try:
        if first.ask(guests[0].next()).status == 404:
            yield Figure("chat", None, "ms", note="skipped: there is no POST /chat")
            return
    finally:
        first.close()
    tell("chat")
    load = clients.run(stack.port, _GUESTS, seconds * rounds, lambda number: guests[number].next(), keep=True)
    wrong = next((each for each in load.answers if each.status != 200), None)
    if wrong is not None:
        raise RuntimeError(f"a turn was answered {wrong.status}: {wrong.body[:500]!r}")
    booked = sum(b'"manageUrl"' in each.body for each in load.answers)
    note = f"p99 of {len(load.answers)} turns by {_GUESTS} guests at once, {booked} of which booked"
    yield Figure("chat", milliseconds(load.times(200), 0.99), "ms", limit=150, note=note)
    yield Figure("chat_p50", milliseconds(load.times(200), 0.5), "ms")
    yield Figure("chat_rate", load.rate(200), "turns/s")


class _Guest:
    """Books again and again, in a new conversation each time."""

    def __init__(self, stack: Stack, place: House, number: int) -> None:
        self._house = place
        self._today = place.today(stack.services.clock.now())
        self._people = house.Guests(60 + number)
        self._sentences: Iterator[str] = iter(())
        self._session = ""
        self._turns = itertools.count()

    def next(self) -> bytes:
        """The next sentence as a request."""
        sentence = next(self._sentences, None)
        if sentence is None:
            self._session = uuid4().hex
            self._sentences = iter(self._conversation())
            sentence = next(self._sentences)
        body = {
            "sessionId": self._session,
            "messageId": f"m{next(self._turns)}",
            "text": sentence,
            "locale": "es",
        }
        return clients.post(f"/api/v1/chat/{self._house.id}/messages", body, self._house.publishable)

    def _conversation(self) -> list[str]:
        dice, person = self._people.dice, self._people.next()
        day = self._today + timedelta(days=dice.randrange(2, _DAYS))
        at = dice.choice(house.SLOTS)
        return [
            "Hola, buenas tardes",
            f"Quiero reservar para {dice.choice((2, 3, 4))} personas el {day.day} de {_MONTHS[day.month - 1]} "
            f"a las {at.hour}:{at.minute:02d}",
            person["name"],
            person["phone"],
            "Sí",
            "¿Tenéis aparcamiento?",
        ]
