"""A lane of the worker: wakes, goes on, waits out trouble, stops."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

import pytest

from backend.platform.refusals import Refusal
from backend.platform.worker.lane import Lane, is_away


class Work:
    """Answers with the given amounts in turn, then with nothing; exceptions are raised."""

    def __init__(self, *answers: int | Exception) -> None:
        self.answers = list(answers)
        self.calls = 0
        self.changed = threading.Condition()

    def __call__(self) -> int:
        with self.changed:
            self.calls += 1
            self.changed.notify_all()
            answer = self.answers.pop(0) if self.answers else 0
        if isinstance(answer, Exception):
            raise answer
        return answer

    def wait_for(self, calls: int) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: self.calls >= calls, 10)


def running(work: Callable[[], int], pause_s: float = 60, **more: object) -> Lane:
    lane = Lane("test", work, pause_s=pause_s, **more)  # type: ignore[arg-type]
    lane.start()
    return lane


def ended(lane: Lane) -> bool:
    lane.stop()
    lane.join(10)
    return not lane.is_alive()


def test_while_there_is_something_to_do_it_does_not_pause() -> None:
    work = Work(5, 5, 5)
    lane = running(work)
    work.wait_for(4)
    assert ended(lane)


def test_a_wake_ends_the_pause() -> None:
    work = Work()
    lane = running(work)
    work.wait_for(1)
    lane.wake()
    work.wait_for(2)
    assert ended(lane)


def test_a_wake_during_the_work_is_not_forgotten() -> None:
    lane: Lane
    calls: list[int] = []
    second = threading.Event()

    def work() -> int:
        calls.append(1)
        if len(calls) == 1:
            lane.wake()
        else:
            second.set()
        return 0

    lane = Lane("test", work, pause_s=60)
    lane.start()
    assert second.wait(10)
    assert ended(lane)


def test_without_a_wake_it_looks_again_after_the_pause() -> None:
    work = Work()
    lane = running(work, pause_s=0.01)
    work.wait_for(3)
    assert ended(lane)


def test_results_wake_the_lanes_that_get_work_from_them() -> None:
    following = Work()
    after = running(following)
    following.wait_for(1)
    lane = running(Work(3), then=[after])
    following.wait_for(2)
    assert ended(lane)
    assert ended(after)


def test_an_outage_is_waited_out_and_said_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    work = Work(*(Refusal("unavailable") for _ in range(3)), 1)
    lane = running(work)
    work.wait_for(5)
    assert ended(lane)
    said = [record.getMessage() for record in caplog.records]
    assert said == ["waits for the database", "works again"]


def test_a_defect_is_logged_with_its_trace_each_time_and_does_not_end_the_lane(
    caplog: pytest.LogCaptureFixture,
) -> None:
    work = Work(ZeroDivisionError(), KeyError("x"), 1)
    lane = running(work)
    work.wait_for(4)
    assert ended(lane)
    failed = [record for record in caplog.records if record.getMessage() == "work failed"]
    assert [record.exc_info and record.exc_info[0] for record in failed] == [ZeroDivisionError, KeyError]


def test_a_stop_does_not_wait_for_the_pause_of_an_outage() -> None:
    work = Work(*(Refusal("unavailable") for _ in range(100)))
    lane = running(work)
    work.wait_for(5)
    began = time.monotonic()
    assert ended(lane)
    assert time.monotonic() - began < 2


def test_a_stop_lets_the_work_at_hand_finish() -> None:
    begun, free, finished = threading.Event(), threading.Event(), threading.Event()

    def work() -> int:
        begun.set()
        free.wait(10)
        finished.set()
        return 0

    lane = running(work)
    assert begun.wait(10)
    lane.stop()
    free.set()
    lane.join(10)
    assert finished.is_set()
    assert not lane.is_alive()


@pytest.mark.parametrize(
    ("error", "away"), [(Refusal("unavailable"), True), (Refusal("not_found"), False), (OSError(), False)]
)
def test_only_a_database_out_of_reach_passes_by_itself(error: Exception, away: bool) -> None:
    assert is_away(error) is away
