"""The running server keeps to its own `/openapi.json`, whatever is sent and whoever sends it: no 500, and every answer
has a status, a content type and a shape that the document names.

Half of what is generated is given ids that exist and dates that are near, or nearly all would end at "not found".
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import requests
import schemathesis
from bursts import free_days
from http_client import Caller
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import SearchStrategy
from running import ONE_PROCESS, Saveit, running_saveit
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

pytestmark = [pytest.mark.slow, ONE_PROCESS]

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def house() -> Iterator[Saveit]:
    """A SaveIt of its own: an owner who does whatever comes to mind leaves no restaurant that others could test."""
    with running_saveit() as one:
        yield one


@dataclass(frozen=True)
class Known:
    """Things of the demonstration restaurant that exist, by the names that parameters and members have."""

    choices: Mapping[str, Sequence[Any]]

    def put_into(self, given: Any) -> Any:
        """What was generated, in half of the cases with everything that can be known, else with about half of it: the
        former get far into the house, the latter to its every door. The same for the same.
        """
        return self._put_into(given, everything=_dice(given) % 2 == 0)

    def _put_into(self, given: Any, *, everything: bool) -> Any:
        if isinstance(given, list):
            return [self._put_into(each, everything=everything) for each in given]
        if not isinstance(given, dict):
            return given
        return {
            name: self._known(name, self._put_into(value, everything=everything), everything)
            for name, value in given.items()
        }

    def _known(self, name: str, value: Any, everything: bool) -> Any:
        choices = self.choices.get(name)
        if not choices or value is None:
            return value
        dice = _dice(name, value)
        return choices[dice // 2 % len(choices)] if everything or dice % 2 else value


def _dice(*thrown: object) -> int:
    return zlib.crc32(repr(thrown).encode())


@pytest.fixture(scope="module")
def known(house: Saveit) -> Known:
    owner, today, restaurant = house.staff("owner"), house.now().date(), house.restaurant_id
    found = owner.get(f"/api/v1/reservations?restaurantId={restaurant}&date={today}").json()["reservations"]
    tables = [each["id"] for each in owner.get(f"/api/v1/restaurants/{restaurant}/tables").json()["tables"]]
    people = [each for each in house.demo["staff"] if each["role"] != "owner"]
    return Known(
        {
            "restaurantId": [restaurant],
            "restaurant": [house.demo["slug"], restaurant],
            "reservationId": [each["id"] for each in found],
            "guestId": [each["guestId"] for each in found],
            "tableId": tables,
            "tableIds": [[one] for one in tables],
            "date": [(today + timedelta(days=ahead)).isoformat() for ahead in range(8)],
            "month": [today.strftime("%Y-%m")],
            "time": ["13:00", "20:00", "21:30"],
            "partySize": [2, 4],
            "guest": [{"name": "Lucía García", "phone": "600 111 222"}],
            "privacyAccepted": [True],
            "email": [each["email"] for each in people],
            "password": [each["password"] for each in people],
            "If-Match": ["1", "2"],
            **made_for_it(house, owner, found[:4]),
        }
    )


def made_for_it(house: Saveit, owner: Caller, bookings: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Codes, holds, tablets, keys and invitations that may be used up."""

    def make(path: str, *bodies: Mapping[str, Any]) -> list[Any]:
        return [owner.post(f"/api/v1/{path}", body).json() for body in bodies]

    slot = {"restaurantId": house.restaurant_id, "date": next(free_days(house)).isoformat(), "partySize": 2}
    codes = make("qr/generate", *({"reservationId": each["id"]} for each in bookings))
    holds = make("availability/holds", *({**slot, "time": at} for at in ("13:00", "20:00", "22:00")))
    tablets = make("devices/enrol", *({"code": house.demo["enrolmentCode"], "name": name} for name in "abc"))
    keys = make("api-keys", *({"kind": "secret", "name": name} for name in "abc"))
    invitations = make("devices/enrolment-codes", {}, {})
    sessions = [f"session-{number:016}" for number in range(3)]
    page = house.publishable()
    for session in sessions:
        said = {"sessionId": session, "messageId": "m1", "text": "quiero hablar con una persona"}
        page.post(f"/api/v1/chat/{house.restaurant_id}/messages", said)
    threads = owner.get(f"/api/v1/conversations?restaurantId={house.restaurant_id}").json()
    return {
        "code": [each["code"] for each in codes],
        "holdId": [each["holdId"] for each in holds],
        "deviceId": [each["deviceId"] for each in tablets],
        "keyId": [each["apiKey"]["id"] for each in keys],
        "codeId": [each["id"] for each in invitations],
        "conversationId": [each["id"] for each in threads["conversations"]],
        "X-SaveIt-Session": sessions,
    }


@pytest.fixture(scope="module")
def api(house: Saveit, known: Known) -> Any:
    """The document as the server gives it."""
    schema = schemathesis.openapi.from_url(f"{house.base_url}/openapi.json")
    schema.config.generation.update(with_security_parameters=False)  # each caller has their own

    @schema.hook
    def map_path_parameters(context: Any, path_parameters: Any) -> Any:
        return known.put_into(path_parameters)

    @schema.hook
    def map_query(context: Any, query: Any) -> Any:
        return known.put_into(query)

    @schema.hook
    def map_headers(context: Any, headers: Any) -> Any:
        return known.put_into(headers)

    @schema.hook
    def map_body(context: Any, body: Any) -> Any:
        return known.put_into(body)

    return schema


@dataclass(frozen=True)
class Role:
    """Somebody who calls, and how many examples of each kind they try at each operation."""

    credentials: Callable[[Saveit], Caller]
    examples: int


ROLES = {
    "anyone": Role(lambda house: house.anyone(), 3),
    "a_web_page": Role(lambda house: house.publishable(), 6),
    "a_partner": Role(lambda house: house.secret(), 6),
    "a_tablet": Role(lambda house: house.device("Puerta"), 6),
    "the_owner": Role(lambda house: house.staff("owner"), 12),
}


@pytest.mark.parametrize("who", ROLES)
def test_every_answer_is_one_that_the_document_names(house: Saveit, api: Any, who: str) -> None:
    headers = dict(ROLES[who].credentials(house).headers)
    wrong: dict[str, str] = {}
    seen: Counter[int] = Counter()
    with requests.Session() as session:
        for found in api.get_all_operations():
            operation = found.ok()
            for strategy in strategies(operation):
                try:
                    seen += ask(strategy, ROLES[who].examples, session, headers)
                except FailureGroup as failures:
                    told = [f"{each.title}: {each.message}" for each in failures.exceptions]
                    wrong[operation.label] = "; ".join(told)
    print(f"as {who}: {sorted(seen.items())}")  # noqa: T201 - seen with -s and on failure
    assert not wrong, "\n\n".join(f"{label}: {what}" for label, what in wrong.items())
    assert seen[200] > 0, "not everything was refused"


def strategies(operation: Any) -> list[SearchStrategy[Any]]:
    """What fits the document, what does not, and its own examples."""
    modes = [GenerationMode.POSITIVE]
    if operation.path_parameters or operation.query or operation.body:
        modes.append(GenerationMode.NEGATIVE)
    made = [operation.as_strategy(generation_mode=mode) for mode in modes]
    return [*made, *operation.get_strategies_from_examples()]


def ask(
    strategy: SearchStrategy[Any], examples: int, session: requests.Session, headers: Mapping[str, str]
) -> Counter[int]:
    """Sends what the strategy makes and checks each answer; how many there were of each status."""
    seen: Counter[int] = Counter()

    @settings(
        max_examples=examples,
        phases=[Phase.explicit, Phase.generate],
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def send(case: Any) -> None:
        answer = case.call_and_validate(session=session, headers=dict(headers), checks=CHECKS)
        seen[answer.status_code] += 1

    with suppress(Unsatisfiable):  # nothing can be wrong where every text is right
        send()
    return seen
