"""The circuit breaker with a clock the test turns: when it opens, how it tries again, what it forgets."""

from __future__ import annotations

import threading

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from backend.conversations.engines.circuit import Circuit


class Hand:
    """A clock's hand, in seconds."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def circuit(hand: Hand) -> Circuit:
    return Circuit(failures=3, window=60, pause=30, clock=hand)


def fail(circuit: Circuit, times: int) -> None:
    for _ in range(times):
        assert circuit.enter()
        circuit.failed()


def test_it_lets_calls_pass_until_the_last_failure_it_bears(circuit):
    fail(circuit, 2)

    assert circuit.enter()


def test_it_opens_with_the_failure_that_is_too_many(circuit):
    fail(circuit, 3)

    assert not circuit.enter()
    assert circuit.is_open


def test_failures_long_ago_do_not_count(circuit, hand):
    fail(circuit, 2)
    hand.at += 61
    fail(circuit, 2)

    assert circuit.enter()


def test_an_answer_in_between_makes_it_forget(circuit):
    fail(circuit, 2)
    circuit.enter()
    circuit.succeeded()
    fail(circuit, 2)

    assert circuit.enter()


def test_after_the_pause_one_call_is_tried_and_no_second(circuit, hand):
    fail(circuit, 3)
    hand.at += 30

    assert [circuit.enter() for _ in range(3)] == [True, False, False]


def test_a_trial_that_succeeds_closes_it(circuit, hand):
    fail(circuit, 3)
    hand.at += 30
    circuit.enter()
    circuit.succeeded()

    assert [circuit.enter() for _ in range(3)] == [True, True, True]
    assert not circuit.is_open


def test_a_trial_that_fails_opens_it_for_another_pause(circuit, hand):
    fail(circuit, 3)
    hand.at += 30
    fail(circuit, 1)
    hand.at += 29

    assert not circuit.enter()
    hand.at += 1
    assert circuit.enter()


def test_a_trial_that_was_not_made_leaves_the_next_one_its_turn(circuit, hand):
    fail(circuit, 3)
    hand.at += 30
    circuit.enter()
    circuit.left()

    assert circuit.enter()


def test_a_service_that_says_how_long_it_wants_peace_gets_it_at_once(circuit, hand):
    circuit.enter()
    circuit.failed(pause=90)
    hand.at += 89

    assert not circuit.enter()
    hand.at += 1
    assert circuit.enter()


def test_a_late_answer_of_before_does_not_close_what_opened_since(circuit):
    circuit.enter()
    fail(circuit, 3)
    circuit.succeeded()

    assert not circuit.enter()


def test_many_threads_at_once_get_one_trial(circuit, hand):
    fail(circuit, 3)
    hand.at += 30
    gate, passed = threading.Barrier(16), []

    def knock() -> None:
        gate.wait()
        passed.append(circuit.enter())

    threads = [threading.Thread(target=knock) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(passed) == 1


class AnyUse(RuleBasedStateMachine):
    """Whatever happens: it never stays shut for ever, and while a trial runs nobody else gets in."""

    def __init__(self) -> None:
        super().__init__()
        self.hand = Hand()
        self.circuit = Circuit(3, 60, 30, self.hand)
        self.within = 0

    @rule()
    def knock(self) -> None:
        self.within += self.circuit.enter()

    @rule(what=st.sampled_from(["succeeded", "failed", "left"]))
    def leave(self, what: str) -> None:
        if self.within:
            self.within -= 1
            getattr(self.circuit, what)()

    @rule(seconds=st.floats(0, 100))
    def wait(self, seconds: float) -> None:
        self.hand.at += seconds

    @invariant()
    def opens_again_once_all_have_left(self) -> None:
        if self.within:
            return
        self.hand.at += 31
        assert self.circuit.enter()
        self.circuit.left()


TestAnyUse = AnyUse.TestCase
