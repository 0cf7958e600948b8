"""One web process: gunicorn's gevent worker, stopping in order and without waiting for idle connections.

Used by the master. A connection that a request has handed over (the live feed) is no longer counted as a
request.
"""

from __future__ import annotations

import time
from types import FrameType, TracebackType
from typing import Any

import gevent
from gevent.event import Event
from gevent.pool import Pool
from gevent.server import StreamServer
from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine
from gunicorn.workers.ggevent import GeventWorker

from backend.platform.http.problems import problem
from backend.platform.ids import uuid7
from backend.platform.refusals import Refusal
from backend.platform.texts import LANGUAGES
from backend.platform.webserver.database_waits import wait_cooperatively
from backend.platform.webserver.handover import HANDED_OVER

_REQUEST_S = 30.0  # longest silence of a client in the middle of its request or of our answer


class WebProcess(GeventWorker):  # type: ignore[misc]  # gunicorn has no types
    """Serves HTTP in greenlets until SIGTERM."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._idle: set[_Idle] = set()

    def init_process(self) -> None:
        self._stopping = Event()
        settings = self.app.settings
        wait_cooperatively(longest_s=settings.database_timeout_ms / 1000 + 10)
        # gunicorn looks its settings up by way of __getattr__, dozens of times a request: half of its work. Here they are found
        # at once.
        self.cfg.__dict__.update({name: setting.get() for name, setting in self.cfg.settings.items()})
        super().init_process()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        self._stopping.set()

    def handle_quit(self, sig: int, frame: FrameType | None) -> None:
        """SIGINT and SIGQUIT: a Ctrl-C reaches the whole group, and is no reason to drop requests."""
        self.handle_exit(sig, frame)

    def run(self) -> None:
        servers = [self._listen(listener) for listener in self.sockets]
        while self.alive:
            self.notify()
            self._stopping.wait(1.0)
        for server in servers:
            server.close()
        self._say_goodbye()
        self._finish(servers)

    def _listen(self, listener: Any) -> StreamServer:
        listener.setblocking(1)
        server = StreamServer(
            listener,
            handle=lambda client, address: self.handle(listener, client, address),
            spawn=Pool(self.worker_connections),
        )
        if self.cfg.workers > 1:
            server.max_accept = 1  # leave the next one to a process that is free
        server.start()
        return server

    def _say_goodbye(self) -> None:
        """Idle connections end; whoever registered at the application as `on_stop` (the live feed) ends its
        own.
        """
        for idle in tuple(self._idle):
            idle.end_soon()
        for stop in getattr(self.wsgi, "extensions", {}).get("saveit.on_stop", ()):
            stop()

    def _finish(self, servers: list[StreamServer]) -> None:
        deadline = time.monotonic() + self.cfg.graceful_timeout
        while any(len(server.pool) for server in servers):
            if time.monotonic() > deadline:
                self.log.warning(
                    "requests were cut off at the stop: %d", sum(len(server.pool) for server in servers)
                )
                for server in servers:
                    server.stop(timeout=1)
                return
            self.notify()
            gevent.sleep(0.02)

    def handle_request(self, listener_name: Any, req: Any, sock: Any, addr: Any) -> Any:
        """One request. A client that stalls in the middle of it is left, so that it cannot hold a place for
        ever.
        """
        sock.settimeout(_REQUEST_S)
        try:
            return super().handle_request(listener_name, req, sock, addr)
        except TimeoutError:
            raise StopIteration from None  # gunicorn's word for: leave this connection
        finally:
            sock.settimeout(None)

    def timeout_ctx(self) -> _Idle:
        """Around the wait for the next request of a connection."""
        return _Idle(self._idle, self.cfg.keepalive)

    def is_already_handled(self, respiter: Any) -> bool:
        if respiter is HANDED_OVER:
            raise StopIteration
        return bool(super().is_already_handled(respiter))

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """What is not HTTP, or too large, gets a problem document like everything else."""
        page = _Page(client)
        super().handle_error(req, page, addr, exc)
        if page.status:
            client.sendall(_problem(page.status, exc))


class _Page:
    """Takes gunicorn's HTML error in place of the socket, for its status."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.status = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def sendall(self, data: bytes) -> None:
        self.status = int(data.split(b" ", 2)[1])


def _problem(status: int, error: BaseException) -> bytes:
    code = "internal_error" if status >= 500 else "malformed_request"
    if isinstance(error, LimitRequestHeaders | LimitRequestLine):
        code = "request_too_large"
    answer = problem(Refusal(code), locale=LANGUAGES[0], request_id=uuid7().hex, status=status)
    answer.headers["Connection"] = "close"
    head = "".join(f"{name}: {value}\r\n" for name, value in answer.headers.items())
    return f"HTTP/1.1 {answer.status}\r\n{head}\r\n".encode("latin-1") + answer.get_data()


class _Idle:
    """The wait for a connection's next request: ends after the keep-alive time, or soon when the process
    stops.
    """

    def __init__(self, every: set[_Idle], seconds: float) -> None:
        self._every = every
        self._timer = gevent.Timeout(seconds)
        self._greenlet: Any = None

    def __enter__(self) -> None:
        self._greenlet = gevent.getcurrent()
        self._every.add(self)
        self._timer.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self._timer.close()
        self._every.discard(self)
        self._greenlet = None
        return error is self._timer

    def end_soon(self) -> None:
        """Ends the wait from the event loop, unless a request has come by then."""
        gevent.get_hub().loop.run_callback(self._end)

    def _end(self) -> None:
        if self._greenlet is not None:
            self._greenlet.throw(self._timer)
