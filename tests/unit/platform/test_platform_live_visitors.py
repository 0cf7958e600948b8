"""Guests' pages on the feed: what is news reaches them once and in order, whatever happens while they come, wait or go."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import gevent
import pytest
from gevent.lock import BoundedSemaphore
from hypothesis import given
from hypothesis import strategies as st
from wsproto.frame_protocol import FrameProtocol, Opcode

from backend.platform.events import Event
from backend.platform.ids import uuid7
from backend.platform.live import chat_requests
from backend.platform.live import visitors as visitors_module
from backend.platform.live.chats import News, Page, Seat
from backend.platform.live.feed import Feed
from backend.platform.live.messages import Numbered
from backend.platform.live.visitors import Visitors
from backend.platform.live.whispers import Whisper, read_whisper
from backend.platform.refusals import Refusal
from backend.settings import Settings

HOUSE, TALK = uuid7(), uuid7()
SESSION = "session-0123456789abcdef"
AT = datetime(2026, 12, 18, tzinfo=UTC)


class Nothing:
    """An outbox without events."""

    def last(self, restaurant_id: UUID) -> int:
        gevent.sleep(0)
        return 0

    def after(self, restaurant_id: UUID, sequence: int, limit: int, upto: int = 0) -> list[Numbered]:
        return []


class Hub:
    """What visitors use of the hub."""

    def __init__(self) -> None:
        self.settings = Settings(chat_visitors_address=2)
        self.companies: list[Any] = []
        self.turns = BoundedSemaphore(4)
        self.house = Feed(HOUSE, Nothing(), lambda _, events: events, replay_limit=10)
        self.sequence = 0

    def start(self) -> None: ...

    def feed(self, restaurant_id: UUID) -> Feed:
        return self.house

    def tell(self, *texts: str) -> None:
        """Events, each of which is news of that text for the session."""
        for text in texts:
            self.sequence += 1
            self.house.hear(self.sequence, Event("conversation.message", HOUSE, TALK, AT, {"text": text}))


@dataclass
class Chats:
    """A conversation whose news are the texts of events. `before_seat` happens while the database is asked."""

    handler: str = "bot"
    is_down: bool = False
    is_broken: bool = False
    typed: list[UUID] = field(default_factory=list)
    before_admit: Callable[[], None] = lambda: None
    before_seat: list[Callable[[], None]] = field(default_factory=list)

    def admit(self, page: Page, restaurant: str, key: str) -> UUID:
        self.before_admit()
        gevent.sleep(0)
        return HOUSE

    def check(self, page: Page, key: str) -> None: ...

    def seat(self, restaurant_id: UUID, session_id: str) -> Seat:
        answer = Seat(TALK, self.handler)
        if self.before_seat:
            self.before_seat.pop()()
            for _ in range(10):
                gevent.sleep(0)
        return answer

    def concerns(self, event: Event) -> bool:
        return "text" in event.data

    def news(self, restaurant_id: UUID, events: Sequence[Event]) -> Sequence[News]:
        gevent.sleep(0)
        if self.is_broken:
            raise KeyError("a defect")
        if self.is_down:
            raise Refusal("unavailable")
        return [self._news(each.data["text"]) for each in events]

    def _news(self, text: str) -> News:
        return News(SESSION, TALK, self.handler, lambda base_url: [{"text": text, "from": base_url}])

    def typing(self, restaurant_id: UUID, conversation_id: UUID) -> None:
        self.typed.append(conversation_id)


class Gauge:
    def inc(self) -> None: ...

    def dec(self) -> None: ...


class Telemetry:
    visitors = Gauge()

    def outcome(self, what: str, outcome: str) -> None: ...


@dataclass
class Browser:
    """The other end of a page's socket."""

    socket: socket.socket
    protocol: FrameProtocol = field(default_factory=lambda: FrameProtocol(client=True, extensions=[]))
    closed: int | None = None

    def say(self, **message: object) -> None:
        self.socket.sendall(self.protocol.send_data(json.dumps(message), fin=True))

    def open(self, session: str = SESSION) -> None:
        self.say(action="open", restaurant="casa", key="pk_a", sessionId=session)

    def heard(self) -> list[dict[str, Any]]:
        """What has arrived since the last look, once the loop has nothing to do."""
        told: list[dict[str, Any]] = []
        for _ in range(20):
            gevent.sleep(0.001)
            try:
                self.protocol.receive_bytes(self.socket.recv(1 << 20))
            except BlockingIOError:
                continue
            for frame in self.protocol.received_frames():
                if frame.opcode is Opcode.TEXT:
                    told.append(json.loads(str(frame.payload)))
                elif frame.opcode is Opcode.CLOSE:
                    self.closed = int(frame.payload[0])
        return told


@dataclass
class Stand:
    """Visitors with their chats, and browsers that come."""

    hub: Hub = field(default_factory=Hub)
    chats: Chats = field(default_factory=Chats)
    browsers: list[Browser] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.visitors = Visitors(self.hub, self.chats, Telemetry())  # type: ignore[arg-type]

    def browser(self, address: str = "10.0.0.1") -> Browser:
        mine, theirs = socket.socketpair()
        theirs.setblocking(False)
        self.visitors.admit_socket(mine.detach(), Page(None, "http://casa.example/", address))
        self.browsers.append(Browser(theirs))
        return self.browsers[-1]

    def seated(self) -> Browser:
        made = self.browser()
        made.open()
        assert made.heard() == [{"type": "opened", "handler": self.chats.handler}]
        return made


@pytest.fixture
def stand() -> Iterator[Stand]:
    made = Stand()
    yield made
    made.visitors.abort()
    for each in made.browsers:
        each.socket.close()


def texts(told: Sequence[dict[str, Any]]) -> list[str]:
    return [each["message"]["text"] for each in told if each["type"] == "message"]


def test_what_is_said_reaches_every_page_of_the_session_in_order(stand: Stand) -> None:
    pages = [stand.seated(), stand.seated()]

    stand.hub.tell("uno", "dos", "tres")

    assert [texts(page.heard()) for page in pages] == [["uno", "dos", "tres"]] * 2


def test_addresses_in_messages_are_those_by_which_the_page_reaches_us(stand: Stand) -> None:
    page = stand.seated()

    stand.hub.tell("uno")

    assert page.heard()[0]["message"]["from"] == "http://casa.example"


def test_who_has_the_thread_is_told_when_it_changes_and_only_then(stand: Stand) -> None:
    page = stand.seated()
    stand.chats.handler = "staff"

    stand.hub.tell("uno", "dos")

    assert [each["type"] for each in page.heard()] == ["handler", "message", "message"]


def test_news_that_come_while_a_page_is_let_in_are_no_older_than_what_it_is_told(stand: Stand) -> None:
    def taken() -> None:
        stand.chats.handler = "staff"
        stand.hub.tell("uno")

    stand.chats.before_seat.append(taken)
    page = stand.browser()
    page.open()

    assert page.heard() == [{"type": "opened", "handler": "staff"}]


def test_a_page_that_leaves_while_it_is_let_in_is_not_kept(stand: Stand) -> None:
    page = stand.browser()

    def leaves() -> None:
        page.socket.close()
        gevent.sleep(0.01)

    stand.chats.before_admit = leaves
    page.open()
    for _ in range(20):
        gevent.sleep(0.001)

    assert stand.visitors.left == 0
    assert stand.hub.house.is_idle


def test_the_feed_is_let_go_with_the_last_page(stand: Stand) -> None:
    pages = [stand.seated(), stand.seated()]
    pages[0].socket.close()
    gevent.sleep(0.01)
    assert not stand.hub.house.is_idle

    pages[1].socket.close()
    gevent.sleep(0.01)

    assert stand.hub.house.is_idle


def test_news_wait_for_the_database_and_come_once_and_in_order(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visitors_module, "_AGAIN_S", 0.001)
    page = stand.seated()
    stand.chats.is_down = True
    stand.hub.tell("uno", "dos")
    assert page.heard() == []

    stand.hub.tell("tres")
    stand.chats.is_down = False

    assert texts(page.heard()) == ["uno", "dos", "tres"]


def test_pages_come_back_when_news_cannot_be_told(stand: Stand, caplog: pytest.LogCaptureFixture) -> None:
    page = stand.seated()
    stand.chats.is_broken = True

    stand.hub.tell("uno")

    assert page.heard() == []
    assert page.closed == 1013
    assert "could not be told" in caplog.text


def test_more_news_than_can_wait_send_pages_away(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitors_module, "_WAITING", 3)
    page = stand.seated()
    stand.chats.is_down = True

    stand.hub.tell(*"abcdefgh")
    page.heard()

    assert page.closed == 1013


def test_events_of_other_things_are_not_looked_up(stand: Stand) -> None:
    page = stand.seated()
    stand.chats.is_broken = True

    stand.hub.house.hear(1, Event("reservation.created", HOUSE, uuid7(), AT, {}))

    assert page.heard() == []
    assert page.closed is None


def test_typing_is_told_to_the_page_of_that_thread_alone(stand: Stand) -> None:
    page = stand.seated()

    stand.hub.house.whisper(Whisper(HOUSE, uuid7(), "staff"))
    stand.hub.house.whisper(Whisper(HOUSE, TALK, "staff"))

    assert page.heard() == [{"type": "typing", "author": "staff"}]


def test_a_guest_who_types_fast_is_told_of_once_a_second(stand: Stand) -> None:
    stand.chats.handler = "staff"
    page = stand.seated()

    for _ in range(20):
        page.say(action="typing")
    page.heard()

    assert stand.chats.typed == [TALK]


def test_a_guest_who_types_to_the_assistant_is_not_told_of(stand: Stand) -> None:
    page = stand.seated()

    page.say(action="typing")
    page.heard()

    assert stand.chats.typed == []


def test_a_page_that_reads_nothing_is_cut_off_and_others_hear_on(stand: Stand) -> None:
    slow, page = stand.seated(), stand.seated()
    large = "x" * 100_000

    for _ in range(12):
        stand.hub.tell(large)
        assert texts(page.heard()) == [large]

    assert stand.visitors.left == 1
    assert slow.socket.fileno() > 0


def test_room_of_an_address_is_given_back(stand: Stand) -> None:
    pages = [stand.browser(), stand.browser()]
    assert not stand.visitors.has_room("10.0.0.1")
    assert stand.visitors.has_room("10.0.0.2")

    pages[0].socket.close()
    gevent.sleep(0.01)

    assert stand.visitors.has_room("10.0.0.1")


def test_a_silent_page_is_let_go(stand: Stand) -> None:
    stand.seated()

    stand.visitors.beat(10**9)

    assert stand.visitors.left == 0


def test_at_a_stop_pages_are_told_to_come_back(stand: Stand) -> None:
    page = stand.seated()

    stand.visitors.send_away()
    page.heard()

    assert page.closed == 1001


@given(st.text() | st.dictionaries(st.text(), st.none() | st.text() | st.integers()).map(json.dumps))
def test_whatever_a_page_says_is_read_or_not(said: str) -> None:
    assert chat_requests.read(said) is None or json.loads(said)["action"] in {"ping", "typing", "open"}


@given(st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=120))
def test_only_sessions_that_cannot_be_guessed_are_opened(session: str) -> None:
    said = json.dumps({"action": "open", "restaurant": "casa", "key": "pk_a", "sessionId": session})

    assert (chat_requests.read(said) is not None) is (16 <= len(session) <= 100)


def test_an_announcement_of_an_event_is_no_whisper() -> None:
    assert read_whisper({"sequence": 1, "type": "reservation.created"}) is None
    assert read_whisper({"typing": True}) is None
