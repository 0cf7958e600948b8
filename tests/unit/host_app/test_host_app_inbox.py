"""The inbox of a whole device without its window, against a server on loopback: what is said appears, answers go once or ask."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from stand_in_inbox import StandInInbox
from stand_in_server import StandInServer

from host_app.core.conversations import GOES_BY_ITSELF
from host_app.core.inbox import Conversation, Inbox
from host_app.core.line import Line
from host_app.core.ports import RejectedError
from host_app.core.postbox import Postbox
from host_app.core.records import Enrolment
from host_app.core.server_clock import ServerClock, system_now
from host_app.devices.inbox_server import HttpInbox
from host_app.devices.sealing import Seal
from host_app.devices.server import HttpServer
from host_app.devices.store import SqliteJournal
from host_app.runtime import Host
from host_app.wiring import build


@pytest.fixture
def chats() -> Iterator[StandInInbox]:
    chats = StandInInbox(StandInServer())
    with chats.server.running():
        yield chats


@pytest.fixture
def host(tmp_path: Path, chats: StandInInbox) -> Iterator[Host]:
    host = build(tmp_path / "tablet")
    host.start()
    host.enrol(chats.server.url, chats.server.enrolment_code, "Main door")
    assert eventually(lambda: host.inbox.listed and "GET /ws" in chats.server.calls)
    yield host
    host.stop()


class Device:
    """An inbox whose rounds the test makes itself, with a clock that can be put forward."""

    def __init__(self, folder: Path, chats: StandInInbox) -> None:
        server = chats.server
        self.ahead = timedelta(0)
        self.journal = SqliteJournal(folder / "host.sqlite3", Seal(b"k" * 32))
        client = HttpServer(ServerClock(), language=lambda: "es")
        client.use(Enrolment(server.url, "d", "Door", server.restaurant_id, server.token))
        self.inbox = Inbox(self.journal, self)
        self.postbox = Postbox(inbox=self.inbox, server=HttpInbox(client), line=Line(), clock=self)

    def now(self) -> datetime:
        return system_now() + self.ahead

    def states(self) -> list[str]:
        return [each.state for each in self.inbox.own()]


@pytest.fixture
def device(tmp_path: Path, chats: StandInInbox) -> Iterator[Device]:
    device = Device(tmp_path, chats)
    yield device
    device.journal.close()


def eventually(happened: Callable[[], object], seconds: float = 10.0) -> bool:
    """Whether it happened within the time; looks often, so that a pass is quick."""
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def opened(host: Host, thread_id: UUID) -> Conversation:
    found = host.inbox.conversation(thread_id)
    assert found is not None
    return found


def words(host: Host, thread_id: UUID) -> list[str]:
    found = host.inbox.conversation(thread_id)
    return [each.text for each in found.messages] if found else []


# live


def test_what_a_guest_says_appears_by_itself_and_the_nights_list_is_not_fetched_for_it(
    host: Host, chats: StandInInbox
) -> None:
    manifests = chats.server.calls.count("GET /api/v1/devices/manifest")
    thread_id = chats.thread("¿Tenéis trona?")

    assert eventually(lambda: words(host, thread_id) == ["¿Tenéis trona?"])
    assert host.inbox.unread() == 1
    assert chats.server.calls.count("GET /api/v1/devices/manifest") == manifests


def test_what_was_said_while_the_feed_was_cut_is_there_when_it_is_back(
    host: Host, chats: StandInInbox
) -> None:
    thread_id = chats.thread("Hola")
    assert eventually(lambda: words(host, thread_id) == ["Hola"])
    chats.server.history_kept = 0  # too much was missed: the server says reload
    chats.server.drop_sockets()
    chats.say(thread_id, "¿Hay alguien?")

    assert eventually(lambda: words(host, thread_id) == ["Hola", "¿Hay alguien?"])


def test_a_guest_who_types_is_shown(host: Host, chats: StandInInbox) -> None:
    thread_id = chats.thread("Hola")
    assert eventually(lambda: words(host, thread_id))
    chats.server.whisper({"type": "typing", "conversationId": str(thread_id), "author": "guest"})

    assert eventually(lambda: opened(host, thread_id).guest_is_typing)


def test_an_answer_is_said_and_the_guest_no_longer_waits(host: Host, chats: StandInInbox) -> None:
    thread_id = chats.thread("Hola")
    assert eventually(lambda: words(host, thread_id))
    host.inbox.write(thread_id, "Dime.")
    host.inbox_thread.wake()

    assert eventually(lambda: words(host, thread_id) == ["Hola", "Dime."])
    assert opened(host, thread_id).own == ()
    assert [each.since for each in host.inbox.threads("staff")] == [None]


def test_a_thread_is_taken_read_and_handed_back(host: Host, chats: StandInInbox) -> None:
    thread_id = chats.thread("Hola", handler="bot")
    host.postbox.look_at(thread_id, assistant_shown=True)
    host.inbox_thread.wake()
    assert eventually(lambda: [each.thread.id for each in host.inbox.threads("bot")] == [thread_id])
    host.inbox_thread.submit(host.postbox.take, thread_id).result(10)
    taken = [each.thread.id for each in host.inbox.threads("staff")]
    host.inbox_thread.submit(host.postbox.mark_read, thread_id).result(10)
    host.inbox_thread.submit(host.postbox.typing, thread_id).result(10)
    host.inbox_thread.submit(host.postbox.release, thread_id).result(10)

    assert (taken, chats.typed) == ([thread_id], [str(thread_id)])
    assert (host.inbox.threads("staff"), host.inbox.unread()) == ([], 0)


def test_what_cannot_be_done_is_told_to_whoever_asked(host: Host, chats: StandInInbox) -> None:
    thread_id = chats.thread("Hola")
    chats.erase(thread_id)

    with pytest.raises(RejectedError) as refusal:
        host.inbox_thread.submit(host.postbox.take, thread_id).result(10)
    assert refusal.value.code == "not_found"


def test_a_revoked_device_forgets_all_conversations_and_what_was_to_be_said(
    host: Host, chats: StandInInbox
) -> None:
    thread_id = chats.thread("Hola")
    assert eventually(lambda: words(host, thread_id))
    chats.server.fail_with = 503
    host.inbox.write(thread_id, "Dime.")
    chats.server.revoked, chats.server.fail_with = True, None
    host.refresh()

    assert eventually(lambda: host.enrolment is None and host.inbox.conversation(thread_id) is None)
    assert eventually(lambda: host.inbox.own() == [] and host.journal.unsent_answers() == [])


# answers that do not go at once


def test_an_answer_of_which_only_the_news_was_lost_is_one_message(
    device: Device, chats: StandInInbox
) -> None:
    thread_id = chats.thread("Hola")
    chats.lose_answers = 1
    device.inbox.write(thread_id, "Dime.")
    went_well = device.postbox.round()
    after_the_loss = device.states()
    device.postbox.round()

    assert (went_well, after_the_loss, device.states()) == (False, ["unsent"], [])
    assert chats.texts(thread_id, "staff") == ["Dime."]
    shown = device.inbox.conversation(thread_id)
    assert shown is not None
    assert [each.text for each in shown.messages] == ["Hola", "Dime."]


def test_an_answer_that_is_too_old_when_the_server_is_back_asks_and_goes_when_a_person_says_so(
    device: Device, chats: StandInInbox
) -> None:
    thread_id = chats.thread("Hola")
    chats.server.fail_with = 503
    answer = device.inbox.write(thread_id, "Dime.")
    device.postbox.round()
    device.ahead = GOES_BY_ITSELF + timedelta(seconds=5)
    device.postbox.round()
    while_away = device.states()
    chats.server.fail_with = None
    device.postbox.round()
    unasked = chats.texts(thread_id, "staff")
    device.inbox.send_again(answer.message_id)
    device.postbox.round()

    assert (while_away, unasked) == (["held"], [])
    assert (device.states(), chats.texts(thread_id, "staff")) == ([], ["Dime."])


def test_an_answer_asks_when_a_colleague_has_answered_during_the_outage(
    device: Device, chats: StandInInbox
) -> None:
    thread_id = chats.thread("Hola")
    chats.server.fail_with = 503
    device.inbox.write(thread_id, "Dime.")
    device.postbox.round()
    chats.server.fail_with = None
    chats.say(thread_id, "Hola, soy Marta.", "staff")
    device.postbox.round()

    assert (device.states(), chats.texts(thread_id, "staff")) == (["held"], ["Hola, soy Marta."])


def test_an_answer_that_is_refused_says_why_and_holds_up_nothing(device: Device, chats: StandInInbox) -> None:
    thread_id = chats.thread("Hola")
    chats.refuse_with = "validation_failed"
    device.inbox.write(thread_id, "Dime.")
    went_well = device.postbox.round()

    [refused] = device.inbox.own()
    assert (went_well, refused.state, refused.code) == (True, "refused", "validation_failed")


def test_handing_back_keeps_an_unsent_answer_from_going_after_all(
    device: Device, chats: StandInInbox
) -> None:
    thread_id = chats.thread("Hola")
    chats.server.fail_with = 503
    device.inbox.write(thread_id, "Dime.")
    device.postbox.round()
    chats.server.fail_with = None
    device.postbox.release(thread_id)
    device.postbox.round()

    assert (device.states(), chats.texts(thread_id, "staff")) == (["held"], [])


# long threads


def test_a_long_absence_leaves_no_gap_in_a_thread(device: Device, chats: StandInInbox) -> None:
    thread_id = chats.thread("0")
    device.postbox.round()
    for number in range(1, 100):
        chats.say(thread_id, str(number))
    device.postbox.note_list_due()
    device.postbox.round()

    shown = device.inbox.conversation(thread_id)
    assert shown is not None
    assert [each.text for each in shown.messages] == [str(number) for number in range(100)]


def test_what_was_said_before_comes_when_it_is_asked_for(device: Device, chats: StandInInbox) -> None:
    thread_id = chats.thread(*(str(number) for number in range(60)))
    device.postbox.round()
    first = device.inbox.conversation(thread_id)
    device.postbox.fetch_earlier(thread_id)
    whole = device.inbox.conversation(thread_id)

    assert first is not None
    assert whole is not None
    assert (len(first.messages), first.has_earlier) == (40, True)
    assert (len(whole.messages), whole.has_earlier) == (60, False)


def test_an_erased_thread_goes_from_the_screen(device: Device, chats: StandInInbox) -> None:
    thread_id = chats.thread("Hola")
    device.postbox.round()
    chats.erase(thread_id)
    device.postbox.look_at(thread_id, assistant_shown=False)
    device.postbox.round()

    assert device.inbox.conversation(thread_id) is None
