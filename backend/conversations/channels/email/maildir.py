"""A maildir that a mail server on this machine delivers into: letters are collected from `new/` and moved to `cur/`.

Run by the worker's lane "maildir". A letter is moved only after it is safely down, so a worker killed in between hands it in
again, which changes nothing. Letters that nobody could be answered about are put into `aside/`, bounded in number, for a person.
"""

from __future__ import annotations

import fcntl
import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.parser import BytesHeaderParser
from email.policy import compat32
from pathlib import Path
from typing import Final

from backend.conversations.channels.email.door import Arrival, MailDoor, Outcome, is_passing
from backend.conversations.channels.email.headers import address_in, fields_of
from backend.platform.clock import Clock, SystemClock
from backend.platform.defects import without_words

log = logging.getLogger(__name__)

_WALL: Final = SystemClock()
FOLDERS: Final = ("tmp", "new", "cur", "aside")
_MOST_ASIDE: Final = 500
_SEEN: Final = ":2,S"
_SAFE: Final = re.compile(r"[^A-Za-z0-9._=-]")
_ENVELOPE: Final = ("delivered-to", "x-original-to", "envelope-to")
_LONGEST_HEAD: Final = 64_000


@dataclass(frozen=True, slots=True)
class MaildirRules:
    """`kept` is how long letters that were taken stay in `cur/`, `aside_kept` how long others wait for a person: they hold names,
    addresses and whatever people write."""

    folder: Path
    kept: timedelta = timedelta(hours=48)
    aside_kept: timedelta = timedelta(days=30)


class Maildir:
    """Collects letters from one folder. `wall` is the clock by which the machine dates files."""

    def __init__(self, rules: MaildirRules, door: MailDoor, wall: Clock = _WALL) -> None:
        self._rules = rules
        self._wall = wall
        self._door = door

    def collect(self, now: datetime, limit: int) -> int:
        """Hands in what is new, oldest first, so many at most; how many letters were handled.

        Raises when the database is away: the letters stay where they are.
        """
        make(self._rules.folder)
        with _alone(self._rules.folder) as mine:
            if not mine:
                return 0
            waiting = sorted(self._files("new"), key=lambda path: (path.stat().st_mtime_ns, path.name))
            for path in waiting[:limit]:
                self._handle(path, now)
            return len(waiting[:limit])

    def forget(self, now: datetime) -> int:
        """Removes letters that were dealt with long ago; how many. Called by the worker's upkeep."""
        if not self._is_there():
            return 0
        kept = (("cur", self._rules.kept), ("aside", self._rules.aside_kept))
        old = [path for name, life in kept for path in self._older(name, now - life)]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def _older(self, name: str, before: datetime) -> list[Path]:
        return [path for path in self._files(name) if path.stat().st_mtime < before.timestamp()]

    def _is_there(self) -> bool:
        return all((self._rules.folder / name).is_dir() for name in FOLDERS)

    def _files(self, name: str) -> Iterator[Path]:
        return (
            path for path in (self._rules.folder / name).iterdir() if path.is_file() and path.name[0] != "."
        )

    def _handle(self, path: Path, now: datetime) -> None:
        try:
            outcome = self._outcome(path, now)
        except Exception as problem:
            if is_passing(problem):
                raise  # the database is away or too busy, and the letter waits for it
            # It must not stop those behind it.
            log.error("letter not understood", extra={"problem": without_words(problem, 3)})
            outcome = Outcome.UNREADABLE
        if outcome.is_settled:
            self._move(path, "cur", _SEEN)
            return
        log.warning("letter put aside", extra={"outcome": outcome.value, "file": path.name})
        self._move(path, "aside", "")
        self._keep_few_aside()

    def _outcome(self, path: Path, now: datetime) -> Outcome:
        about = path.stat()
        if about.st_size > self._door.rules.largest:
            return self._door.too_large()
        raw = path.read_bytes()
        # By its age: the file's time is the machine's, and ours may be another (demonstrations).
        age = timedelta(seconds=max(0.0, self._wall.now().timestamp() - about.st_mtime))
        return self._door.take(Arrival(raw, now - age, _envelope_of(raw)), now)

    def _move(self, path: Path, folder: str, flags: str) -> None:
        name = _SAFE.sub("-", path.name.partition(":")[0])[:200]
        target = self._rules.folder / folder / f"{name}{flags}"
        path.rename(target)
        os.utime(target)  # from now on it is the time at which it was dealt with

    def _keep_few_aside(self) -> None:
        aside = sorted(self._files("aside"), key=lambda path: path.stat().st_mtime_ns)
        for path in aside[:-_MOST_ASIDE]:
            path.unlink(missing_ok=True)


def make(folder: Path) -> None:
    """The maildir's folders; where they are already their modes stay as the mail server wants them."""
    for name in FOLDERS:
        (folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)


def _envelope_of(raw: bytes) -> tuple[str, ...]:
    """For whom the mail server took it; it writes that above what came with the letter."""
    fields = fields_of(BytesHeaderParser(policy=compat32).parsebytes(raw[:_LONGEST_HEAD]))
    found = [address_in(value) for name in _ENVELOPE for value in fields.get(name, ())[:1]]
    return tuple(each for each in found if each)


@contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """Whether this process alone collects from the folder now."""
    handle = os.open(folder / ".collecting", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)
