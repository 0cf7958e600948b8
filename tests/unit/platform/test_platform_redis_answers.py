"""Reading Redis's answers: whatever is answered comes back, however it is cut into pieces on the way."""

from __future__ import annotations

from typing import Any

import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st
from redis.exceptions import NoScriptError

from backend.platform.redis import read_answer

ANSWERS = st.recursive(
    st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1), st.binary(max_size=40)),
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=8,
)


def written(answer: Any) -> bytes:
    """As Redis writes it."""
    if answer is None:
        return b"_\r\n"
    if isinstance(answer, int):
        return b":%d\r\n" % answer
    if isinstance(answer, bytes):
        return b"$%d\r\n%b\r\n" % (len(answer), answer)
    return b"*%d\r\n" % len(answer) + b"".join(written(each) for each in answer)


@given(ANSWERS, st.binary(max_size=10))
def test_an_answer_is_read_as_it_was_written_and_ends_where_it_ends(answer: Any, after: bytes) -> None:
    message = written(answer)
    assert read_answer(message + after) == (answer, len(message))


@given(ANSWERS, st.data())
def test_an_answer_that_is_not_all_there_is_waited_for(answer: Any, data: st.DataObject) -> None:
    message = written(answer)
    cut = data.draw(st.integers(0, len(message) - 1))
    with pytest.raises(IndexError):
        read_answer(message[:cut])


@pytest.mark.parametrize(("message", "answer"), [(b"+OK\r\n", b"OK"), (b"$-1\r\n", None), (b"*-1\r\n", None)])
def test_other_ways_to_say_it_are_understood(message: bytes, answer: Any) -> None:
    assert read_answer(message) == (answer, len(message))


@pytest.mark.parametrize(
    ("message", "kind"), [(b"-NOSCRIPT none\r\n", NoScriptError), (b"-OOM full\r\n", redis.ResponseError)]
)
def test_an_error_is_an_answer_too(message: bytes, kind: type[Exception]) -> None:
    assert type(read_answer(message)[0]) is kind


def test_an_answer_of_an_unknown_kind_is_an_error_of_redis() -> None:
    with pytest.raises(redis.InvalidResponse):
        read_answer(b"?what\r\n")
