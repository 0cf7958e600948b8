"""A mailbox at a provider, read by IMAP: what most restaurants have. Run by the worker's lane "imap".

What was read is known by UID, kept in the database, so that people may open, flag and file letters as they like. Letters that were
there before the mailbox was connected are left alone. A letter that was taken is marked as read; all others stay as they are for
whoever looks into the mailbox.
"""

from __future__ import annotations

import hashlib
import logging
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientError
from imapclient.imap4 import IMAP4WithTimeout
from imapclient.tls import IMAP4_TLS

from backend.conversations.channels.email.door import Arrival, MailDoor, Outcome, is_passing
from backend.conversations.channels.email.store import MailStore, Position
from backend.platform.clock import Clock, SystemClock
from backend.platform.defects import without_words
from backend.platform.refusals import Refusal

log = logging.getLogger(__name__)

_WALL: Final = SystemClock()
_CONNECT_S: Final = 10.0
_READ_S: Final = 30.0
_LEASE: Final = timedelta(minutes=5)
_LOOK_BACK: Final = timedelta(days=3)
_MOST_AT_ONCE: Final = 20
_ROOM: Final = 1_000_000  # what an answer may hold besides a letter of the largest kind
_FIRST_PAUSE: Final = timedelta(seconds=30)
_LONGEST_PAUSE: Final = timedelta(minutes=15)
_LONGEST_S: Final = 120.0
# What a server that is away, slow, hostile or refuses us makes of a session; the library reads what it says as numbers and ASCII.
UNREACHABLE: Final = (
    IMAPClientError,
    OSError,
    ValueError,
    LookupError,
    TypeError,
    OverflowError,
    AttributeError,
)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where a mailbox is. `restaurant_id` None: letters say by their recipient whose they are. `address` is the mailbox's own,
    `trusted` the servers whose word about senders counts there (None: those of the door)."""

    host: str
    user: str
    password: str = field(repr=False)
    port: int = 993
    tls: Literal["tls", "starttls", "none"] = "tls"
    folder: str = "INBOX"
    restaurant_id: UUID | None = None
    address: str = ""
    trusted: frozenset[str] | None = None

    @property
    def name(self) -> str:
        """A name for it that tells nothing."""
        where = "\0".join((self.host.lower(), str(self.port), self.user, self.folder))
        return hashlib.sha256(where.encode()).hexdigest()[:32]


class ImapCollector:
    """Reads mailboxes in turn. `mailboxes` tells which there are now, `pause` how long each rests, `longest` how many seconds a
    server may keep us; `tls_context` is the machine's trust and `wall` the world's clock unless tests say so.
    """

    def __init__(
        self,
        mailboxes: Callable[[], Sequence[Mailbox]],
        store: MailStore,
        door: MailDoor,
        *,
        tls_context: Callable[[], ssl.SSLContext] = ssl.create_default_context,
        wall: Clock = _WALL,
        pause: timedelta = timedelta(0),
        longest: float = _LONGEST_S,
    ) -> None:
        self._mailboxes = mailboxes
        self._store = store
        self._door = door
        self._tls_context = tls_context
        self._wall = wall
        self._pause = pause
        self._longest = longest
        self._failures: dict[str, int] = {}
        self._not_before: dict[str, datetime] = {}

    def collect(self, now: datetime, limit: int) -> int:
        """Looks into every mailbox; how many letters were handled. A mailbox that cannot be reached is left alone for a while."""
        return sum(self._look_into(each, now, limit) for each in self._mailboxes())

    def _look_into(self, mailbox: Mailbox, now: datetime, limit: int) -> int:
        name = mailbox.name
        if now < self._not_before.get(name, now):
            return 0
        position = self._store.lease(name, now, _LEASE, self._pause)
        if position is None:
            return 0
        try:
            handled = self._read(mailbox, position, now, min(limit, _MOST_AT_ONCE))
        except Exception as problem:
            if isinstance(problem, Refusal):
                raise  # the database is away: nothing that a mailbox has done
            # Whatever a server says, or a restaurant has entered, is no reason to leave the others' mailboxes unread.
            self._leave_alone(name, problem, now)
            return 0
        finally:
            self._store.release(name, now)
        self._failures.pop(name, None)
        self._not_before.pop(name, None)
        return handled

    def _leave_alone(self, name: str, problem: Exception, now: datetime) -> None:
        failures = self._failures[name] = self._failures.get(name, 0) + 1
        pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(failures - 1, 10))
        self._not_before[name] = now + pause
        log.warning(
            "a mailbox cannot be read",
            extra={"mailbox": name, "reason": type(problem).__name__, "pauseSeconds": pause.total_seconds()},
        )

    def _read(self, mailbox: Mailbox, position: Position, now: datetime, limit: int) -> int:
        with self._session(mailbox) as client:
            about = client.select_folder(mailbox.folder)
            validity, following = int(about[b"UIDVALIDITY"]), int(about.get(b"UIDNEXT", 0))
            if position.uid_validity is None:
                # Never read before: what is there is the past, and no answer to it is wanted.
                self._store.advance(mailbox.name, Position(validity, self._last(client, following)))
                return 0
            known = position.uid if position.uid_validity == validity else None
            uids = self._new(client, known, now)[:limit]
            for uid in uids:
                self._hand_in(client, mailbox, uid, now)
                self._store.advance(mailbox.name, Position(validity, uid))
            if known is None and not uids:
                self._store.advance(mailbox.name, Position(validity, self._last(client, following)))
            return len(uids)

    def _last(self, client: IMAPClient, following: int) -> int:
        """The newest letter's UID; servers need not say what the next will be."""
        return following - 1 if following else max(client.search(["ALL"]), default=0)

    def _new(self, client: IMAPClient, known: int | None, now: datetime) -> list[int]:
        """UIDs to read, oldest first. Numbered anew: the last days again, what was taken is known by its id."""
        if known is None:
            return sorted(client.search(["SINCE", (now - _LOOK_BACK).date()]))
        # "N:*" names the newest letter even when it is older than N.
        return sorted(uid for uid in client.search(["UID", f"{known + 1}:*"]) if uid > known)

    def _hand_in(self, client: IMAPClient, mailbox: Mailbox, uid: int, now: datetime) -> None:
        about = client.fetch([uid], ["RFC822.SIZE", "INTERNALDATE"]).get(uid, {})
        if int(about.get(b"RFC822.SIZE", 0)) > self._door.rules.largest:
            self._door.too_large()
            return
        raw = client.fetch([uid], ["BODY.PEEK[]"]).get(uid, {}).get(b"BODY[]")
        if not isinstance(raw, bytes):
            return  # somebody removed it meanwhile
        recipients = (mailbox.address,) if mailbox.address else ()
        arrival = Arrival(
            raw,
            now - self._age(about.get(b"INTERNALDATE")),
            recipients,
            mailbox.restaurant_id,
            trusted=mailbox.trusted,
        )
        if self._outcome(arrival, now) is Outcome.TAKEN:
            client.add_flags([uid], [b"\\Seen"], silent=True)

    def _age(self, said: Any) -> timedelta:
        """How long the server has had the letter, by the world's clock: ours may be another (demonstrations)."""
        if not isinstance(said, datetime):
            return timedelta(0)
        came = said if said.tzinfo is not None else said.replace(tzinfo=UTC)
        return max(timedelta(0), self._wall.now() - came)

    def _outcome(self, arrival: Arrival, now: datetime) -> Outcome:
        try:
            return self._door.take(arrival, now)
        except Exception as problem:
            if is_passing(problem):
                raise  # the database is away or too busy, and the letter waits for it
            # It stays unread, and must not stop those behind it.
            log.error("letter not understood", extra={"problem": without_words(problem, 3)})
            return Outcome.UNREADABLE

    @contextmanager
    def _session(self, mailbox: Mailbox) -> Iterator[IMAPClient]:
        patience = _Patience(self._longest, self._door.rules.largest)
        try:
            client = _Client(
                patience.begin,
                mailbox.host,
                mailbox.port,
                ssl=mailbox.tls == "tls",
                ssl_context=self._tls_context() if mailbox.tls == "tls" else None,
                timeout=SocketTimeout(_CONNECT_S, _READ_S),
            )
            try:
                if mailbox.tls == "starttls":
                    client.starttls(self._tls_context())
                client.login(mailbox.user, mailbox.password)
                client.normalise_times = False
                yield client
            finally:
                _leave(client)
        finally:
            patience.end()

    def check(self, mailbox: Mailbox) -> int:
        """How many letters are in it; raises one of `UNREACHABLE`. For whoever connects one."""
        with self._session(mailbox) as client:
            return int(client.select_folder(mailbox.folder, readonly=True)[b"EXISTS"])


class _Client(IMAPClient):  # type: ignore[misc]  # the library carries no types
    """A client that tells of its connection before it hears the server's first word."""

    def __init__(self, opened: Callable[[Any], None], *args: Any, **named: Any) -> None:
        self._opened = opened
        super().__init__(*args, **named)

    def _create_IMAP4(self) -> Any:  # noqa: N802 - the library calls it so
        opened, within = self._opened, self._timeout.connect

        class Connection(IMAP4_TLS if self.ssl else IMAP4WithTimeout):  # type: ignore[misc]
            def open(self, *args: Any, **named: Any) -> None:
                super().open(*args, **named)
                opened(self)

        if self.ssl:
            return Connection(self.host, self.port, self.ssl_context, within)
        return Connection(self.host, self.port, within)


class _Patience:
    """How much of a server is borne: so many seconds in all, and nothing larger than a letter at once, whatever it says.

    One that says a word a second for ever never runs into the time-outs of its single answers.
    """

    def __init__(self, longest: float, largest: int) -> None:
        self._largest = largest
        self._overdue = threading.Timer(longest, self._cut)
        self._overdue.daemon = True
        self._connection: Any = None

    def begin(self, connection: Any) -> None:
        """From now on."""
        self._connection = connection
        read, most = connection.read, self._largest + _ROOM

        def bounded(size: int) -> bytes:
            if size > most:
                raise IMAPClientError("the server sends more than a letter")
            found: bytes = read(size)
            return found

        connection.read = bounded
        self._overdue.start()

    def end(self) -> None:
        """It is over."""
        self._overdue.cancel()

    def _cut(self) -> None:
        """On a thread of its own: whoever reads from the server wakes with an error."""
        try:
            self._connection.sock.shutdown(socket.SHUT_RDWR)
        except OSError as gone:
            log.debug("the mailbox's server was gone already", extra={"reason": type(gone).__name__})


def _leave(client: IMAPClient) -> None:
    try:
        client.logout()
    except UNREACHABLE as gone:
        log.debug("the mailbox's server did not say goodbye", extra={"reason": type(gone).__name__})
        client.shutdown()
