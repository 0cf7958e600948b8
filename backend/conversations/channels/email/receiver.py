"""A plain SMTP or LMTP server that puts letters into the maildir: for machines whose mail server hands on by network.

Started by the worker when an address to listen on is set. A letter is on the disk before the sender is told that it was taken.
It offers no login and takes mail only for the restaurants of this machine, so it relays for nobody.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Callable
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Final, Literal

from aiosmtpd.controller import Controller
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from backend.conversations.channels.email.headers import address_in
from backend.conversations.channels.email.maildir import make
from backend.platform.clock import Clock
from backend.platform.ids import uuid7
from backend.platform.refusals import Refusal

log = logging.getLogger(__name__)

_MOST_RECIPIENTS: Final = 20
_TIMEOUT_S: Final = 60.0
Knows = Callable[[str], bool]


class Deposit:
    """aiosmtpd's handler: for whom, and where to."""

    def __init__(self, folder: Path, knows: Knows, clock: Clock) -> None:
        self._folder = folder
        self._knows = knows
        self._clock = clock

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        plain = address_in(address)
        if len(envelope.rcpt_tos) >= _MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        look = asyncio.get_running_loop().run_in_executor
        try:
            known = plain is not None and await look(None, self._knows, plain)
        except Refusal:
            return "451 4.3.0 Try again later"  # the database is away
        if plain is None or not known:
            return "550 5.1.1 No such mailbox here"
        envelope.rcpt_tos.append(plain)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)  # noqa: S101 - the server was told not to decode
        head = _head(envelope, session, self._clock.now())
        try:
            await asyncio.get_running_loop().run_in_executor(None, _write, self._folder, head + content)
        except OSError as full:
            log.error("the maildir cannot be written", extra={"reason": full.strerror})
            return "451 4.3.0 Try again later"
        return "250 2.0.0 Kept"

    async def handle_exception(self, error: Exception) -> str:
        """A defect of ours is no reason for the sender to give the letter up."""
        log.error("mail could not be taken", exc_info=error)
        return "451 4.3.0 Try again later"


class Receiver:
    """The server, on a thread of its own between `start` and `stop`."""

    def __init__(
        self,
        folder: Path,
        knows: Knows,
        clock: Clock,
        *,
        host: str,
        port: int,
        largest: int,
        protocol: Literal["smtp", "lmtp"] = "smtp",
    ) -> None:
        make(folder)
        kind = _LmtpController if protocol == "lmtp" else Controller
        self._controller = kind(
            Deposit(folder, knows, clock),
            hostname=host,
            port=port,
            server_hostname="localhost",
            ident="SaveIt",
            data_size_limit=largest,
            timeout=_TIMEOUT_S,
        )

    def start(self) -> None:
        """Listens; raises OSError when the address is taken."""
        self._controller.start()
        log.info("takes mail", extra={"port": self.port})

    def stop(self) -> None:
        """Ends the server; letters that were not taken yet are the sender's still."""
        self._controller.stop()

    @property
    def port(self) -> int:
        """The port it listens on."""
        server = self._controller.server
        assert isinstance(server, asyncio.base_events.Server)  # noqa: S101 - started
        port: int = server.sockets[0].getsockname()[1]
        return port


class _LmtpController(Controller):
    """The same server with LMTP's words."""

    def factory(self) -> LMTP:
        return LMTP(self.handler, **self.SMTP_kwargs)


def _head(envelope: Envelope, session: Session, now: datetime) -> bytes:
    """What a mail server writes above a letter; the network address of who handed it in is left out, as nobody reads it."""
    recipient = next(iter(envelope.rcpt_tos), "")
    lines = [
        f"Return-Path: <{_ascii(envelope.mail_from or '').strip('<>')}>",
        f"Delivered-To: {_ascii(recipient)}",
        f"Received: by {_ascii(socket.gethostname())} with {'ESMTP' if session.extended_smtp else 'SMTP'}; {format_datetime(now)}",
    ]
    return "\r\n".join([*lines, ""]).encode("ascii")


def _ascii(text: Any) -> str:
    return "".join(each for each in str(text) if each.isascii() and each.isprintable())


def _write(folder: Path, letter: bytes) -> None:
    """Whole in `new/` and on the disk, or not at all."""
    name = f"{uuid7().hex}.saveit"
    draft, final = folder / "tmp" / name, folder / "new" / name
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(handle, "wb") as file:
            file.write(letter)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(final)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    directory = os.open(final.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
