"""Losing against another transaction: done again, in the end a polite not-now; anything else stays what it is."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from backend.platform.contention import OVERLAP, UNIQUE, overlap_refused, until_settled
from backend.platform.refusals import Refusal


class FailedError(Exception):
    """The driver's error."""

    def __init__(self, pgcode: str) -> None:
        super().__init__(pgcode)
        self.pgcode = pgcode


class Losing:
    """Work that loses `times` times, then gives "won"."""

    def __init__(
        self,
        times: int,
        pgcode: str = OVERLAP,
        kind: type[IntegrityError | OperationalError] = IntegrityError,
    ) -> None:
        self.times, self.pgcode, self.kind, self.done = times, pgcode, kind, 0

    def __call__(self) -> str:
        self.done += 1
        if self.done <= self.times:
            raise self.kind("INSERT", None, FailedError(self.pgcode))
        return "won"


@pytest.mark.parametrize("times", [0, 1, 2])
def test_work_that_lost_is_done_again(times: int) -> None:
    work = Losing(times)

    assert until_settled(work) == "won"
    assert work.done == times + 1


@pytest.mark.parametrize("pgcode", ["40001", "40P01"])
def test_a_deadlock_and_a_serialisation_failure_are_lost_too(pgcode: str) -> None:
    assert until_settled(Losing(1, pgcode, OperationalError)) == "won"


def test_work_that_always_loses_is_asked_to_come_again() -> None:
    with pytest.raises(Refusal, match="lock_timeout") as refused:
        until_settled(Losing(99))

    assert refused.value.headers == {"Retry-After": "1"}


def test_a_key_written_twice_counts_as_lost_only_where_that_is_said() -> None:
    assert until_settled(Losing(1, UNIQUE), also=[UNIQUE]) == "won"
    with pytest.raises(IntegrityError):
        until_settled(Losing(1, UNIQUE))


def test_a_refusal_ends_it_at_once() -> None:
    def refuse() -> None:
        raise Refusal("not_found")

    with pytest.raises(Refusal, match="not_found"):
        until_settled(refuse)


def test_a_table_that_was_taken_in_between_is_the_refusal_that_is_given() -> None:
    with (
        pytest.raises(Refusal, match="slot_unavailable"),
        overlap_refused(lambda: Refusal("slot_unavailable")),
    ):
        Losing(1)()


def test_any_other_violation_stays_a_defect() -> None:
    with pytest.raises(IntegrityError), overlap_refused(lambda: Refusal("slot_unavailable")):
        Losing(1, "23503")()
