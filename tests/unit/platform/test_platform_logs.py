"""Logs as JSON lines: what is on a line, what never is, and how a file that several processes write is turned
over.
"""

from __future__ import annotations

import contextvars
import json
import logging
import multiprocessing
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.platform import logs
from backend.platform.logs import SharedFileHandler, redact, request_id


@pytest.fixture(autouse=True)
def own_handlers() -> Iterator[None]:
    """Whatever a test sets up on the root logger ends with it."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    yield
    for handler in [each for each in root.handlers if each not in before]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)


def lines(folder: Path, process: str = "web") -> list[dict[str, object]]:
    text = (folder / "logs" / f"{process}.log").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_a_line_tells_when_who_and_what(tmp_path: Path) -> None:
    logs.setup("web", tmp_path)
    token = request_id.set("req-1")
    logging.getLogger("saveit.bookings").warning(
        "table %s is %s", 7, "taken", extra={"restaurant": "r1", "tries": 3}
    )
    request_id.reset(token)

    (line,) = lines(tmp_path)
    assert datetime.fromisoformat(str(line.pop("at"))).tzinfo == UTC
    assert isinstance(line.pop("pid"), int)
    assert line == {
        "level": "warning",
        "logger": "saveit.bookings",
        "process": "web",
        "requestId": "req-1",
        "message": "table 7 is taken",
        "restaurant": "r1",
        "tries": 3,
    }


def test_a_line_outside_a_request_has_no_request_id(tmp_path: Path) -> None:
    logs.setup("worker", tmp_path)
    # In a context of its own: another test's request may have been in this one.
    contextvars.Context().run(logging.getLogger("saveit").info, "tick")

    assert "requestId" not in lines(tmp_path, "worker")[0]


def test_an_error_carries_its_trace_without_personal_data(tmp_path: Path) -> None:
    logs.setup("web", tmp_path)
    try:
        raise ValueError("no guest lucia@example.test")
    except ValueError:
        logging.getLogger("saveit").exception("failed for +34 612 345 678")

    (line,) = lines(tmp_path)
    assert line["message"] == "failed for [phone]"
    assert "ValueError: no guest [e-mail]" in str(line["error"])


def test_fields_are_cleaned_inside_lists_and_mappings(tmp_path: Path) -> None:
    logs.setup("web", tmp_path)
    logging.getLogger("saveit").info(
        "sent", extra={"to": [{"mail": "lucia@example.test"}], "count": 612345678}
    )

    (line,) = lines(tmp_path)
    assert line["to"] == [{"mail": "[e-mail]"}]
    assert line["count"] == 612345678, "numbers are measurements"


def test_setting_up_again_replaces_and_does_not_double(tmp_path: Path) -> None:
    logs.setup("web", tmp_path)
    logs.setup("web", tmp_path)
    logging.getLogger("saveit").info("once")

    assert len(lines(tmp_path)) == 1


def test_the_file_is_closed_to_others(tmp_path: Path) -> None:
    logs.setup("web", tmp_path)
    logging.getLogger("saveit").info("x")

    assert (tmp_path / "logs" / "web.log").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("write to lucia.perez+mesa@correo.example.es now", "write to [e-mail] now"),
        ("call +34 612 345 678", "call [phone]"),
        ("call 612345678.", "call [phone]."),
        ("call (55) 1234-5678", "call [phone]"),
        ("tel:+525512345678 and (612) 345 678", "tel:[phone] and [phone]"),
        ("key sk_live_0123456789abcdef", "key sk_[key]"),
        ("Authorization: Bearer eyJhbGciOi.J9.abc", "Authorization: Bearer [key]"),
    ],
)
def test_personal_data_and_keys_are_blotted_out(text: str, clean: str) -> None:
    assert redact(text) == clean


@pytest.mark.parametrize(
    "text",
    [
        "booked for 2026-12-18 20:00 until 2026-12-18 22:00",
        "took 0.123456789123 s",
        "127.0.0.1:54321",
        "port 8080, 60 tables",
    ],
)
def test_times_measures_and_addresses_stay_readable(text: str) -> None:
    assert redact(text) == text


@given(value=st.uuids())
def test_identifiers_stay_readable(value: uuid.UUID) -> None:
    assert redact(f"reservation {value} seated") == f"reservation {value} seated"


@given(
    day=st.dates(date(2020, 1, 1), date(2040, 1, 1)),
    instant=st.datetimes(),
)
def test_dates_and_instants_stay_readable(day: date, instant: datetime) -> None:
    text = f"on {day} at {instant.replace(tzinfo=UTC).isoformat()}"

    assert redact(text) == text


@given(
    digits=st.text("0123456789", min_size=9, max_size=12),
    separator=st.sampled_from(["", " ", "-", "."]),
    prefix=st.sampled_from(["", "+"]),
)
def test_a_number_long_enough_to_be_a_telephone_never_stays(digits: str, separator: str, prefix: str) -> None:
    spoken = prefix + separator.join(digits[start : start + 3] for start in range(0, len(digits), 3))

    assert digits[-6:] not in redact(f"guest {spoken} waits").replace(separator or "\0", "")


def test_a_file_past_its_size_is_turned_over_and_the_oldest_goes(tmp_path: Path) -> None:
    handler = SharedFileHandler(tmp_path / "web.log", max_bytes=100, kept=2)
    for number in range(40):
        handler.emit(logging.makeLogRecord({"msg": f"{number:03d} " + "x" * 20}))
    handler.close()

    assert sorted(path.name for path in tmp_path.glob("web.log*")) == ["web.log", "web.log.1", "web.log.2"]
    assert all(path.stat().st_size <= 100 for path in tmp_path.glob("web.log*"))
    assert (tmp_path / "web.log").read_text().splitlines()[-1].startswith("039")


def _write(path: Path, name: str, count: int) -> None:
    handler = SharedFileHandler(path, max_bytes=2000, kept=1000)
    for number in range(count):
        handler.emit(logging.makeLogRecord({"msg": f"{name}:{number}"}))
    handler.close()


def test_no_line_is_lost_or_cut_when_processes_write_one_file_and_turn_it_over(tmp_path: Path) -> None:
    path, count = tmp_path / "web.log", 500
    start = multiprocessing.get_context("spawn")
    writers = [start.Process(target=_write, args=(path, name, count)) for name in ("a", "b")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)

    written = [
        line
        for file in tmp_path.glob("web.log*")
        if file.suffix != ".lock"
        for line in file.read_text().split()
    ]
    assert sorted(written) == sorted(f"{name}:{number}" for name in ("a", "b") for number in range(count))
