"""Joins the parts of the host app: the only module that chooses adapters. Called by the command line and by
tests.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from host_app.core.desk import Desk
from host_app.core.house import House
from host_app.core.inbox import Inbox
from host_app.core.line import Line
from host_app.core.postbox import Postbox
from host_app.core.server_clock import ServerClock
from host_app.core.sync import Sync
from host_app.devices.inbox_server import HttpInbox
from host_app.devices.sealing import Seal, key_file
from host_app.devices.server import HttpServer
from host_app.devices.store import SqliteJournal
from host_app.runtime import Host


def build(data: Path, language: str = "es") -> Host:
    """A Host that keeps its journal and its key in the folder `data`, which is made when missing."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    journal = SqliteJournal(data / "host.sqlite3", Seal(key_file(data / "host.key")))
    clock, line = ServerClock(), Line()
    server = HttpServer(clock, language=lambda: str(journal.setting("language") or language))
    house = House(journal, clock)
    saving = ThreadPoolExecutor(max_workers=1, thread_name_prefix="saving")
    inbox = Inbox(journal, clock, later=saving.submit)
    return Host(
        journal=journal,
        server=server,
        clock=clock,
        line=line,
        house=house,
        desk=Desk(house=house, journal=journal, server=server, line=line, clock=clock),
        sync=Sync(house=house, journal=journal, server=server, line=line, clock=clock),
        inbox=inbox,
        postbox=Postbox(inbox=inbox, server=HttpInbox(server), line=line, clock=clock),
        saving=saving,
    )
