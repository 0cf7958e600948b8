"""The inbox's decisions without a window and a network: merging what is told, who waits, and when an answer may still go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from host_app.core.conversations import (
    GOES_BY_ITSELF,
    Handler,
    Message,
    OwnAnswer,
    Thread,
    Waiting,
    in_order,
    listed,
    next_step,
    waiting_since,
    with_messages,
)
from host_app.core.inbox import Inbox

EIGHT = datetime(2026, 12, 18, 19, 0, tzinfo=UTC)
IDS = [UUID(int=number) for number in range(1, 4)]


class Drawer:
    """The device's disk, as far as the inbox needs it."""

    def __init__(self) -> None:
        self.kept: list[OwnAnswer] = []

    def unsent_answers(self) -> list[OwnAnswer]:
        return list(self.kept)

    def keep_unsent_answers(self, answers: Sequence[OwnAnswer]) -> None:
        self.kept = list(answers)


class Stopped:
    """A clock that stands where it is put."""

    def __init__(self) -> None:
        self.at = EIGHT

    def now(self) -> datetime:
        return self.at


def minute(number: int) -> datetime:
    return EIGHT + timedelta(minutes=number)


def a_thread(thread_id: UUID = IDS[0], handler: Handler = "staff", **more: Any) -> Thread:
    known: dict[str, Any] = {
        "channel": "web",
        "reason_text": None,
        "name": "Lucía",
        "language": "es",
        "last_text": "Hola",
        "last_at": EIGHT,
        "unread": 1,
        "handed_over_at": EIGHT if handler == "staff" else None,
    }
    return Thread(id=thread_id, handler=handler, **{**known, **more})


def a_message(number: int, author: Any = "guest", **more: Any) -> Message:
    return Message(
        **{"id": f"m{number}", "author": author, "text": f"words {number}", "at": minute(number), **more}
    )


def said(*messages: Message) -> dict[str, Message]:
    return with_messages({}, messages)


# merging


@st.composite
def tellings(draw: st.DrawFn) -> list[Any]:
    """What a server says of a few threads in the course of an evening, each telling with the number of its question."""
    found: list[Any] = []
    for asked in range(1, draw(st.integers(2, 9))):
        handler: Handler = draw(st.sampled_from(["staff", "bot"]))
        thread = a_thread(draw(st.sampled_from(IDS)), handler, unread=asked, last_at=minute(asked))
        first, last = sorted(draw(st.tuples(st.integers(0, 12), st.integers(0, 12))))
        page = [
            a_message(each, "staff", state=draw(st.sampled_from(["waiting", "sent", "read"])))
            if each % 2
            else a_message(each)
            for each in range(first, last + 1)
        ]
        kind = draw(st.sampled_from(["list", "page", "thread"]))
        if kind == "list":
            there = draw(st.sets(st.sampled_from(IDS)))
            found.append(
                ("list", handler, [a_thread(each, handler, unread=asked) for each in sorted(there)], asked)
            )
        elif kind == "page":
            found.append(("page", thread, page, str(first) if first else None, asked))
        else:
            found.append(("thread", thread, asked))
    return found


def told(order: Sequence[Any]) -> Any:
    inbox = Inbox(Drawer(), Stopped())
    for kind, *rest in order:
        if kind == "list":
            handler, threads, asked = rest
            inbox.learn_list(handler, threads, asked, whole=True)
        elif kind == "page":
            inbox.learn_said(*rest)
        else:
            inbox.learn_thread(*rest)
    shown = [inbox.threads("staff"), inbox.threads("bot"), inbox.unread()]
    return shown, [inbox.conversation(each) for each in IDS], [inbox.earlier(each) for each in IDS]


@given(tellings(), st.randoms(use_true_random=False))
def test_any_order_of_lists_pages_and_news_gives_the_same_inbox(found: list[Any], chance: Any) -> None:
    shuffled = list(found)
    chance.shuffle(shuffled)

    assert told(shuffled) == told(found)


@given(tellings())
def test_what_is_told_twice_changes_nothing(found: list[Any]) -> None:
    assert told([*found, *found]) == told(found)


def test_messages_of_one_instant_stand_as_they_were_said_the_guest_then_the_answers() -> None:
    turn = a_message(0, id="t1"), a_message(0, "assistant", id="t1/0"), a_message(0, "assistant", id="t1/10")
    second = a_message(0, "assistant", id="t1/2")

    ordered = in_order(said(turn[2], second, turn[1], turn[0]))

    assert [each.id for each in ordered] == ["t1", "t1/0", "t1/2", "t1/10"]


def test_a_message_never_goes_back_to_an_earlier_state() -> None:
    read, sent = a_message(1, "staff", state="read"), a_message(1, "staff", state="sent")

    assert with_messages(said(read), [sent])["m1"].state == "read"


# who waits


def test_a_guest_waits_since_the_first_message_that_no_person_has_answered() -> None:
    asked, again = a_message(3), a_message(5)

    assert waiting_since(a_thread(), said(a_message(1), a_message(2, "staff"), asked, again)) == minute(3)


def test_nobody_waits_when_a_person_spoke_last_or_the_assistant_has_the_thread() -> None:
    assert waiting_since(a_thread(), said(a_message(1), a_message(2, "staff"))) is None
    assert waiting_since(a_thread(handler="bot"), said(a_message(1))) is None


def test_what_was_said_to_the_assistant_before_does_not_count_as_waiting() -> None:
    handed_over = a_thread(handed_over_at=minute(30))

    assert waiting_since(handed_over, said(a_message(1), a_message(29))) == minute(30)
    assert waiting_since(handed_over, {}) == minute(30)


def test_who_waits_longest_comes_first_and_then_what_was_touched_last() -> None:
    long, short = Waiting(a_thread(IDS[0]), minute(1)), Waiting(a_thread(IDS[1]), minute(9))
    old, new = (
        Waiting(a_thread(IDS[2], last_at=minute(2)), None),
        Waiting(a_thread(UUID(int=9), last_at=minute(8)), None),
    )

    assert listed([old, short, new, long]) == [long, short, new, old]


# own answers


def an_answer(**more: Any) -> OwnAnswer:
    return OwnAnswer(
        **{"message_id": "a1", "thread_id": IDS[0], "text": "Claro.", "at": EIGHT, "state": "unsent", **more}
    )


def test_an_answer_goes_by_itself_for_a_while_and_then_asks() -> None:
    assert next_step(an_answer(), {}, a_thread(), EIGHT + GOES_BY_ITSELF) == "sending"
    assert next_step(an_answer(), {}, a_thread(), EIGHT + GOES_BY_ITSELF + timedelta(seconds=1)) == "held"


def test_an_answer_asks_when_somebody_else_has_answered_meanwhile() -> None:
    other = said(a_message(1, "staff", text="Ya está."))

    assert next_step(an_answer(), other, a_thread(), minute(1)) == "held"


def test_an_answer_that_had_arrived_after_all_is_sent_again_because_it_is_the_same_message() -> None:
    arrived = said(a_message(1, "staff", text="Claro."))

    assert next_step(an_answer(), arrived, a_thread(), minute(1)) == "sending"


def test_an_answer_is_shown_as_under_way_and_then_once_as_what_was_said() -> None:
    drawer = Drawer()
    inbox = Inbox(drawer, Stopped())
    inbox.learn_said(a_thread(), [a_message(1)], None, inbox.ask(), is_end=True)
    answer = inbox.write(IDS[0], "Claro.")
    under_way = inbox.conversation(IDS[0])
    inbox.learn_sent(answer.message_id, a_message(2, "staff", text="Claro."))
    sent = inbox.conversation(IDS[0])

    assert under_way is not None
    assert sent is not None
    assert [each.state for each in under_way.own] == ["sending"]
    assert (sent.own, [each.text for each in sent.messages]) == ((), ["words 1", "Claro."])
    assert drawer.kept == []


def test_an_app_that_is_killed_finds_its_unsent_answer_and_does_not_believe_it_was_sent() -> None:
    drawer = Drawer()
    written = Inbox(drawer, Stopped()).write(IDS[0], "Claro.")

    [found] = Inbox(drawer, Stopped()).own()

    assert (found.message_id, found.state) == (written.message_id, "unsent")


def test_an_erased_conversation_takes_what_was_to_be_said_in_it_along() -> None:
    drawer = Drawer()
    inbox = Inbox(drawer, Stopped())
    inbox.learn_thread(a_thread(), inbox.ask())
    inbox.write(IDS[0], "Claro.")
    inbox.learn_gone(IDS[0], inbox.ask())

    assert (inbox.conversation(IDS[0]), inbox.threads("staff"), drawer.kept) == (None, [], [])


def test_a_guest_who_stopped_typing_is_not_shown_as_typing() -> None:
    clock = Stopped()
    inbox = Inbox(Drawer(), clock)
    inbox.learn_thread(a_thread(), inbox.ask())
    inbox.learn_typing(IDS[0])
    typing = inbox.conversation(IDS[0])
    clock.at += timedelta(seconds=6)
    later = inbox.conversation(IDS[0])

    assert (typing and typing.guest_is_typing, later and later.guest_is_typing) == (True, False)
