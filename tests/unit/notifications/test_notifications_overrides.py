"""A restaurant's own words: what is taken, what is refused, and that nothing ever stops a message."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.notifications import MessageKind, Override, problems_of, render, sample_facts
from backend.notifications.composing import compose
from backend.notifications.overrides import LONGEST, Part
from backend.notifications.voice import Voice

KIND = MessageKind.CONFIRMATION
FACTS = sample_facts(KIND)[0]


def override(source: str, part: Part = "body", language: str = "es") -> Override:
    return Override(KIND, language, part, source)


def test_own_words_replace_ours_in_text_and_html_and_leave_the_rest() -> None:
    own = override("Hola {{ name }}, te guardamos la terraza.\n\nHasta {{ day }}.")
    message = render(KIND, FACTS, "es", overrides=[own])
    assert "Hola Lucía, te guardamos la terraza.\n\nHasta el viernes 18 de diciembre." in message.text
    assert "Hola Lucía, te guardamos la terraza.</p>" in message.html
    assert "Enseña este código" not in message.text
    assert "Localizador: K7M2QX" in message.text


def test_own_subject_and_short_text_are_used() -> None:
    own = [override("Mesa {{ code }}", "subject"), override("{{ people }} {{ at }}", "short")]
    message = render(KIND, FACTS, "es", overrides=own)
    assert (message.subject, message.short_text) == ("Mesa K7M2QX", "4 personas a las 20:00")


def test_own_words_of_one_language_are_not_used_in_the_other() -> None:
    assert render(KIND, FACTS, "en", overrides=[override("Hola")]) == render(KIND, FACTS, "en")


def test_conditions_and_comparisons_are_words_too() -> None:
    facts = replace(FACTS, restaurant=replace(FACTS.restaurant, phone=None))
    source = "{% if area and phone %}no{% elif count == '4' %}{{ area|upper }}{% else %}no{% endif %}"
    assert "\nTERRAZA\n" in render(KIND, facts, "es", overrides=[override(source)]).text


def test_markup_in_own_words_reaches_html_as_text() -> None:
    message = render(KIND, FACTS, "es", overrides=[override("<script>alert(1)</script>")])
    assert "<script" not in message.html
    assert "&lt;script&gt;" in message.html


BAD = [
    "{{ nothing_like_it }}",
    "{% if name %}",
    "{{ name",
    "",
    "   ",
    "{{ name.__class__.__mro__ }}",
    "{{ name['x'] }}",
    "{{ ''.join(['a']) }}",
    "{% for n in name %}{{ n }}{% endfor %}",
    "{% set x = 'a' %}{{ x }}",
    "{% include 'mail.html' %}",
    "{% extends 'mail.html' %}",
    "{% import 'mail.html' as m %}",
    "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    "{{ 'a' * 1000000000 }}",
    "{{ 10 ** 10 ** 10 }}",
    "{{ name | replace('a', 'b') }}",
    "{{ name | safe }}",
    "{{ name | no_such_filter }}",
    "{{ range(10) }}",
    "{{ self }}",
    "{{ range }}",
    "{{ loop }}",
    "{{ (" * 400 + "1" + ") }}" * 400,
    "x" * (LONGEST["body"] + 1),
]


@pytest.mark.parametrize("source", BAD, ids=range(len(BAD)))
def test_what_is_more_than_words_is_refused_with_a_reason(source: str) -> None:
    assert len(problems_of(override(source))) == 1


@pytest.mark.parametrize("source", BAD, ids=range(len(BAD)))
def test_a_bad_override_is_reported_and_our_words_go_out(source: str) -> None:
    reported: list[tuple[Override, str]] = []
    bad = override(source)
    message = render(
        KIND, FACTS, "es", overrides=[bad], report=lambda each, why: reported.append((each, why))
    )
    assert message == render(KIND, FACTS, "es")
    assert [each for each, _ in reported] == [bad]


def test_deeply_nested_conditions_come_to_an_end() -> None:
    deep = "{% if name %}" * 150 + "x" + "{% endif %}" * 150
    assert len(problems_of(override(deep))) <= 1


def test_a_subject_of_several_lines_becomes_one() -> None:
    own = override("Mesa\r\nBcc: someone@example.com", "subject")
    assert render(KIND, FACTS, "es", overrides=[own]).subject == "Mesa Bcc: someone@example.com"


@pytest.mark.parametrize("kind", MessageKind)
def test_every_placeholder_may_be_used_in_every_kind(kind: MessageKind) -> None:
    known = compose(kind, FACTS, Voice("es")).words
    source = " ".join(f"{{{{ {name} }}}}" for name in known)
    assert problems_of(Override(kind, "es", "body", source)) == []
