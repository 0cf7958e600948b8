"""Beyond the first and the last day that a calendar has there is no date, and no error either."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from backend.conversations.understanding import understand

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "sábado before 31/12/9999",
        "el día después del 31/12/9999",
        "dos semanas después del 31/12/9999",
        "finales de diciembre de 9999",
        "el último viernes de diciembre de 9999",
        "el finde del 31/12/9999",
        "dentro de 99999999999 semanas",
    ],
)
@pytest.mark.parametrize("language", ["es", "en"])
def test_a_day_past_the_calendars_end_is_no_error(text: str, language: str) -> None:
    found = understand(text, now=NOW, tz="Europe/Madrid", language=language).slots.date

    assert found is None or found <= date.max


def test_a_moved_day_within_the_calendar_is_still_moved() -> None:
    found = understand("el día después del 24/12", now=NOW, tz="Europe/Madrid", language="es").slots.date

    assert found == date(2026, 12, 25)
