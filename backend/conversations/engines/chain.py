"""The reader the dialogue uses when engines are configured: the built-in parser first, an engine only where that one is unsure.

Nothing an engine does can make a turn fail or last longer than the deadline: on any failure the built-in answer stands. Called by
`ConversationService`; put together in the wiring.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Final, Protocol

from backend.conversations.engines.budget import Budget
from backend.conversations.engines.circuit import Circuit
from backend.conversations.engines.deadline import Lines
from backend.conversations.engines.merging import is_binding, merged, says_nothing
from backend.conversations.engines.port import Answer, Engine, EngineError, Question, Reader, Service
from backend.conversations.engines.putting import Put, prepared
from backend.conversations.understanding import Understanding
from backend.platform.defects import without_words

_SHORTEST_S: Final = 0.05  # with less time left an engine is not asked any more
_KEPT: Final = 256
_KEPT_S: Final = 120.0
_FAILURE_KEPT_S: Final = 10.0
_LINES: Final = 4
_log = logging.getLogger(__name__)


class Figures(Protocol):
    """Where outcomes are counted: `platform.telemetry.Telemetry`."""

    def reading(self, engine: str, outcome: str, seconds: float | None = None) -> None:
        """One message that was, or was not, put to an engine."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An engine with what guards it. `within` is its own time limit in seconds."""

    engine: Engine
    circuit: Circuit
    lines: Lines
    within: float


@dataclass(frozen=True, slots=True)
class Limits:
    """`threshold`: confidence below which engines are asked, as they always are when nothing was understood.

    `deadline`: seconds for all of them. `per_turn`: how many at most.
    """

    threshold: float
    deadline: float
    per_turn: int


class ReaderChain:
    """The built-in parser and the engines, in the order they are asked."""

    def __init__(
        self,
        built_in: Reader,
        engines: Sequence[Asked],
        limits: Limits,
        budget: Budget,
        figures: Figures,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._built_in = built_in
        self._engines = tuple(engines)
        self._limits = limits
        self._budget = budget
        self._figures = figures
        self._clock = clock
        self._remembered = _Remembered(clock)

    def read(
        self,
        text: str,
        *,
        now: datetime,
        tz: str,
        language: str | None = None,
        context: str | None = None,
        service: Service = (),
    ) -> Understanding:
        """See `Reader`."""
        own = self._built_in.read(text, now=now, tz=tz, language=language, context=context, service=service)
        if self._stands(own):
            return own
        put = prepared(text, own, now=now, tz=tz, language=language, context=context, service=service)
        return self._second(own, put) if put.says_something else own

    def _stands(self, own: Understanding) -> bool:
        sure = own.confidence >= self._limits.threshold and not says_nothing(own)
        return sure or is_binding(own)

    def _second(self, own: Understanding, put: Put) -> Understanding:
        """The better of the built-in answer and the first answer of an engine that is good enough."""
        until = self._clock() + self._limits.deadline
        best, asked = own, 0
        for each in self._engines:
            left = until - self._clock()
            if asked >= self._limits.per_turn or left < _SHORTEST_S:
                break
            known, answer = self._remembered.get(each.engine.name, put.question)
            if not known:
                answer, was_asked = self._ask(each, put.question, min(left, each.within))
                asked += was_asked
            if answer is None:
                continue
            read, dropped = put.understood(answer)
            if dropped:
                self._figures.reading(each.engine.name, "value_dropped")
            best = merged(best, read)
            if self._stands(best):
                break
        return best

    def _ask(self, each: Asked, question: Question, within: float) -> tuple[Answer | None, bool]:
        """An engine's answer, None on any failure; and whether it counts as asked."""
        name = each.engine.name
        if not each.circuit.enter():
            self._figures.reading(name, "circuit_open")
            return None, False
        if not self._budget.take(name):
            each.circuit.left()
            self._figures.reading(name, "over_budget")
            return None, False
        started = self._clock()
        try:
            answer = each.lines.call(lambda: each.engine.ask(question, within), within)
        except EngineError as problem:
            _settle(each.circuit, problem)
            self._remembered.put(name, question, None)
            self._told(name, problem.failure, started, str(problem))
            return None, problem.failure != "busy"
        except Exception as defect:  # noqa: BLE001 -- whatever an engine does, the guest gets the built-in answer
            each.circuit.failed()
            _log.error("engine %s: a defect: %s", name, without_words(defect, _LINES))
            self._told(name, "defect", started)
            self._remembered.put(name, question, None)
            return None, True
        each.circuit.succeeded()
        self._told(name, "answered", started)
        self._remembered.put(name, question, answer)
        return answer, True

    def _told(self, name: str, outcome: str, started: float, detail: str = "") -> None:
        """Counts and logs an outcome. `detail` is a status or a kind of error, never what anybody wrote."""
        seconds = self._clock() - started
        self._figures.reading(name, outcome, seconds)
        level = logging.WARNING if detail else logging.INFO
        _log.log(level, "engine %s: %s after %d ms", name, detail or outcome, round(seconds * 1000))


def _settle(circuit: Circuit, problem: EngineError) -> None:
    if problem.blames_service:
        circuit.failed(problem.retry_after)
    else:
        circuit.left()


class _Remembered:
    """What came of the last messages: the same one, thought again or sent again, is not paid for and not waited for twice.

    Keeps no message, only a keyed digest of it, and forgets what is past its time whenever it is used. A failure is remembered
    for a moment only, so that a later try may succeed.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._answers: OrderedDict[bytes, tuple[float, Answer | None]] = OrderedDict()

    def get(self, engine: str, question: Question) -> tuple[bool, Answer | None]:
        """Whether it is known what came of it, and the answer if there was one."""
        with self._lock:
            self._forget()
            digest = self._digest(engine, question)
            return (True, self._answers[digest][1]) if digest in self._answers else (False, None)

    def put(self, engine: str, question: Question, answer: Answer | None) -> None:
        """Remembers an answer, or with None that there was none."""
        life = _KEPT_S if answer is not None else _FAILURE_KEPT_S
        with self._lock:
            self._forget()
            self._answers[self._digest(engine, question)] = (self._clock() + life, answer)
            while len(self._answers) > _KEPT:
                self._answers.popitem(last=False)

    def _forget(self) -> None:
        now = self._clock()
        for digest in [digest for digest, (until, _) in self._answers.items() if until <= now]:
            del self._answers[digest]

    def _digest(self, engine: str, question: Question) -> bytes:
        return blake2b(repr((engine, question)).encode(), key=self._key, digest_size=16).digest()
