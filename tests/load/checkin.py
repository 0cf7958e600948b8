"""Check-ins of signed codes by eight tablets at one door, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from backend.availability import Offer
from backend.platform.ids import short_code, uuid7
from tests.load import clients, house, worker
from tests.load.figures import Figure, milliseconds, tell
from tests.load.house import House
from tests.load.processes import Meter, cpu_figure
from tests.load.stack import Stack

_TABLETS = 8
_TABLES, _SITTINGS, _STAY = 300, 14, timedelta(minutes=90)
_PEER = 27.4  # pretix at 8 clients on two cores, a second


def run(stack: Stack, seconds: float, rounds: int) -> Iterator[Figure]:
    """The figures; as many seconds as all rounds, or until all 4,200 parties are in."""
    day = {"door": {"earlyMinutes": 1440, "lateMinutes": 15}}
    place = house.make(stack.services, "bench-checkin", tablets=_TABLETS, tables=_TABLES, **day)
    tell(f"check-in, {_TABLES * _SITTINGS} bookings to let in")
    codes = iter(_book(stack, place))
    worker.settle(stack)
    meter = Meter(stack.process.pid)
    load = clients.run(
        stack.port,
        _TABLETS,
        seconds * rounds,
        lambda tablet: _scan(place, tablet, next(codes, None)),
        keep=True,
    )
    spent = meter.read()
    let_in = sum(b'"result":"ok"' in each.body for each in load.answers)
    if let_in != len(load.answers):
        wrong = next(each for each in load.answers if b'"result":"ok"' not in each.body)
        raise RuntimeError(f"a good code was answered {wrong.status}: {wrong.body[:500]!r}")
    rate = load.rate(200)
    note = f"{_TABLETS} tablets over HTTP against the nearest peer's; {let_in} parties let in"
    yield Figure("checkin", rate, "check-ins/s", rate / _PEER, _PEER, limit=20, most=False, note=note)
    yield Figure("checkin_p50", milliseconds(load.times(200), 0.5), "ms")
    yield Figure("checkin_p99", milliseconds(load.times(200), 0.99), "ms", limit=40)
    yield cpu_figure("checkin_cpu", spent, let_in, f"a check-in, {_TABLETS} tablets")


def _scan(place: House, tablet: int, code: str | None) -> bytes | None:
    if code is None:
        return None
    now = datetime.now().astimezone().isoformat()
    body = {"code": code, "eventId": str(uuid7()), "scannedAt": now}
    return clients.post("/api/v1/qr/checkin", body, place.tablets[tablet])


def _book(stack: Stack, place: House) -> list[str]:
    """Bookings for every table and sitting of the coming hours, copied from one real one; the codes of all of them."""
    services, desk = stack.services, stack.services.reservations.desk
    now = services.clock.now()
    # On a day that no sitting reaches, at whatever hour this begins.
    (first,) = house.fill_day(services, place, place.today(now) + timedelta(days=2), 1)
    with services.database.tenant(place.id) as tx:
        model = desk.store.get(tx, first)
    assert model is not None
    codes = []
    for sitting in range(_SITTINGS):
        starts = now.replace(second=0, microsecond=0) + timedelta(minutes=10) + sitting * _STAY
        ends = starts + _STAY
        local = starts.astimezone(place.config.zone)
        with services.database.tenant(place.id) as tx:
            for table in place.config.tables:
                one = replace(
                    model,
                    id=uuid7(),
                    code=short_code(),
                    date=local.date(),
                    time=local.time(),
                    starts_at=starts,
                    ends_at=ends,
                    table_ids=(table.id,),
                    area=table.area,
                    qr=desk.new_code(ends, now),
                )
                desk.store.add(tx, one)
                offer = Offer(one.date, one.time, starts, ends, ends, one.table_ids, one.area, None)
                desk.allocations.take(tx, offer, one.id, "reservation", one.party_size)
                codes.append(desk.issuer.code(one.id, place.id, one.date, one.qr))
    return codes
