"""Days, numbers and characters that nobody means: a guest who writes them is answered, and nothing stumbles."""

from __future__ import annotations

import pytest
from stage import Stage
from talking import say

BOOKED = "nobody-means-this-0002"


@pytest.mark.parametrize(
    "text",
    [
        "mesa para 2 el 31/12/9999 a las 23:30",
        "table for 2 on 31 December 9999 at 11:30pm",
        "mesa para 2 el 1/1/0001 a las 00:10",
        "mesa para 2 dentro de 999999999999 días a las 20:00",
        "mesa para 99999999999999999999999 personas mañana a las 20:00",
        "somos 1e308",
        "𝟜 personas mañana a las 𝟠",
        "{name} {0} %s %(x)s",
        "\u202e mesa para 2",
        "+" + "9" * 1900,
        "😀" * 1900,
        "1 " * 1000,
    ],
    ids=range(12),
)
def test_a_message_that_nobody_means_is_answered(stage: Stage, text: str) -> None:
    assert say(stage, text, session="nobody-means-this-0001")


def test_a_booking_is_not_moved_to_the_end_of_time(stage: Stage) -> None:
    say(stage, "mesa para 2 mañana a las 20:00", "Ana Gil, 600 111 222", "sí", session=BOOKED)

    told = say(stage, "cámbiala al 31/12/9999 a las 23:30", session=BOOKED)

    assert "Tu reserva es" in told
    assert "¿La dejo" not in told


@pytest.mark.parametrize("text", ["llegamos 999999999999999 minutos tarde", "llego tarde 99999999 horas"])
def test_a_delay_that_nobody_means_is_asked_for_again(stage: Stage, text: str) -> None:
    say(stage, "mesa para 2 mañana a las 20:00", "Ana Gil, 600 111 222", "sí", session=BOOKED)

    assert "¿A qué hora" in say(stage, text, session=BOOKED)
