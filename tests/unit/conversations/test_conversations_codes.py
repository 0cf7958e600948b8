"""Reservation codes as SaveIt makes them are read wherever a guest says that they are one."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backend.conversations.understanding import understand

NOW = datetime(2026, 11, 24, 12, tzinfo=ZoneInfo("Europe/Madrid"))
# The alphabet of `backend.platform.ids`, said again on purpose: a code in a sent message outlives a change of it.
CODES = st.text("23456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=6, max_size=6).filter(
    lambda code: not code.isdigit()
)


@pytest.mark.parametrize(
    "form", ["mi código es {}", "código: {}", "cancel booking {}", "my booking code is {}"]
)
@given(code=CODES)
@example(code="A5HTGH")
@example(code="7PMA2M")
def test_a_code_that_is_announced_is_read_whatever_it_looks_like(form, code):
    read = understand(form.format(code), now=NOW, tz="Europe/Madrid", language="es")

    assert code in (read.slots.code, read.source.code)


@pytest.mark.parametrize("text", ["mesa para 2 a las 21H30M", "hoy 8PM HOY", "tomorrow at 10AM"])
def test_an_hour_with_its_unit_is_no_code(text):
    read = understand(text, now=NOW, tz="Europe/Madrid", language="es")

    assert (read.slots.code, read.source.code) == (None, None)
