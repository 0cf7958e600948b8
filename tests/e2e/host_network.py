"""The way between a tablet and its house, as a relay on loopback that can be cut and joined again at once.

For end-to-end tests of the host app in which the network goes but the house does not.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator


class Network:
    """Carries bytes both ways while it is up. `url` is the house as the tablet knows it."""

    def __init__(self, port: int) -> None:
        self._house = ("127.0.0.1", port)
        self._lock = threading.Lock()
        self._carried: set[socket.socket] = set()
        self._listener: socket.socket | None = None
        self._port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def join(self) -> None:
        """The network is there."""
        listener = socket.create_server(("127.0.0.1", self._port), reuse_port=False)
        self._listener, self._port = listener, listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def cut(self) -> None:
        """The network is gone, in the middle of whatever was under way."""
        with self._lock:
            ends, self._carried = list(self._carried), set()
        assert self._listener is not None, "join() comes first"
        with contextlib.suppress(OSError):  # nobody need be waiting in it
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._listener = None
        for end in ends:
            _end(end)

    @contextlib.contextmanager
    def gone(self) -> Iterator[None]:
        """Cut, and joined again afterwards, whatever happened meanwhile."""
        self.cut()
        try:
            yield
        finally:
            self.join()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                tablet, _ = listener.accept()
                there = socket.create_connection(self._house, timeout=10)
            except OSError:
                return
            there.settimeout(None)
            with self._lock:
                self._carried |= {tablet, there}
            for source, target in ((tablet, there), (there, tablet)):
                threading.Thread(target=self._carry, args=(source, target), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                target.sendall(data)
        except OSError:
            return  # it was cut
        finally:
            _end(target)
            with self._lock:
                self._carried -= {source}


def _end(one: socket.socket) -> None:
    with contextlib.suppress(OSError):  # the other side was quicker
        one.shutdown(socket.SHUT_RDWR)
    one.close()


@contextlib.contextmanager
def network(port: int) -> Iterator[Network]:
    """A network to the house at that port; gone afterwards."""
    one = Network(port)
    one.join()
    try:
        yield one
    finally:
        one.cut()
