"""A feed shows every event once and in order to every screen, whatever is lost, repeated or reordered on the way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import UUID

import gevent
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.platform.events import Event
from backend.platform.ids import uuid7
from backend.platform.live import feed as feed_module
from backend.platform.live.feed import Feed
from backend.platform.live.messages import Frame, Numbered
from backend.platform.refusals import Refusal

HOUSE = uuid7()


def made(sequence: int) -> Event:
    return Event(
        "reservation.updated", HOUSE, uuid7(), datetime(2026, 12, 18, tzinfo=UTC), {"number": sequence}
    )


@dataclass
class Outbox:
    """The database: events 1, 2, 3, …; each question takes a moment, in which other things happen."""

    events: list[Event] = field(default_factory=list)
    up: bool = True
    questions: int = 0

    def commit(self) -> int:
        self.events.append(made(len(self.events) + 1))
        return len(self.events)

    def last(self, restaurant_id: UUID) -> int:
        answer = len(self.events)
        self._wait()
        return answer

    def after(self, restaurant_id: UUID, sequence: int, limit: int, upto: int = 2**63) -> list[Numbered]:
        numbered = list(enumerate(self.events, 1))
        self._wait()
        return [(number, event) for number, event in numbered if sequence < number <= upto][:limit]

    def _wait(self) -> None:
        self.questions += 1
        for _ in range(3):
            gevent.sleep(0)
        if not self.up:
            raise Refusal("unavailable")


@dataclass(eq=False)
class Viewer:
    """A screen: the numbers it was shown, in order; `reloads` counts being told to reload, `began` is the last "subscribed"."""

    is_house: bool = True
    is_open: bool = True
    feed: Feed | None = None
    seen: int = 0
    began: int = -1
    numbers: list[int] = field(default_factory=list)
    bytes: list[bytes] = field(default_factory=list)
    reloads: int = 0

    def send(self, data: bytes) -> None:
        self.bytes.append(data)
        self.numbers += [int(part.split(b",", 1)[0]) for part in data.split(b'"id":')[1:]]

    def begin(self, last: int, missed: Sequence[Frame] | None) -> None:
        self.began = last
        self.reloads += missed is None
        self.numbers += [frame.sequence for frame in missed or ()]
        assert not missed or missed[-1].sequence == last


def same(_restaurant: UUID, events: Sequence[Event]) -> Sequence[Event]:
    gevent.sleep(0)
    return events


def feed_on(outbox: Outbox, *, replay_limit: int = 1000) -> Feed:
    return Feed(HOUSE, outbox, same, replay_limit=replay_limit)


def settle() -> None:
    """Lets everything that is under way come to its end."""
    for _ in range(200):
        gevent.sleep(0)


ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("commit"), st.integers(1, 4)),
        st.tuples(st.just("announce"), st.integers(0, 6)),
        st.tuples(st.just("join"), st.integers(-1, 12)),
        st.tuples(st.just("rejoin"), st.integers(0, 5)),
        st.tuples(st.just("leave"), st.integers(0, 5)),
        st.tuples(st.just("look"), st.just(0)),
        st.tuples(st.just("tidy"), st.just(0)),
        st.tuples(st.just("pass"), st.integers(1, 4)),
        st.tuples(st.just("outage"), st.integers(0, 1)),
    ),
    max_size=80,
)


@contextmanager
def small_bounds() -> Iterator[None]:
    """Every bound so small that a few events meet it, and others get a turn after every screen."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"_BATCH": 3, "_KEPT": 2, "_HEARD": 5, "_TURN": 1}.items():
            patch.setattr(feed_module, name, value)
        yield


@settings(max_examples=600, deadline=None)
@given(ACTIONS)
def test_every_screen_sees_each_event_once_and_in_order(actions: list[tuple[str, int]]) -> None:
    with small_bounds():
        Play().run(actions)


class Play:
    """Does one thing after the other, and counts what every screen was shown."""

    def __init__(self) -> None:
        self.outbox = Outbox()
        self.feed = feed_on(self.outbox)
        self.screens: list[Viewer] = []
        self.firsts: dict[Viewer, int] = {}
        self.gone: set[Viewer] = set()

    def run(self, actions: list[tuple[str, int]]) -> None:
        for action, value in actions:
            getattr(self, action)(value)
        self.outbox.up = True
        settle()
        self.feed.look()
        settle()
        for screen in self.screens:
            end = screen.numbers[-1] if screen in self.gone and screen.numbers else len(self.outbox.events)
            if screen not in self.gone or screen.numbers:
                assert screen.numbers == list(range(self.firsts[screen], end + 1))

    def commit(self, count: int) -> None:
        for _ in range(count):
            self.outbox.commit()

    def announce(self, age: int) -> None:
        """Late, early, again, or never."""
        sequence = len(self.outbox.events) - age
        if sequence > 0:
            self.feed.hear(sequence, self.outbox.events[sequence - 1])

    def join(self, after: int) -> None:
        gevent.spawn(self._join, Viewer(), None if after < 0 else after)

    def _join(self, screen: Viewer, after: int | None) -> None:
        try:
            self.feed.join(screen, after)
        except Refusal:
            return  # the screen is told, and comes again
        self.screens.append(screen)
        self.firsts[screen] = screen.began + 1 if after is None or screen.reloads else after + 1

    def rejoin(self, place: int) -> None:
        """A screen subscribes anew with the last number it saw."""
        if place < len(self.screens) and self.screens[place] not in self.gone and self.screens[place].feed:
            screen = self.screens[place]
            self.feed.leave(screen)
            last = screen.numbers[-1] if screen.numbers else self.firsts[screen] - 1
            gevent.spawn(self._rejoin, screen, last)

    def _rejoin(self, screen: Viewer, last: int) -> None:
        try:
            self.feed.join(screen, last)
        except Refusal:
            self.gone.add(screen)

    def leave(self, place: int) -> None:
        if place < len(self.screens) and self.screens[place].feed:
            self.feed.leave(self.screens[place])
            self.gone.add(self.screens[place])

    def look(self, _: int) -> None:
        self.feed.look()

    def tidy(self, _: int) -> None:
        self.feed.tidy()

    def outage(self, up: int) -> None:
        self.outbox.up = bool(up)

    def __getattr__(self, name: str) -> object:
        return {"pass": self._let_others}[name]

    def _let_others(self, turns: int) -> None:
        for _ in range(turns):
            gevent.sleep(0)


def test_announcements_in_order_need_no_question() -> None:
    outbox = Outbox()
    feed, screen = feed_on(outbox), Viewer()
    feed.join(screen, None)
    before = outbox.questions
    for _ in range(20):
        sequence = outbox.commit()
        feed.hear(sequence, outbox.events[sequence - 1])
        settle()
    assert screen.numbers == list(range(1, 21))
    assert outbox.questions == before


def test_many_who_come_back_at_once_cost_one_question() -> None:
    outbox = Outbox()
    feed = feed_on(outbox)
    feed.join(Viewer(), None)
    for _ in range(100):
        outbox.commit()
    feed.look()
    settle()
    for _ in range(150):
        outbox.commit()  # now the oldest frames are forgotten
    feed.look()
    settle()
    feed.tidy()
    before = outbox.questions
    crowd = [Viewer() for _ in range(50)]
    gevent.joinall([gevent.spawn(feed.join, screen, 10) for screen in crowd])
    assert {tuple(screen.numbers) for screen in crowd} == {tuple(range(11, 251))}
    assert outbox.questions == before + 1


def test_a_burst_larger_than_a_batch_is_shown_whole() -> None:
    outbox = Outbox()
    feed, screen = feed_on(outbox), Viewer()
    feed.join(screen, None)
    for _ in range(1234):
        outbox.commit()
    feed.look()
    settle()
    assert screen.numbers == list(range(1, 1235))


def test_more_announcements_than_can_wait_are_read_from_the_database_instead() -> None:
    outbox = Outbox()
    feed, screen = feed_on(outbox), Viewer()
    feed.join(screen, None)
    for _ in range(2500):
        sequence = outbox.commit()
        feed.hear(sequence, outbox.events[sequence - 1])
    settle()
    assert screen.numbers == list(range(1, 2501))


def test_an_announcement_of_another_database_is_forgotten() -> None:
    outbox = Outbox()
    feed, screen = feed_on(outbox), Viewer()
    feed.join(screen, None)
    feed.hear(77, made(77))
    settle()
    sequence = outbox.commit()
    feed.hear(sequence, outbox.events[0])
    settle()
    assert screen.numbers == [1]


@pytest.mark.parametrize(("missed", "reloads"), [(5, 0), (6, 1)])
def test_the_replay_limit_is_what_is_remembered(missed: int, reloads: int) -> None:
    outbox = Outbox()
    feed, screen = feed_on(outbox, replay_limit=5), Viewer()
    for _ in range(missed):
        outbox.commit()
    feed.join(screen, 0)
    assert screen.reloads == reloads
    assert screen.numbers == ([] if reloads else list(range(1, missed + 1)))


def test_events_that_are_no_longer_there_mean_a_reload() -> None:
    outbox = Outbox()
    feed, screen = feed_on(outbox), Viewer()
    for _ in range(5):
        outbox.commit()
    outbox.after = lambda *_: []  # type: ignore[method-assign, assignment]
    feed.join(screen, 2)
    assert screen.reloads == 1


def test_a_screen_that_left_while_it_was_joining_is_not_kept() -> None:
    outbox = Outbox()
    feed, screen = feed_on(outbox), Viewer(is_open=False)
    feed.join(screen, None)
    assert feed.is_idle
    assert screen.began == -1


def test_without_the_database_a_new_screen_is_refused_and_an_old_one_waits() -> None:
    outbox = Outbox()
    feed, old = feed_on(outbox), Viewer()
    feed.join(old, None)
    outbox.commit()
    outbox.up = False
    feed.look()
    settle()
    with pytest.raises(Refusal):
        feed_on(outbox).join(Viewer(), None)
    assert old.numbers == []
    outbox.up = True
    feed.look()
    settle()
    assert old.numbers == [1]


def test_a_defect_in_the_enrichment_shows_the_event_without_its_guest() -> None:
    def broken(_restaurant: UUID, _events: Sequence[Event]) -> Sequence[Event]:
        raise ZeroDivisionError

    outbox = Outbox()
    feed, screen = Feed(HOUSE, outbox, broken, replay_limit=10), Viewer()
    feed.join(screen, None)
    outbox.commit()
    feed.look()
    settle()
    assert screen.numbers == [1]


def test_an_enrichment_that_drops_an_event_does_not_drop_it_from_the_screen() -> None:
    outbox = Outbox()
    feed, screen = Feed(HOUSE, outbox, lambda _restaurant, events: events[1:], replay_limit=10), Viewer()
    feed.join(screen, None)
    outbox.commit()
    outbox.commit()
    feed.look()
    settle()
    assert screen.numbers == [1, 2]


def test_the_house_and_a_partner_get_the_same_events_in_their_own_words() -> None:
    def name(_restaurant: UUID, events: Sequence[Event]) -> Sequence[Event]:
        return [replace(event, data={**event.data, "guest": {"name": "Lucía"}}) for event in events]

    outbox = Outbox()
    feed = Feed(HOUSE, outbox, name, replay_limit=10)
    house, partner = Viewer(), Viewer(is_house=False)
    feed.join(house, None)
    feed.join(partner, None)
    outbox.commit()
    feed.look()
    settle()
    assert house.numbers == partner.numbers == [1]
    assert "Lucía".encode() in house.bytes[0]
    assert b"guest" not in partner.bytes[0]


def test_a_screen_that_comes_again_while_others_are_served_sees_the_event_once() -> None:
    outbox = Outbox()
    feed = feed_on(outbox)

    def other_comes_again(other: Viewer) -> None:
        feed.leave(other)
        feed.join(other, 0)

    class Served(Viewer):
        """Whoever is served first makes the other come again before its turn."""

        other: Viewer

        def send(self, data: bytes) -> None:
            super().send(data)
            if not self.other.numbers:
                gevent.spawn(other_comes_again, self.other)

    first, second = Served(), Served()
    first.other, second.other = second, first
    feed.join(first, None)
    feed.join(second, None)
    with small_bounds():
        outbox.commit()
        feed.look()
        settle()
    assert (first.numbers, second.numbers) == ([1], [1])


def test_frames_forgotten_while_older_ones_are_read_leave_no_gap() -> None:
    outbox = Outbox()
    feed, screen = feed_on(outbox), Viewer()
    feed.join(Viewer(), None)

    def show(count: int) -> None:
        for _ in range(count):
            outbox.commit()
        feed.look()
        settle()

    with small_bounds():
        show(6)
        feed.tidy()
        show(6)
        joining = gevent.spawn(feed.join, screen, 1)
        gevent.sleep(0)  # the database has been asked, and has not answered yet
        feed.tidy()
        joining.join()
    assert screen.numbers == list(range(2, 13))
