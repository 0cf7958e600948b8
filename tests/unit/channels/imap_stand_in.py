"""A small IMAP4rev1 server on loopback for the tests of the mail channel: one account, one folder, as much as a reader asks for."""

from __future__ import annotations

import re
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

_COMMAND = re.compile(rb"(\S+) (UID )?(\S+) ?(.*)", re.IGNORECASE | re.DOTALL)


@dataclass
class Imap:
    """What the server holds, and what it heard. `letters` are by UID; `answers` are said instead, by command."""

    port: int = 0
    password: str = "secreto"
    validity: int = 7
    letters: dict[int, bytes] = field(default_factory=dict)
    flags: dict[int, set[str]] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    hangs_up_at: str = ""
    next_uid: int = 1

    def deliver(self, raw: bytes) -> int:
        """A letter comes in; its UID."""
        uid = self.next_uid
        self.letters[uid] = raw
        self.next_uid += 1
        return uid


class _Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.imap: Imap = self.server.imap  # type: ignore[attr-defined]
        self._say("* OK [CAPABILITY IMAP4rev1] ready")
        while line := self.rfile.readline():
            line = self._with_literals(line)
            parsed = _COMMAND.fullmatch(line.rstrip(b"\r\n"))
            if parsed is None:
                self._say("* BAD")
                continue
            tag, verb = parsed[1].decode(), parsed[3].decode().upper()
            self.imap.commands.append(verb)
            if verb == self.imap.hangs_up_at:
                return
            if verb in self.imap.answers:
                self._say(f"{tag} {self.imap.answers[verb]}")
                continue
            getattr(self, f"_on_{verb.lower()}", self._on_unknown)(tag, parsed[4].decode())
            if verb == "LOGOUT":
                return

    def _with_literals(self, line: bytes) -> bytes:
        while found := re.search(rb"\{(\d+)\}\r\n$", line):
            self._say("+ go on")
            size = int(found[1])
            line = line[: found.start()] + b'"' + self.rfile.read(size) + b'"' + self.rfile.readline()
        return line

    def _say(self, text: str | bytes) -> None:
        self.wfile.write((text.encode() if isinstance(text, str) else text) + b"\r\n")

    def _on_unknown(self, tag: str, _: str) -> None:
        self._say(f"{tag} BAD unknown")

    def _on_capability(self, tag: str, _: str) -> None:
        self._say("* CAPABILITY IMAP4rev1")
        self._say(f"{tag} OK done")

    def _on_login(self, tag: str, rest: str) -> None:
        right = rest.split()[-1].strip('"') == self.imap.password
        self._say(f"{tag} OK in" if right else f"{tag} NO [AUTHENTICATIONFAILED] wrong")

    def _on_select(self, tag: str, _: str) -> None:
        self._say(f"* {len(self.imap.letters)} EXISTS")
        self._say(f"* OK [UIDVALIDITY {self.imap.validity}]")
        self._say(f"* OK [UIDNEXT {self.imap.next_uid}]")
        self._say(f"{tag} OK [READ-WRITE]")

    _on_examine = _on_select

    def _on_search(self, tag: str, rest: str) -> None:
        uids = sorted(self.imap.letters)
        if found := re.search(r"UID (\d+):\*", rest):
            # As the standard has it: the newest is in the range even when it is older.
            uids = [uid for uid in uids if uid >= int(found[1])] or uids[-1:]
        self._say(f"* SEARCH {' '.join(map(str, uids))}".rstrip())
        self._say(f"{tag} OK done")

    def _on_fetch(self, tag: str, rest: str) -> None:
        uid = int(rest.split()[0])
        raw = self.imap.letters.get(uid)
        if raw is not None and "BODY.PEEK[]" in rest:
            self._say(f"* 1 FETCH (UID {uid} BODY[] {{{len(raw)}}}".encode() + b"\r\n" + raw + b")")
        elif raw is not None:
            self._say(
                f'* 1 FETCH (UID {uid} RFC822.SIZE {len(raw)} INTERNALDATE "16-Dec-2026 09:58:00 +0100")'
            )
        self._say(f"{tag} OK done")

    def _on_store(self, tag: str, rest: str) -> None:
        uid = int(rest.split()[0])
        self.imap.flags.setdefault(uid, set()).update(re.findall(r"\\\w+", rest))
        self._say(f"{tag} OK done")

    def _on_logout(self, tag: str, _: str) -> None:
        self._say("* BYE")
        self._say(f"{tag} OK done")


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    tls: ssl.SSLContext | None = None

    def finish_request(self, request: Any, client_address: Any) -> None:
        if self.tls is not None:
            try:
                request = self.tls.wrap_socket(request, server_side=True)
            except (ssl.SSLError, OSError):
                return  # the client did not like our certificate
        super().finish_request(request, client_address)


@contextmanager
def imap_server(tls: ssl.SSLContext | None = None) -> Iterator[Imap]:
    """The server, for the length of a `with` block."""
    imap = Imap()
    with _Server(("127.0.0.1", 0), _Session) as server:
        server.tls = tls
        server.imap = imap  # type: ignore[attr-defined]
        imap.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield imap
        server.shutdown()
        thread.join()
