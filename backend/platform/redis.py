"""Redis as SaveIt uses it: a cache, polite locks, rate counters and the live fan-out. Never the truth.

Each of these goes on without Redis: `Redis.attempt` and `Redis.run` answer None when it cannot be reached, and after a failure
leave it alone for a moment so that a dead server costs one time-out a second and not one a request. Called by the adapters beside
this file.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import redis
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError
from redis.retry import Retry

log = logging.getLogger(__name__)
T = TypeVar("T")
Word = str | bytes | int

_PAUSE_S = 1.0
_KEPT = 32  # connections of `run` that wait for their next use


class Script:
    """A Lua script, known to Redis by its hash after its first use. It must not answer nil: that means that Redis is down."""

    def __init__(self, text: str) -> None:
        self.text = text.strip()
        self.name = hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest()

    def step(self, keys: Sequence[Word], given: Sequence[Word] = ()) -> Step:
        """The script with its keys and arguments."""
        return self, (len(keys), *keys, *given)


Step = tuple[Script, tuple[Word, ...]]


class Redis:
    """A server that may be unreachable."""

    def __init__(self, url: str, timeout_ms: int = 500) -> None:
        seconds = timeout_ms / 1000
        self.client = redis.Redis.from_url(
            url,
            socket_timeout=seconds,
            socket_connect_timeout=seconds,
            retry=Retry(NoBackoff(), 0),
            health_check_interval=0,
        )
        self.url = url
        self._waiting: list[Any] = []
        self._leave_alone_until = 0.0
        self.failures = 0

    def attempt(self, call: Callable[[redis.Redis], T]) -> T | None:
        """The call's answer, or None when Redis is down. Callers must be right either way."""
        if self.is_left_alone:
            return None
        try:
            return call(self.client)
        except (redis.ConnectionError, redis.TimeoutError) as lost:
            self._lost(lost)
            return None

    @property
    def is_left_alone(self) -> bool:
        """Whether it failed a moment ago, so that nothing is sent to it now."""
        return time.monotonic() < self._leave_alone_until

    def run(self, *steps: Step, insist: bool = False) -> list[Any] | None:
        """The answers of scripts, sent together; None when Redis is down.

        For the hot paths: one round trip, and a fifth of the client library's work for a command. With `insist` they are sent
        even if Redis failed a moment ago: for what would do harm if it were left out.
        """
        if self.is_left_alone and not insist:
            return None
        try:
            return self._answers(steps)
        except redis.RedisError as lost:  # also one that answers that it can do nothing now: full, read-only
            self._lost(lost)
            return None

    def is_up(self) -> bool:
        """Whether Redis answers now."""
        return bool(self.attempt(lambda client: client.ping()))

    def _lost(self, why: Exception) -> None:
        self._leave_alone_until = time.monotonic() + _PAUSE_S
        self.failures += 1
        log.warning("redis is unreachable, going on without it: %s", type(why).__name__)

    def _answers(self, steps: Sequence[Step]) -> list[Any]:
        message = b"".join(_packed("EVALSHA", script.name, *words) for script, words in steps)
        while self._waiting:
            line = self._waiting.pop()
            try:
                return self._asked(line, message, steps)
            except redis.ConnectionError:
                continue  # it had been closed while it waited, as all are by a restart of the server
        return self._asked(self._connected(), message, steps)

    def _connected(self) -> Any:
        pool = self.client.connection_pool
        line = pool.connection_class(**pool.connection_kwargs)
        line.connect()
        return line

    def _asked(self, line: Any, message: bytes, steps: Sequence[Step]) -> list[Any]:
        try:
            answers = _exchange(line, message, len(steps))
            for place, (script, words) in enumerate(steps):
                if isinstance(answers[place], NoScriptError):
                    answers[place] = _exchange(line, _packed("EVAL", script.text, *words), 1)[0]
        except BaseException:
            line.disconnect()  # an answer may still be on its way
            raise
        if len(self._waiting) < _KEPT:
            self._waiting.append(line)
        else:
            line.disconnect()
        for answer in answers:
            if isinstance(answer, Exception):
                raise answer
        return answers


def _exchange(line: Any, message: bytes, count: int) -> list[Any]:
    """Sends commands on a connection and reads their answers; an answer may be an exception."""
    line.send_packed_command([message], check_health=False)
    answers: list[Any] = []
    got, place = b"", 0
    while len(answers) < count:
        try:
            answer, place = read_answer(got, place)
            answers.append(answer)
        except IndexError:  # not all of it has come yet
            got += _received(line)
    return answers


def _received(line: Any) -> bytes:
    try:
        part: bytes = line._sock.recv(65_536)
    except TimeoutError as late:
        raise redis.TimeoutError("no answer in time") from late
    except OSError as lost:
        raise redis.ConnectionError(str(lost)) from lost
    if not part:
        raise redis.ConnectionError("the connection was closed")
    return part


def read_answer(got: bytes, start: int = 0) -> tuple[Any, int]:
    """The answer that begins at `start`, and where it ends: integers, texts (bytes), lists, None, and errors as exceptions not
    raised. Raises IndexError when it is not all there.

    Half the size of the client library's reader and many times as fast; scripts of ours answer nothing else.
    """
    end = got.find(b"\r\n", start)
    if end < 0:
        raise IndexError
    kind, word, end = got[start : start + 1], got[start + 1 : end], end + 2
    if kind == b":":
        return int(word), end
    if kind == b"$":
        return _text(got, int(word), end)
    if kind == b"*":
        return _several(got, int(word), end)
    if kind == b"+":
        return word, end
    if kind == b"_":
        return None, end
    if kind == b"-":
        text = word.decode(errors="replace")
        return (NoScriptError if text.startswith("NOSCRIPT") else redis.ResponseError)(text), end
    raise redis.InvalidResponse(f"an answer of kind {kind!r}")


def _text(got: bytes, length: int, start: int) -> tuple[bytes | None, int]:
    if length < 0:
        return None, start
    if len(got) < start + length + 2:
        raise IndexError
    return got[start : start + length], start + length + 2


def _several(got: bytes, count: int, start: int) -> tuple[list[Any] | None, int]:
    if count < 0:
        return None, start
    found = []
    for _ in range(count):
        each, start = read_answer(got, start)
        found.append(each)
    return found, start


def _packed(*words: Word) -> bytes:
    """A command in Redis's protocol."""
    parts = [b"*%d\r\n" % len(words)]
    for word in words:
        data = word if isinstance(word, bytes) else str(word).encode()
        parts.append(b"$%d\r\n%b\r\n" % (len(data), data))
    return b"".join(parts)
