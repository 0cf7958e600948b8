"""The web server itself: starts, serves, stops in order, replaces what dies. Real processes, sockets and signals."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from live_stand import ROOT, Stand, hear, stand
from servers import PostgresServer, postgres_server, wait_until

from backend.platform import metrics_folder


@pytest.fixture(scope="module")
def live(postgres: PostgresServer, redis_url: str) -> Iterator[Stand]:
    with stand(postgres.new_database(), redis_url) as running:
        yield running


@pytest.fixture
def own(postgres: PostgresServer, redis_url: str) -> Iterator[Stand]:
    """A stand that the test may stop."""
    with stand(postgres.new_database(), redis_url) as running:
        yield running


def get(live: Stand, path: str, timeout: float = 20) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", live.settings.port, timeout=timeout)
    connection.request("GET", path)
    return connection.getresponse()


def raw(live: Stand, sent: bytes) -> bytes:
    """Everything that the server answers to the bytes until it closes the connection."""
    with socket.create_connection(("127.0.0.1", live.settings.port), timeout=20) as connection:
        connection.sendall(sent)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
        return answer


def pids(live: Stand) -> set[int]:
    """The processes that answer a crowd of requests."""
    with ThreadPoolExecutor(20) as pool:
        return {
            json.loads(body)["pid"] for body in pool.map(lambda _: get(live, "/process").read(), range(60))
        }


def test_several_processes_serve(live: Stand) -> None:
    found: set[int] = set()
    wait_until(
        lambda: len(found.union(pids(live))) == 2 or bool(found.update(pids(live))),
        "both processes to answer",
    )


def test_a_process_waits_for_the_database_without_holding_up_others(live: Stand) -> None:
    began = time.monotonic()
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: json.loads(get(live, "/database").read()), range(12)))
    # One after the other in two processes would take more than a second.
    assert time.monotonic() - began < 12 * 0.2 / 2 * 0.9 + 5
    assert len({answer["backend"] for answer in answers}) > 2


def test_processes_share_no_database_connection(live: Stand) -> None:
    by_process: dict[int, set[int]] = {}
    for pid in live.web_processes():
        names = (os.readlink(each) for each in Path(f"/proc/{pid}/fd").iterdir() if each.is_symlink())
        by_process[pid] = {int(name[8:-1]) for name in names if name.startswith("socket:[")}
    one, other = by_process.values()
    listening = one & other
    assert len(listening) <= 1  # the listener is the only socket that both have


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414, "request_too_large"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 9000 + b"\r\n\r\n", 431, "request_too_large"),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-Many: 1\r\n" * 100 + b"\r\n", 431, "request_too_large"),
        (b"hello\r\n\r\n", 400, "malformed_request"),
        (b"GET / HTTP/9.9\r\n\r\n", 400, "malformed_request"),
        (b"GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400, "malformed_request"),
        (b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400, "malformed_request"),
        (
            b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400,
            "malformed_request",
        ),
    ],
    ids=[
        "long line",
        "long header",
        "many headers",
        "no HTTP",
        "odd version",
        "space in a name",
        "length",
        "smuggling",
    ],
)
def test_what_is_no_proper_request_gets_a_problem_document(
    live: Stand, sent: bytes, status: int, code: str
) -> None:
    head, _, body = raw(live, sent).partition(b"\r\n\r\n")
    assert int(head.split(b" ")[1]) == status
    assert b"Content-Type: application/problem+json" in head
    document = json.loads(body)
    assert (document["status"], document["code"]) == (status, code)
    assert document["requestId"]


def test_a_connection_is_kept_for_the_next_request(live: Stand) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", live.settings.port, timeout=20)
    for _ in range(3):
        connection.request("GET", "/process")
        assert json.loads(connection.getresponse().read())
        assert connection.sock is not None


def test_an_idle_connection_ends_after_its_time(postgres: PostgresServer, redis_url: str) -> None:
    with stand(postgres.new_database(), redis_url, web_keepalive_s=1) as live:
        connection = http.client.HTTPConnection("127.0.0.1", live.settings.port, timeout=20)
        connection.request("GET", "/process")
        connection.getresponse().read()
        assert connection.sock is not None
        assert connection.sock.recv(1) == b""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_finishes_running_requests_and_takes_no_new_ones(own: Stand, number: signal.Signals) -> None:
    assert own.process is not None
    answers: list[bytes] = []
    running = threading.Thread(target=lambda: answers.append(get(own, "/slow?seconds=3").read()))
    running.start()
    time.sleep(1)  # the request has begun
    for pid in (own.process.pid, *own.web_processes()):
        os.kill(pid, number)  # as Ctrl-C reaches the whole group
    wait_until(lambda: refuses(own), "the listener to close")
    running.join(20)
    assert [json.loads(answer) for answer in answers] == [{"slow": True}]
    assert own.process.wait(20) == 0


def refuses(live: Stand) -> bool:
    try:
        get(live, "/process", timeout=2).read()
    except (OSError, http.client.HTTPException):
        return True
    return False


def test_a_stop_waits_neither_for_idle_connections_nor_for_screens(own: Stand) -> None:
    assert own.process is not None
    idle = http.client.HTTPConnection("127.0.0.1", own.settings.port, timeout=20)
    idle.request("GET", "/process")
    idle.getresponse().read()
    silent = socket.create_connection(("127.0.0.1", own.settings.port))
    hear(own.screen())
    began = time.monotonic()
    assert own.stop() == 0
    assert time.monotonic() - began < own.settings.web_stop_s - 1
    silent.close()


def test_a_request_that_does_not_end_is_cut_off_at_the_stop(postgres: PostgresServer, redis_url: str) -> None:
    with stand(postgres.new_database(), redis_url, web_stop_s=1) as live:
        running = threading.Thread(target=lambda: refuses_slowly(live))
        running.start()
        time.sleep(1)
        began = time.monotonic()
        assert live.stop() == 0
        assert time.monotonic() - began < 15
        running.join(5)


def refuses_slowly(live: Stand) -> None:
    with pytest.raises((OSError, http.client.HTTPException)):
        get(live, "/slow?seconds=60", timeout=30).read()


def test_a_killed_process_is_replaced_and_its_screens_are_no_longer_counted(own: Stand) -> None:
    screens = [own.screen() for _ in range(10)]
    for screen in screens:
        hear(screen)
    assert counted(own) == 10
    for pid in own.web_processes():
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: answers(own) and counted(own) == 0, "new processes without screens")


def answers(live: Stand) -> bool:
    return not refuses(live)


def counted(live: Stand) -> int:
    lines = get(live, "/metrics").read().decode().splitlines()
    return int(float(next(line.split()[1] for line in lines if line.startswith("saveit_live_screens "))))


def test_a_silent_database_is_an_error_and_not_a_request_that_hangs(redis_url: str) -> None:
    with (
        postgres_server() as server,
        stand(server.new_database(), redis_url, database_timeout_ms=500) as live,
    ):
        assert get(live, "/database").status == 200
        children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
        frozen = [server.pid, *map(int, children)]  # new connections get no answer either
        for pid in frozen:
            os.kill(pid, signal.SIGSTOP)
        try:
            answer = get(live, "/database", timeout=60)
            assert (answer.status, json.loads(answer.read())["code"]) == (503, "unavailable")
        finally:
            for pid in frozen:
                os.kill(pid, signal.SIGCONT)
        wait_until(lambda: get(live, "/database").status == 200, "the database to be used again")


def test_the_server_does_not_start_once_the_application_has_been_imported() -> None:
    code = "import redis; from backend.platform.webserver import serve; from backend.settings import Settings; serve(Settings())"
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1
    assert "serve() comes before the import of redis" in ended.stderr


@pytest.fixture
def figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A metrics folder before its start; the environment is as it was afterwards."""
    others = {name: module for name, module in sys.modules.items() if name != "prometheus_client"}
    monkeypatch.setattr(sys, "modules", others)
    monkeypatch.setenv(metrics_folder.VARIABLE, "before")
    folder = tmp_path / "metrics"
    folder.mkdir()
    return folder


def names(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()}


def test_figures_of_processes_that_have_ended_are_removed_at_the_start(figures: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    mine = f"gauge_livesum_{os.getpid()}.db"
    for name in (f"counter_{ended.pid}.db", mine, "counter_strange.db", "note.txt"):
        (figures / name).touch()
    assert metrics_folder.open_folder(figures.parent) == figures
    assert names(figures) == {mine, "note.txt"}
    assert os.environ[metrics_folder.VARIABLE] == str(figures)


def test_a_dead_process_loses_its_gauges_and_what_it_left_unfinished(figures: Path) -> None:
    metrics_folder.open_folder(figures.parent)
    for name, content in (
        ("gauge_livesum_7.db", b"x"),
        ("counter_7.db", b""),
        ("histogram_7.db", b"x"),
        ("counter_8.db", b""),
    ):
        (figures / name).write_bytes(content)
    metrics_folder.forget(7)
    assert names(figures) == {"histogram_7.db", "counter_8.db"}
