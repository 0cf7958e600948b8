"""What a diner is told while somebody else books the same slot."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time

from stage import TOMORROW, Stage

from backend.availability.service import lock_key


def test_a_slot_that_stays_contended_is_a_polite_not_now_and_not_a_no(
    new_stage: Callable[..., Stage],
) -> None:
    stage = new_stage(lock_wait_ms=30)
    lock = lock_key(stage.restaurant_id, TOMORROW, time(20, 0))
    stage.services.redis.client.set(lock, "somebody else", px=30_000)

    answer = stage.book({**stage.publishable, "Accept-Language": "es"})

    assert (answer.status_code, answer.get_json()["code"]) == (409, "lock_timeout")
    assert answer.headers["Retry-After"] == "1"
    assert answer.get_json()["detail"].startswith("Hay varias personas reservando")


def test_the_same_slot_is_booked_as_soon_as_the_other_has_done(new_stage: Callable[..., Stage]) -> None:
    stage = new_stage(lock_wait_ms=2000)
    lock = lock_key(stage.restaurant_id, TOMORROW, time(20, 0))
    stage.services.redis.client.set(lock, "somebody else", px=100)

    assert stage.book().status_code == 201
    assert stage.services.redis.client.get(lock) is None


def test_whoever_booked_already_is_told_so_though_the_lock_stayed_behind_with_a_dead_process(
    new_stage: Callable[..., Stage],
) -> None:
    stage = new_stage(lock_wait_ms=30)
    booked = stage.book(key="wish")
    lock = lock_key(stage.restaurant_id, TOMORROW, time(20, 0))
    stage.services.redis.client.set(lock, "a dead process", px=30_000)

    again = stage.book(key="wish")
    other = stage.book(key="another wish")

    assert (again.status_code, again.get_json()) == (201, booked.get_json())
    assert (other.status_code, other.get_json()["code"]) == (409, "lock_timeout")
