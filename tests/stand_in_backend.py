"""A stand-in for `python -m backend` in the tests of the supervisor: the same commands, as small as they can
be.

Run as a program by those tests, so that they speak of starting, watching and stopping only. `serve` keeps
notes in PostgreSQL, which is how a test sees whether what was answered is still there after a kill.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2

from backend.platform.supervisor.plan import WORKER_PULSE

DATABASE = os.environ["SAVEIT_DATABASE_URL"]
REDIS = os.environ["SAVEIT_REDIS_URL"]
DATA_DIR = Path(os.environ["SAVEIT_DATA_DIR"])


def migrate() -> None:
    connection = psycopg2.connect(DATABASE)
    with connection, connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        cursor.execute("CREATE TABLE IF NOT EXISTS notes (id text PRIMARY KEY)")
    connection.close()


def demo() -> None:
    staff = [{"role": "owner", "email": "ana@example.test", "password": "correct-horse"}]
    content = {"slug": "la-prueba", "enrolmentCode": "ABCD-1234", "staff": staff}
    (DATA_DIR / "demo.json").write_text(json.dumps(content), encoding="utf-8")


class Notes(BaseHTTPRequestHandler):
    """`POST /notes/ID` answers 201 once the note is stored; `GET /notes` answers all ids."""

    def do_GET(self) -> None:
        if self.path == "/healthz":
            self._answer(200, [])
        elif self.path == "/readyz":
            self._answer(200 if servers_answer() else 503, [])
        else:
            self._answer(200, self._sql("SELECT id FROM notes ORDER BY id"))

    def do_POST(self) -> None:
        self._sql("INSERT INTO notes VALUES (%s) RETURNING id", self.path.rpartition("/")[2])
        self._answer(201, [])

    def _sql(self, statement: str, *values: str) -> list[str]:
        connection = psycopg2.connect(DATABASE)
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(statement, values)
                return [row[0] for row in cursor.fetchall()]
        finally:
            connection.close()

    def _answer(self, status: int, body: list[str]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


def ask_redis(question: str) -> bytes:
    with socket.socket(socket.AF_UNIX) as cache:
        cache.connect(urlsplit(REDIS).path)
        cache.sendall(f"{question}\r\n".encode())
        return cache.recv(64)


def servers_answer() -> bool:
    try:
        psycopg2.connect(DATABASE).close()
        return ask_redis("PING") == b"+PONG\r\n"
    except (psycopg2.OperationalError, OSError):
        return False


def serve() -> None:
    server = ThreadingHTTPServer((os.environ["SAVEIT_HOST"], int(os.environ["SAVEIT_PORT"])), Notes)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    server.serve_forever(0.1)


def worker() -> None:
    over = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: over.set())
    ask_redis(f"SET {WORKER_PULSE} 1")
    over.wait()


if __name__ == "__main__":
    {"migrate": migrate, "demo": demo, "serve": serve, "worker": worker}[sys.argv[1]]()
