"""What is kept of a defect: its kind and its place, and no word of the message that it may quote."""

from __future__ import annotations

import pytest

from backend.platform.defects import without_words
from backend.platform.refusals import Refusal


def read(said: str) -> int:
    return int(said)


def answer(said: str) -> int:
    try:
        return read(said)
    except ValueError as problem:
        raise RuntimeError(f"no answer to {said}") from problem


def test_a_defect_is_told_by_kind_and_place_with_its_cause_and_none_of_its_words() -> None:
    with pytest.raises(RuntimeError) as failed:
        answer("soy Lucía, 600 111 222")

    told = without_words(failed.value, 2)

    assert "Lucía" not in told
    assert told.startswith("RuntimeError at test_platform_defects.py:")
    assert " < " in told
    assert " from ValueError at test_platform_defects.py:" in told


def test_a_refusal_is_told_by_its_code() -> None:
    assert without_words(Refusal("lock_timeout")) == "Refusal lock_timeout"
