"""Every message a guest can get, word for word, in every language and tone the house may speak.

UPDATE_GOLDEN=1 rewrites the files; read the difference before committing it.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from backend.notifications import BookingFacts, MessageKind, PolicyFacts, render, sample_facts

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "messages"
VOICES = [("es", "tu"), ("es", "usted"), ("en", "tu")]
PNG = b"\x89PNG\r\n\x1a\n"


def rich(kind: MessageKind) -> BookingFacts:
    return replace(sample_facts(kind)[0], qr_png=PNG)


def bare(kind: MessageKind) -> BookingFacts:
    return sample_facts(kind)[1]


def after_midnight() -> BookingFacts:
    """A table at 00:30 on Saturday, which is Friday's dinner; written on Friday evening."""
    facts = rich(MessageKind.REMINDER_3H)
    moved = facts.starts_at + timedelta(hours=4, minutes=30)
    return replace(
        facts, starts_at=moved, ends_at=moved + timedelta(minutes=90), written_at=moved - timedelta(hours=3)
    )


def by_the_house() -> BookingFacts:
    return replace(
        rich(MessageKind.CANCELLATION),
        cancelled_by="restaurant",
        cancellation_reason="cerramos por obras en la calle",
        late_cancellation=False,
        penalty_charged=None,
    )


def in_time() -> BookingFacts:
    return replace(rich(MessageKind.CANCELLATION), late_cancellation=False, penalty_charged=None)


def expired() -> BookingFacts:
    return replace(in_time(), status="expired", cancelled_by=None)


def past_the_deadline() -> BookingFacts:
    facts = rich(MessageKind.CONFIRMATION)
    return replace(facts, written_at=facts.starts_at - timedelta(hours=6))


def without_penalty() -> BookingFacts:
    facts = rich(MessageKind.CONFIRMATION)
    return replace(facts, policy=PolicyFacts(free_until=facts.policy.free_until))


def only_for_no_shows() -> BookingFacts:
    return replace(rich(MessageKind.CONFIRMATION), policy=PolicyFacts(penalty=Decimal("12.50")))


def next_year() -> BookingFacts:
    facts = rich(MessageKind.CONFIRMATION)
    later = timedelta(days=20)
    return replace(
        facts,
        starts_at=facts.starts_at + later,
        ends_at=facts.ends_at + later,
        service_date=date(2027, 1, 7),
        policy=PolicyFacts(),
    )


SCENES = {
    **{kind.value: (kind, rich(kind)) for kind in MessageKind},
    **{f"{kind.value}-bare": (kind, bare(kind)) for kind in MessageKind},
    "reminder_3h-after-midnight": (MessageKind.REMINDER_3H, after_midnight()),
    "cancellation-by-the-house": (MessageKind.CANCELLATION, by_the_house()),
    "cancellation-in-time": (MessageKind.CANCELLATION, in_time()),
    "confirmation-past-the-deadline": (MessageKind.CONFIRMATION, past_the_deadline()),
    "confirmation-without-penalty": (MessageKind.CONFIRMATION, without_penalty()),
    "confirmation-only-for-no-shows": (MessageKind.CONFIRMATION, only_for_no_shows()),
    "change-pending": (MessageKind.CHANGE, replace(rich(MessageKind.CHANGE), status="pending")),
    "cancellation-expired": (MessageKind.CANCELLATION, expired()),
    "confirmation-next-year": (MessageKind.CONFIRMATION, next_year()),
}


def compare(name: str, text: str) -> None:
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN") == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(("language", "formality"), VOICES)
@pytest.mark.parametrize("scene", SCENES)
def test_a_message_reads_as_agreed(scene: str, language: str, formality: str) -> None:
    kind, facts = SCENES[scene]
    facts = replace(facts, restaurant=replace(facts.restaurant, formality=formality))
    message = render(kind, facts, language)
    voice = "en" if language == "en" else f"es-{formality}"
    compare(
        f"{scene}.{voice}.txt",
        f"Subject: {message.subject}\n\n{message.text}\nShort: {message.short_text}\n",
    )
    if "-" not in scene:
        compare(f"{scene}.{voice}.html", message.html)


@pytest.mark.parametrize("kind", MessageKind)
def test_english_has_one_tone_whatever_the_house_says(kind: MessageKind) -> None:
    formal = replace(rich(kind), restaurant=replace(rich(kind).restaurant, formality="usted"))
    assert render(kind, formal, "en") == render(kind, rich(kind), "en")


@pytest.mark.parametrize("kind", MessageKind)
def test_spanish_tones_differ_and_never_mix(kind: MessageKind) -> None:
    formal = replace(rich(kind), restaurant=replace(rich(kind).restaurant, formality="usted"))
    words = f" {render(kind, formal, 'es').text} ".lower()
    assert words != f" {render(kind, rich(kind), 'es').text} ".lower()
    for familiar in (" tu ", " te ", " tienes ", " puedes ", "enseña ", "llegas", "avísanos", "contigo"):
        assert familiar not in words


def test_no_golden_file_is_left_over() -> None:
    voices = ("es-tu", "es-usted", "en")
    expected = {f"{scene}.{voice}.txt" for scene in SCENES for voice in voices}
    expected |= {f"{kind.value}.{voice}.html" for kind in MessageKind for voice in voices}
    assert {path.name for path in GOLDEN.iterdir()} == expected
