"""The arithmetic of the benches, and the lines they print."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.load import __main__ as benches
from tests.load.clients import get, post
from tests.load.figures import Figure, percentile
from tests.load.pgbench import _text, _unheard
from tests.load.processes import cpu_seconds, descendants, pss_mib

SECONDS = st.lists(st.floats(0, 100), min_size=1, max_size=300)


@given(SECONDS, st.sampled_from([0.5, 0.95, 0.99]))
def test_a_percentile_is_the_smallest_value_that_enough_others_do_not_exceed(
    values: list[float], share: float
) -> None:
    found = percentile(values, share)
    assert sum(each <= found for each in values) >= share * len(values)
    assert sum(each < found for each in values) < share * len(values)


def test_a_percentile_of_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)


@pytest.mark.parametrize(
    ("figure", "ok"),
    [
        (Figure("x", 9.0, "ms", limit=10), True),
        (Figure("x", 11.0, "ms", limit=10), False),
        (Figure("x", 900.0, "1/s", ratio=0.6, against=1500.0, limit=0.5, most=False), True),
        (Figure("x", 600.0, "1/s", ratio=0.4, against=1500.0, limit=0.5, most=False), False),
        (Figure("x", 9.0, "ms"), None),
        (Figure("x", None, "ms", limit=10), None),
    ],
)
def test_a_limit_is_for_the_ratio_where_there_is_one_else_for_the_value(
    figure: Figure, ok: bool | None
) -> None:
    assert figure.ok is ok


def test_a_line_says_only_what_there_is() -> None:
    assert json.loads(Figure("live", 61.98765, "ms", limit=250).line()) == {
        "bench": "live",
        "value": 61.988,
        "unit": "ms",
        "limit": 250,
        "ok": True,
    }
    assert json.loads(Figure("chat", None, "ms", note="skipped").line())["value"] is None


def test_a_request_has_its_length_and_its_callers_headers() -> None:
    asked = post("/api/v1/x", {"name": "Íñigo"}, {"X-Api-Key": "pk_1"})
    head, _, body = asked.partition(b"\r\n\r\n")
    assert f"Content-Length: {len(body)}".encode() in head
    assert b"X-Api-Key: pk_1" in head
    assert json.loads(body) == {"name": "Íñigo"}
    assert get("/x?y=1", {}).startswith(b"GET /x?y=1 HTTP/1.1\r\n")


def test_values_in_a_pgbench_script_cannot_be_taken_for_its_variables() -> None:
    assert _text("a:b'c\\d") == "E'a\\072b''c\\\\d'"


def test_events_of_the_floor_are_written_as_relayed() -> None:
    relayed = _unheard("INSERT INTO outbox (id, data)\nSELECT given.id, given.data\nFROM unnest(1) AS given")
    assert relayed == (
        "INSERT INTO outbox (id, data, published_at)\nSELECT given.id, given.data, now()\nFROM unnest(1) AS given"
    )
    assert _unheard("INSERT INTO audit (id) VALUES (1)") == "INSERT INTO audit (id) VALUES (1)"


def test_this_process_costs_cpu_and_memory() -> None:
    pid = int(Path("/proc/self").readlink().name)
    assert pid in descendants(pid)
    assert sum(cpu_seconds(pid).values()) > 0
    assert sum(pss_mib(pid).values()) > 1


def test_the_script_installs_the_decoder_for_scanning_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).resolve().parents[3] / "scripts"))
    import _bench

    assert set(benches.NAMES) - {"scan"} == _bench.WITHOUT_DECODER
