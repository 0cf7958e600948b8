"""Pages of a conversation: together they are the whole, from either end, wherever they are cut; cursors are read or refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.conversations.inbox.cursors import (
    read_place_cursor,
    read_thread_cursor,
    write_place_cursor,
    write_thread_cursor,
)
from backend.conversations.inbox.records import Message, Turn, answered_index, page_after, page_before
from backend.platform.refusals import Refusal

AT = datetime(2026, 12, 18, 20, 30, tzinfo=UTC)


def message(place: int, index: int) -> Message:
    return Message(f"{place}/{index}", f"{place}/{index}", "guest", {"text": "hola"}, AT, (place, index))


threads = st.lists(st.tuples(st.integers(1, 50), st.integers(0, 3)), unique=True, max_size=30).map(
    lambda places: [message(*place) for place in sorted(places)]
)


@given(threads, st.integers(1, 7))
def test_pages_onward_are_the_whole(thread: list[Message], limit: int) -> None:
    seen, more = page_after(thread, None, limit)
    while more:
        page, more = page_after(thread, seen[-1].place, limit)
        seen = seen + page

    assert seen == thread


@given(threads, st.integers(1, 7))
def test_pages_backward_are_the_whole(thread: list[Message], limit: int) -> None:
    seen, more = page_before(thread, None, limit)
    while more:
        page, more = page_before(thread, seen[0].place, limit)
        seen = page + seen

    assert seen == thread


def test_a_turn_on_the_web_is_what_was_said_and_each_answer_under_names_the_page_knows() -> None:
    turn = Turn(UUID(int=1), "m-1", "hola", [{"text": "¡Hola!"}, {"text": "¿Cuántos sois?"}], AT, 7)

    told = turn.messages("web")

    assert [(each.name, each.author, each.place) for each in told] == [
        ("m-1", "guest", (7, 0)),
        ("m-1/0", "assistant", (7, 1)),
        ("m-1/1", "assistant", (7, 2)),
    ]
    assert [answered_index(each.name) for each in told[1:]] == [("m-1", 1), ("m-1", 2)]


def test_on_channels_that_do_not_fetch_the_answers_are_messages_of_their_own() -> None:
    turn = Turn(UUID(int=1), "wamid.1", "hola", [{"text": "¡Hola!"}], AT, 7)

    assert [each.author for each in turn.messages("whatsapp")] == ["guest"]


@pytest.mark.parametrize("name", ["m-1", "m-1/", "m-1/x", "m-1/-1", "m-1/٣", "m-1/0000", ""])
def test_other_names_are_no_answers(name: str) -> None:
    assert answered_index(name) is None


@given(st.datetimes(timezones=st.just(UTC)), st.uuids())
def test_a_lists_cursor_comes_back_as_it_was(at: datetime, identity: UUID) -> None:
    assert read_thread_cursor(write_thread_cursor(at, identity)) == (at, identity)


@given(st.integers(0, 10**15), st.integers(0, 99))
def test_a_conversations_cursor_comes_back_as_it_was(place: int, index: int) -> None:
    assert read_place_cursor(write_place_cursor((place, index))) == (place, index)


def refused_fields(read: Callable[[str], object], text: str) -> list[str]:
    """The fields that are named when a cursor is refused; none when it is read."""
    try:
        read(text)
    except Refusal as refused:
        return [each.field for each in refused.fields]
    return []


@given(st.text(max_size=60))
def test_any_text_is_a_cursor_or_refused_by_its_field(text: str) -> None:
    for read in (read_place_cursor, read_thread_cursor):
        assert refused_fields(read, text) in ([], ["cursor"])


@pytest.mark.parametrize("text", ["", "no", "====", "MXwy\n", "MXwyfDM", "w7E", "\ud800"])
def test_what_is_no_cursor_is_refused(text: str) -> None:
    assert refused_fields(read_place_cursor, text) == refused_fields(read_thread_cursor, text) == ["cursor"]


def test_a_lists_cursor_without_a_zone_is_refused() -> None:
    with pytest.raises(Refusal):
        read_thread_cursor(write_thread_cursor(AT.replace(tzinfo=None), UUID(int=1)))
