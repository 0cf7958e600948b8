"""The check-in desk: a code or a name comes in, an answer goes out, with the server or without it, and
nothing is lost.

Called by the scan and list screens on a worker thread (it may wait for the server). The rule at the door is
the backend's own; this module decides whom to ask, how long to wait, and what is written down before anything
is sent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID, uuid4

from backend.checkin import Arrival, Reason, ReservationFacts, Scan, Verdict, decide, reservation_id_of
from host_app.core.house import House
from host_app.core.line import Line
from host_app.core.ports import Clock, Journal, RejectedError, Server, UnreachableError
from host_app.core.records import Answer, CheckIn, Party

# The device can be sure of these alone: the text is no code, is another house's, or its signature is wrong
# under a key we hold.
_CERTAIN: frozenset[Reason] = frozenset({"malformed", "wrong_restaurant", "bad_signature"})


def new_event_id() -> str:
    """An identity for an act that no other act on any device has."""
    return str(uuid4())


class Desk:
    """Checks parties in. All methods may take as long as the server's time limit and raise nothing for an
    expected no.
    """

    def __init__(
        self,
        *,
        house: House,
        journal: Journal,
        server: Server,
        line: Line,
        clock: Clock,
        event_id: Callable[[], str] = new_event_id,
    ) -> None:
        self._house = house
        self._journal = journal
        self._server = server
        self._line = line
        self._clock = clock
        self._event_id = event_id

    def scan(self, code: str, *, override: bool = False, reason: str | None = None) -> Answer:
        """The answer to a code in front of the camera. `override` and its `reason` are staff's word against a
        refusal.
        """
        return self._check_in(Scan(code=code), arrived_count=None, override=override, reason=reason)

    def arrive(
        self,
        reservation_id: UUID,
        *,
        arrived_count: int | None = None,
        override: bool = False,
        reason: str | None = None,
    ) -> Answer:
        """The answer to a party picked from the list; `arrived_count` is how many of them are here in all."""
        scan = Scan(reservation_id=reservation_id)
        return self._check_in(scan, arrived_count=arrived_count, override=override, reason=reason)

    def _check_in(
        self, scan: Scan, *, arrived_count: int | None, override: bool, reason: str | None
    ) -> Answer:
        act = CheckIn(
            event_id=self._event_id(),
            scanned_at=self._clock.now(),
            code=scan.code,
            reservation_id=scan.reservation_id,
            arrived_count=arrived_count,
            override=override,
            reason=reason,
        )
        verdict = self._judge(scan, act)
        if verdict.reason in _CERTAIN:
            return self._shown(verdict)
        # Written down before it is sent: an app that is killed while it waits for the answer still has the
        # arrival.
        counts = verdict.result == "ok" or (verdict.result == "already" and arrived_count is not None)
        if counts:
            self._journal.append(act)
        answer = self._ask_server(act, counts) if self._line.connection.worth_asking else None
        self._line.note_waiting(len(self._journal.waiting()))
        self._house.refresh()
        return answer or self._shown(verdict)

    def _judge(self, scan: Scan, act: CheckIn) -> Verdict:
        evening, enrolment = self._house.evening, self._house.enrolment
        if evening.restaurant is None or enrolment is None:
            return Verdict("refused", "unknown_key")
        return decide(
            scan,
            self._facts(scan),
            find_key=evening.day_keys.find,
            rules=evening.restaurant.door_rules,
            restaurant_id=enrolment.restaurant_id,
            now=act.scanned_at,
            override=act.override,
            revoked=evening.revoked,
        )

    def _facts(self, scan: Scan) -> ReservationFacts | None:
        party = self._house.party(reservation_id_of(scan))
        return None if party is None else party.facts

    def _ask_server(self, act: CheckIn, written: bool) -> Answer | None:
        try:
            answer = self._server.check_in(act)
        except UnreachableError:
            self._line.note_missed(self._clock.now())
            return None
        except RejectedError as no:
            self._line.note_rejected(no)
            return None
        self._line.note_reached(self._clock.now())
        if answer.party is not None:
            self._house.learn_party(self._with_this_arrival(answer, answer.party, act))
        if written or answer.result != "refused":
            self._journal.append(act)
            self._journal.settle(act.event_id, answer.result, answer.reason, self._clock.now())
        if written and answer.result == "refused":
            self._journal.set_aside(act.event_id, self._clock.now())  # the host reads the refusal right now
        return answer

    def _with_this_arrival(self, answer: Answer, party: Party, act: CheckIn) -> Party:
        """A verdict names the arrivals before it; the list shows this one too."""
        counted = max((each.count for each in answer.previous_arrivals), default=0)
        enrolment = self._house.enrolment
        if answer.result == "refused" or party.arrived_count <= counted or enrolment is None:
            return party
        arrival = Arrival(at=act.scanned_at, device=enrolment.device_name, count=party.arrived_count)
        return replace(party, arrivals=(*answer.previous_arrivals, arrival))

    def _shown(self, verdict: Verdict) -> Answer:
        return Answer(
            result=verdict.result,
            reason=verdict.reason,
            override=verdict.override,
            party=self._house.party(verdict.reservation_id),
            previous_arrivals=verdict.previous_arrivals,
            source="device",
        )
