"""Many clients at once, each as patient as our own: the same request until there is a final answer, also when
the connection is cut, the server is away (503) or the slot is contended (409 `lock_timeout`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from http_client import Caller, LostError, Reply
from servers import wait_until

# A client gives up after this; everything that is killed must be back by then, on a busy machine too.
PATIENCE_S = 120.0
_PAUSE_S = 0.1


@dataclass(frozen=True)
class Act:
    """One thing that somebody wants done once, however often it is asked for."""

    caller: Caller
    path: str
    body: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)
    key: str = field(default_factory=lambda: uuid4().hex)

    def send(self) -> Reply:
        """One try; raises LostError."""
        return self.caller.call("POST", self.path, self.body, self.headers)


@dataclass
class Crowd:
    """Acts done beside the test. `answers` are the final ones, by the act's key; `odd` what nobody may ever see."""

    acts: Sequence[Act]
    answers: dict[str, Reply] = field(default_factory=dict)
    odd: list[str] = field(default_factory=list)

    def done(self) -> dict[str, dict[str, Any]]:
        """Key: body of each answer that is a success, so far."""
        return {key: each.json() for key, each in tuple(self.answers.items()) if each.status < 300}

    @contextmanager
    def going_on(self, clients: int = 6, *, together: bool = False) -> Iterator[None]:
        """That many clients share the acts beside the block; at its end every act has its final answer.
        `together`: they begin at the same instant.
        """
        gate = threading.Barrier(clients) if together else None
        threads = [
            threading.Thread(target=self._do_all, args=(self.acts[number::clients], gate))
            for number in range(clients)
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            for thread in threads:
                thread.join()
        unanswered = [act.key for act in self.acts if act.key not in self.answers]
        assert unanswered == [], f"no final answer in {PATIENCE_S:g} s; {self.odd[:3]}"

    def until(self, count: int) -> None:
        """Until that many acts have succeeded."""
        wait_until(lambda: len(self.done()) >= count, f"{count} successes", PATIENCE_S)

    def must_go_on(self) -> None:
        """Fails when everything is done already: what the test does now would be in the middle of nothing."""
        assert len(self.answers) < len(self.acts)

    def _do_all(self, acts: Sequence[Act], gate: threading.Barrier | None) -> None:
        if gate is not None:
            gate.wait()
        for act in acts:
            self._insist(act)

    def _insist(self, act: Act) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            try:
                reply = act.send()
            except LostError:
                time.sleep(_PAUSE_S)
                continue
            if self._is_final(reply):
                self.answers[act.key] = reply
                return
            time.sleep(_PAUSE_S)

    def _is_final(self, reply: Reply) -> bool:
        if (reply.status, reply.code) == (503, "unavailable"):
            return False
        if reply.status >= 500 or (reply.status >= 300 and reply.code is None):
            self.odd.append(f"{reply.status} {reply.body[:300]!r}")
            return False
        return reply.code != "lock_timeout"
