"""The embedded Redis: says how to start it and how to reach it. Called by the supervisor and the tests'
servers, which run the process.

It is a cache, a lock service and a loudspeaker, never the truth: nothing in it is written to the disk, and
everything in it may vanish at any moment. What must last is in PostgreSQL.
"""

from __future__ import annotations

import os
import signal
from urllib.parse import quote

from backend.platform.embedded.binaries import Binaries
from backend.platform.embedded.leash import leashed
from backend.platform.embedded.places import Places

# When memory is full, `volatile-lru` gives up what was not used for longest among the keys that have a time
# to live: old cached availability goes first. `volatile-ttl` would drop what expires next, which is exactly
# the locks and the limits of this very moment; `allkeys-lru` could drop keys that were meant to stay. Losing
# a lock is harmless (decision of PostgreSQL), losing it often is not polite.
_SETTINGS = {
    "port": "0",  # no network
    "unixsocketperm": "700",
    "save": "",
    "appendonly": "no",
    "maxmemory": "64mb",
    "maxmemory-policy": "volatile-lru",
    "maxmemory-samples": "10",
    "maxclients": "500",  # the default of 10,000 needs more open files than an ordinary user may have
    "daemonize": "no",
    "databases": "16",
    "loglevel": "notice",
    "always-show-logo": "no",
}


class EmbeddedRedis:
    """One Redis of one data folder."""

    def __init__(self, places: Places, programs: Binaries) -> None:
        self.places = places
        self._programs = programs
        self.socket = places.sockets / "redis.sock"

    @property
    def url(self) -> str:
        """For `redis.Redis.from_url`."""
        return f"unix://{quote(str(self.socket))}?db=0"

    def command(self) -> list[str]:
        """The server in the foreground. If whoever starts it dies, it gets SIGTERM."""
        options = {"unixsocket": str(self.socket), "dir": str(self.places.files), **_SETTINGS}
        arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
        return leashed(
            [str(self._programs.redis), *arguments], death_signal=signal.SIGTERM, user=self.places.user
        )

    def environment(self) -> dict[str, str]:
        """Nothing of the caller's."""
        return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
