"""Which names that channels show are offered as a booking's, and which are asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.conversations.sender_names import LONGEST, own_name


@pytest.mark.parametrize(
    ("shown", "name"),
    [
        ("Marta Ruiz", "Marta Ruiz"),
        ("Marta", "Marta"),
        ("  Marta\u00a0 Ruiz ", "Marta Ruiz"),
        ("marta ruiz", "Marta Ruiz"),
        ("MARTA DE LA FUENTE", "Marta de la Fuente"),
        ("Ruiz Gil, Marta", "Marta Ruiz Gil"),
        ("GREEN, LUCY", "Lucy Green"),
        ('"José Ángel Núñez"', "José Ángel Núñez"),
        ("Mary O'Brien", "Mary O'Brien"),
        ("John P. Smith", "John P. Smith"),
        ("Rosa Flores", "Rosa Flores"),
    ],
)
def test_a_persons_name_is_offered_as_it_is_written_for_a_booking(shown, name):
    assert own_name(shown) == name


@pytest.mark.parametrize(
    "shown",
    [None, "", "🌸Marta🌸", "La Reina", "marta_88", "marta@example.com", "Bodegas Olmo", "Marta & Luis", "Ana y Luis",
     "Ana Olmo SL", "Hotel Alba", "Alba Restaurante", "info", "~", "Jefe", "+34 600 111 222", "Marta, Luis, Ana", "Marta,",
     "Disponible", "mamá de Leo", "no molestar", "Marta " + "x" * LONGEST],
)  # fmt: skip
def test_what_may_not_be_a_person_is_not_offered(shown):
    assert own_name(shown) is None


@given(st.text(max_size=80))
def test_whatever_is_shown_a_name_is_letters_or_none(shown):
    name = own_name(shown)
    assert name is None or (
        name.strip() == name and len(name) > 0 and not any(each.isdigit() for each in name)
    )
