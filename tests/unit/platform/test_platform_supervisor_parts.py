"""The parts of the supervisor one by one: waiting times, lock, port, leash, children's logs, console, page."""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.platform.embedded.leash import CANNOT_START, leashed
from backend.platform.embedded.places import Places
from backend.platform.embedded.trouble import Trouble
from backend.platform.supervisor import plan
from backend.platform.supervisor.children import last_lines, trim_log
from backend.platform.supervisor.console import Console, locale_of
from backend.platform.supervisor.lock import check_port, folder_lock
from backend.platform.supervisor.page import Facts, base_url, network_urls, page
from backend.platform.supervisor.programs import Backoff
from backend.platform.worker.pulse import PULSE_KEY


@given(failures=st.integers(0, 10_000), first=st.floats(0.01, 5), longest=st.floats(5, 120))
def test_the_wait_before_a_restart_never_shrinks_and_never_passes_its_limit(
    failures: int, first: float, longest: float
) -> None:
    backoff = Backoff(first_s=first, longest_s=longest)

    assert first <= backoff.delay(failures) <= backoff.delay(failures + 1) <= longest


def test_a_second_run_on_the_same_folder_is_told_who_has_it(tmp_path: Path) -> None:
    with folder_lock(tmp_path), pytest.raises(Trouble) as told, folder_lock(tmp_path):
        pass

    assert told.value.code == "already_running"
    assert f"process {os.getpid()}" in str(told.value)


def test_a_folder_is_free_again_after_its_run(tmp_path: Path) -> None:
    with folder_lock(tmp_path):
        pass
    with folder_lock(tmp_path):
        assert (tmp_path / "supervisor.lock").read_text().strip() == str(os.getpid())


def test_a_taken_port_is_named_with_a_free_one() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        port = taken.getsockname()[1]
        with pytest.raises(Trouble) as told:
            check_port("127.0.0.1", port)

    assert told.value.code == "port_taken"
    assert int(str(told.value.params["free"])) > port


def test_a_free_port_passes(free_port: int) -> None:
    check_port("127.0.0.1", free_port)


@pytest.mark.parametrize("host", ["192.0.2.77", "no-such-host.invalid"])
def test_an_address_of_another_machine_is_refused_with_the_reason(host: str, free_port: int) -> None:
    with pytest.raises(Trouble) as told:
        check_port(host, free_port)

    assert told.value.code == "port_refused"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux ties a process to its parent")
def test_a_leashed_program_gets_its_signal_when_the_one_who_started_it_is_killed() -> None:
    child = (
        "import signal; signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1]); print('up', flush=True)\n"
        "print(signal.sigwait([signal.SIGUSR1]).name, flush=True)\n"
    )
    parent = (
        "import signal, subprocess, sys, time\n"
        f"sys.path.insert(0, {str(Path.cwd())!r})\n"
        "from backend.platform.embedded.leash import leashed\n"
        f"subprocess.Popen(leashed([sys.executable, '-c', {child!r}], death_signal=signal.SIGUSR1))\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        process.kill()

        assert process.stdout.readline() == "SIGUSR1\n"


def test_a_program_that_cannot_be_started_says_why() -> None:
    command = leashed(["/nonexistent/program"], death_signal=signal.SIGTERM)

    result = subprocess.run(command, capture_output=True, text=True, check=False)

    assert result.returncode == CANNOT_START
    assert result.stderr == "cannot start /nonexistent/program: No such file or directory\n"


def test_a_leashed_program_takes_broken_pipes_as_any_other_program_does() -> None:
    """Python ignores SIGPIPE, and what is ignored stays so in the program that replaces it."""
    code = "import signal; print(signal.getsignal(signal.SIGPIPE))"
    shell = ["/bin/sh", "-c", "grep SigIgn /proc/self/status"]
    command = leashed(
        shell if sys.platform.startswith("linux") else [sys.executable, "-c", code],
        death_signal=signal.SIGTERM,
    )

    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert int(shown.split()[1], 16) & (1 << (signal.SIGPIPE - 1)) == 0


def test_a_long_log_is_put_aside_and_its_writer_goes_on_in_an_empty_one(tmp_path: Path) -> None:
    log = tmp_path / "web.out.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"old\n" * 10)
        trim_log(log, limit_bytes=20)
        writer.write(b"new\n")

    assert log.read_bytes() == b"new\n"
    assert (tmp_path / "web.out.log.1").read_bytes() == b"old\n" * 10


def test_a_short_log_is_left_as_it_is(tmp_path: Path) -> None:
    log = tmp_path / "web.out.log"
    log.write_bytes(b"old\n")

    trim_log(log, limit_bytes=20)

    assert log.read_bytes() == b"old\n"


def test_the_end_of_a_log_is_its_last_lines_even_when_it_is_large(tmp_path: Path) -> None:
    log = tmp_path / "web.out.log"
    log.write_text("\n".join(f"line {number}" for number in range(10_000)), encoding="utf-8")

    assert last_lines(log, 2) == ["line 9998", "line 9999"]


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "es_ES.UTF-8"}, "es"),
        ({"LANG": "es_MX.UTF-8"}, "es"),
        ({"LC_ALL": "en_GB.UTF-8", "LANG": "es_ES.UTF-8"}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "de_DE"}, "en"),
        ({}, "en"),
    ],
)
def test_the_console_speaks_the_terminals_language(environment: dict[str, str], language: str) -> None:
    assert locale_of(environment) == language


class GoneReader(io.StringIO):
    """A console whose reader has left."""

    def write(self, text: str) -> int:
        raise BrokenPipeError


def test_a_console_that_nobody_reads_any_more_is_no_reason_to_stop() -> None:
    console = Console(GoneReader(), "en")

    console.lines(["one"])
    console.news("silent", name="web")


def test_without_a_terminal_nothing_passes_by() -> None:
    out = io.StringIO()
    with Console(out, "en").starting(["postgres", "redis"]):
        pass

    assert out.getvalue() == ""


def facts(folder: Path, **changes: object) -> Facts:
    places = Places(folder, folder / "servers", folder / "servers" / "sockets", None)
    values: dict[str, object] = {
        "host": "127.0.0.1",
        "port": 8080,
        "places": places,
        "healthy": ["postgres", "redis", "worker", "web"],
        "seconds": 2.345,
        "rate_limits_off": False,
        "embedded_database": True,
    }
    return Facts(**{**values, **changes})  # type: ignore[arg-type]


DEMO = {
    "slug": "casa-lola",
    "enrolmentCode": "ABCD-1234",
    "staff": [
        {"role": "owner", "email": "ana@example.test", "password": "uno-dos-tres"},
        {"role": "host", "email": "luis.garcia@example.test", "password": "cuatro-cinco"},
    ],
}


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_page_says_where_to_look_and_who_may_come_in(tmp_path: Path, language: str) -> None:
    (tmp_path / "demo.json").write_text(json.dumps(DEMO), encoding="utf-8")

    shown = "\n".join(page(Console(io.StringIO(), language), facts(tmp_path)))

    for expected in (
        "http://127.0.0.1:8080/r/casa-lola",
        "http://127.0.0.1:8080/mailbox",
        "http://127.0.0.1:8080/docs",
        "owner      ana@example.test          uno-dos-tres",
        "scripts/host --server http://127.0.0.1:8080 --enrol ABCD-1234",
        "PostgreSQL · Redis · ",
        f"{tmp_path}/logs",
        "--host 0.0.0.0",
    ):
        assert expected in shown


def test_the_page_does_without_a_demonstration(tmp_path: Path) -> None:
    shown = "\n".join(page(Console(io.StringIO(), "en"), facts(tmp_path)))

    assert "Demo accounts" not in shown
    assert "/r/" not in shown
    assert "http://127.0.0.1:8080/" in shown


def test_the_page_warns_when_limits_are_off(tmp_path: Path) -> None:
    shown = "\n".join(page(Console(io.StringIO(), "en"), facts(tmp_path, rate_limits_off=True)))

    assert "WARNING: rate limits are off" in shown


def test_the_page_says_where_the_database_is_when_it_is_elsewhere(tmp_path: Path) -> None:
    places = Places(tmp_path, Path("/var/lib/saveit-abc"), Path("/var/lib/saveit-abc/sockets"), None)

    shown = "\n".join(page(Console(io.StringIO(), "en"), facts(tmp_path, places=places)))

    assert "Database             /var/lib/saveit-abc" in shown


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),  # noqa: S104
        ("::", "http://[::1]:80"),
        ("192.0.2.5", "http://192.0.2.5:80"),
    ],
)
def test_the_address_is_one_that_a_browser_here_can_open(host: str, url: str) -> None:
    assert base_url(host, 80) == url


def test_one_address_is_not_offered_to_the_network() -> None:
    assert network_urls("127.0.0.1", 8080) == []


def test_every_trouble_and_news_is_said_in_both_languages() -> None:
    folder = Path(__file__).resolve().parents[3] / "backend" / "platform" / "supervisor" / "texts"
    spanish, english = (
        json.loads((folder / f"{language}.json").read_text("utf-8")) for language in ("es", "en")
    )

    assert spanish.keys() == english.keys()
    placeholders = {
        key: [part.partition("}")[0] for part in text.split("{")[1:]] for key, text in english.items()
    }
    assert {
        key: sorted(part.partition("}")[0] for part in text.split("{")[1:]) for key, text in spanish.items()
    } == {key: sorted(names) for key, names in placeholders.items()}


def test_the_workers_pulse_is_looked_for_under_the_name_it_has() -> None:
    assert plan.WORKER_PULSE == PULSE_KEY
