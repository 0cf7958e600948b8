"""The whole device without its window, against a server on loopback: enrol, follow the evening, check in,
lose the network.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from stand_in_server import StandInServer

from host_app.core.ports import RejectedError, UnreachableError
from host_app.runtime import Host
from host_app.wiring import build


@pytest.fixture
def server() -> Iterator[StandInServer]:
    with StandInServer().running() as server:
        yield server


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    host = build(tmp_path / "tablet")
    host.start()
    yield host
    host.stop()


def eventually(happened: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Whether it happened within the time; looks often, so that a pass is quick."""
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def enrolled(host: Host, server: StandInServer) -> Host:
    host.enrol(server.url, server.enrolment_code, "Main door")
    assert eventually(
        lambda: host.line.connection.header == "online" and host.house.evening.restaurant is not None
    )
    return host


def test_enrolling_brings_tonights_list_and_keys(host: Host, server: StandInServer) -> None:
    lucia = server.book("Lucía García", party_size=4)
    enrolled(host, server)

    evening = host.house.evening
    assert evening.restaurant is not None
    assert evening.restaurant.name == "Casa Lumbre"
    assert evening.parties[lucia.id].guest.name == "Lucía García"
    assert len(evening.day_keys.keys) == 2


def test_a_wrong_enrolment_code_is_refused_and_leaves_the_device_as_it_was(
    host: Host, server: StandInServer
) -> None:
    with pytest.raises(RejectedError) as refusal:
        host.enrol(server.url, "WRONG", "Main door")

    assert refusal.value.code == "enrolment_code_unknown"
    assert host.enrolment is None


def test_enrolling_at_an_address_where_nothing_listens_says_so(host: Host) -> None:
    with pytest.raises(UnreachableError):
        host.enrol("http://127.0.0.1:9", "ENROL-ME", "Main door")


def test_a_booking_made_elsewhere_appears_by_itself(host: Host, server: StandInServer) -> None:
    enrolled(host, server)
    pablo = server.book("Pablo")

    assert eventually(lambda: pablo.id in host.house.evening.parties)


def test_a_scan_online_is_the_servers_verdict_and_shows_in_the_list(
    host: Host, server: StandInServer
) -> None:
    lucia = server.book("Lucía")
    enrolled(host, server)
    answer = host.desk.scan(server.code_for(lucia))

    assert (answer.result, answer.source) == ("ok", "server")
    assert host.house.evening.parties[lucia.id].status == "checked_in"
    assert server.parties[lucia.id].arrived_count == 4
    assert host.journal.waiting() == []
    assert host.line.connection.waiting == 0


def test_the_second_scan_is_information_with_the_first_arrival(host: Host, server: StandInServer) -> None:
    lucia = server.book("Lucía")
    enrolled(host, server)
    host.desk.scan(server.code_for(lucia))
    again = host.desk.scan(server.code_for(lucia))

    assert (again.result, again.reason) == ("already", "already_checked_in")
    assert [arrival.count for arrival in again.previous_arrivals] == [4]


def test_codes_that_prove_nothing_are_refused_here_without_asking_the_server(
    host: Host, server: StandInServer
) -> None:
    lucia = server.book("Lucía")
    enrolled(host, server)
    asked_before = server.calls.count("POST /api/v1/qr/checkin")
    reasons = [
        host.desk.scan("the menu").reason,
        host.desk.scan(server.code_for(lucia, key=b"x" * 32)).reason,
        host.desk.scan(StandInServer().code_for(StandInServer().book("Elsewhere"))).reason,
    ]

    assert reasons == ["malformed", "bad_signature", "wrong_restaurant"]
    assert server.calls.count("POST /api/v1/qr/checkin") == asked_before


def test_without_the_server_the_device_decides_keeps_the_arrival_and_sends_it_later(
    host: Host, tmp_path: Path
) -> None:
    server = StandInServer()
    with server.running():
        lucia = server.book("Lucía")
        enrolled(host, server)
    offline = host.desk.scan(server.code_for(lucia))

    assert (offline.result, offline.source) == ("ok", "device")
    assert host.house.evening.parties[lucia.id].status == "checked_in"
    assert host.line.connection.header == "offline"
    assert len(host.journal.waiting()) == 1
    scanned_at = host.journal.waiting()[0].check_in.scanned_at

    with server.running():
        host.refresh()
        assert eventually(lambda: host.line.connection.header == "online")
        assert host.journal.waiting() == []
        assert server.parties[lucia.id].arrivals[0].at == scanned_at
        assert host.journal.refused() == []


def test_an_answer_that_comes_too_late_counts_once_because_the_event_id_is_the_same(
    host: Host, server: StandInServer
) -> None:
    lucia = server.book("Lucía")
    enrolled(host, server)
    server.delay = 3.0
    answer = host.desk.scan(server.code_for(lucia))
    server.delay = 0.0

    assert (answer.result, answer.source) == ("ok", "device")
    host.refresh()
    assert eventually(lambda: host.journal.waiting() == [])
    assert len(server.answers) == 1
    assert len(server.parties[lucia.id].arrivals) == 1


def test_an_app_that_is_killed_offline_finds_its_queue_and_its_list_again(tmp_path: Path) -> None:
    server = StandInServer()
    first = build(tmp_path / "tablet")
    first.start()
    with server.running():
        lucia = server.book("Lucía")
        enrolled(first, server)
    first.desk.scan(server.code_for(lucia))
    # Not stopped: a killed process does not say goodbye either. A second one opens the same folder.
    second = build(tmp_path / "tablet")
    try:
        assert [act.check_in.code for act in second.journal.waiting()] == [
            first.journal.waiting()[0].check_in.code
        ]
        assert second.house.evening.parties[lucia.id].status == "checked_in"
    finally:
        second.start()
        second.stop()
        first.stop()


def test_an_act_the_server_cannot_take_stays_to_be_seen_and_does_not_hold_up_the_others(
    host: Host, tmp_path: Path
) -> None:
    server = StandInServer()
    with server.running():
        lucia, pablo = server.book("Lucía"), server.book("Pablo")
        enrolled(host, server)
    host.desk.scan(server.code_for(lucia))
    host.desk.scan(server.code_for(pablo))
    bad, good = host.journal.waiting()
    server.poison = {bad.check_in.event_id}
    with server.running():
        host.refresh()
        assert eventually(lambda: host.journal.waiting() == [])

    assert [(act.check_in.event_id, act.reason) for act in host.journal.refused()] == [
        (bad.check_in.event_id, "invalid")
    ]
    assert good.check_in.event_id in server.answers


def test_a_booking_cancelled_while_the_device_was_offline_is_refused_later_and_listed_for_a_person(
    host: Host,
) -> None:
    server = StandInServer()
    with server.running():
        lucia = server.book("Lucía")
        enrolled(host, server)
    host.desk.scan(server.code_for(lucia))
    server.change(lucia, status="cancelled")
    with server.running():
        host.refresh()
        assert eventually(lambda: host.journal.waiting() == [])

    assert [act.reason for act in host.journal.refused()] == ["cancelled"]


def test_events_missed_while_the_feed_was_cut_arrive_when_it_is_back(
    host: Host, server: StandInServer
) -> None:
    enrolled(host, server)
    assert eventually(lambda: "GET /ws" in server.calls)
    server.drop_sockets()
    pablo = server.book("Pablo")

    assert eventually(lambda: pablo.id in host.house.evening.parties)


def test_a_revoked_device_forgets_the_evening_and_the_keys(host: Host, server: StandInServer) -> None:
    server.book("Lucía")
    enrolled(host, server)
    server.revoked = True
    host.refresh()

    assert eventually(lambda: host.line.connection.header == "revoked")
    assert eventually(lambda: host.house.evening.parties == {})
    assert host.enrolment is None
    assert host.house.evening.day_keys.keys == {}


def test_a_server_that_fails_is_offline_for_the_header_and_the_list_stays(
    host: Host, server: StandInServer
) -> None:
    lucia = server.book("Lucía")
    enrolled(host, server)
    server.fail_with = 503
    host.refresh()

    assert eventually(lambda: host.line.connection.header == "offline")
    assert lucia.id in host.house.evening.parties
