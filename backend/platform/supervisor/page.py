"""The calm page shown once everything is ready: where to look, demo accounts, what is healthy. Called by
`plan.py`.

`demo.json` is read, never written, here; the demonstration step writes it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from backend.platform.embedded.places import Places
from backend.platform.supervisor.console import Console

_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 -- compared with, not listened on


def reachable_host(host: str) -> str:
    """The address by which this machine itself reaches a server that listens on `host`."""
    return _ANY.get(host, host)


def base_url(host: str, port: int) -> str:
    """The address of the web server as typed into a browser on this machine."""
    reachable = reachable_host(host)
    return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"


def network_urls(host: str, port: int) -> list[str]:
    """The addresses for tablets in the same network; none when it listens on one address only."""
    if host not in _ANY:
        return []
    every = [address for addresses in psutil.net_if_addrs().values() for address in addresses]
    found = {address.address for address in every if address.family.name == "AF_INET"}
    return [
        f"http://{address}:{port}"
        for address in sorted(found)
        if not address.startswith(("127.", "169.254."))
    ]


@dataclass(frozen=True)
class Facts:
    """What the page shows; `healthy` are names of programs, `seconds` since the start."""

    host: str
    port: int
    places: Places
    healthy: Sequence[str]
    seconds: float
    rate_limits_off: bool
    embedded_database: bool


def page(console: Console, facts: Facts) -> list[str]:
    """The lines of the page."""
    demo = _demo(facts.places.data_dir / "demo.json")
    url = base_url(facts.host, facts.port)
    blocks = [
        [console.say("ready", seconds=f"{facts.seconds:.1f}")],
        _addresses(console, url, demo, network_urls(facts.host, facts.port)),
        _accounts(console, demo),
        _tablet(console, url, demo),
        _state(console, facts),
        _remarks(console, facts),
    ]
    lines = [""]
    for block in blocks:
        lines += [*block, ""] if block else []
    return lines


def _demo(path: Path) -> Mapping[str, Any]:
    """What the demonstration step wrote; empty when its accounts were removed, as they should be before real
    use.
    """
    try:
        found: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return found


def _row(label: str, value: object) -> str:
    return f"  {label:<20} {value}"


def _addresses(console: Console, url: str, demo: Mapping[str, Any], network: Sequence[str]) -> list[str]:
    rows = [_row(console.say("at.start"), f"{url}/")]
    if "slug" in demo:
        rows.append(_row(console.say("at.restaurant"), f"{url}/r/{demo['slug']}"))
    rows.append(_row(console.say("at.mailbox"), f"{url}/mailbox"))
    rows.append(_row(console.say("at.docs"), f"{url}/docs"))
    return rows + [_row(console.say("at.network"), f"{address}/") for address in network]


def _accounts(console: Console, demo: Mapping[str, Any]) -> list[str]:
    accounts = demo.get("staff", [])
    if not accounts:
        return []
    width = max(len(account["email"]) for account in accounts)
    rows = [
        f"    {account['role']:<10} {account['email']:<{width}}  {account['password']}"
        for account in accounts
    ]
    return ["  " + console.say("accounts"), *rows]


def _tablet(console: Console, url: str, demo: Mapping[str, Any]) -> list[str]:
    code = demo.get("enrolmentCode")
    if not code:
        return []
    return [
        _row(console.say("enrolment"), code),
        _row(console.say("host_app"), f"scripts/host --server {url} --enrol {code}"),
    ]


def _state(console: Console, facts: Facts) -> list[str]:
    rows = [
        _row(console.say("healthy"), " · ".join(console.name(name) for name in facts.healthy)),
        _row(console.say("logs"), facts.places.logs),
        _row(console.say("data"), facts.places.data_dir),
    ]
    if facts.embedded_database and facts.places.elsewhere:
        rows.append(_row(console.say("database"), facts.places.files))
    return rows


def _remarks(console: Console, facts: Facts) -> list[str]:
    remarks = []
    if facts.host in _ANY:
        remarks.append("  " + console.say("open_to_network"))
    elif facts.host in ("127.0.0.1", "::1", "localhost"):
        remarks.append("  " + console.say("only_here"))
    if facts.rate_limits_off:
        remarks.append("  " + console.say("rate_limits_off"))
    return [*remarks, "  " + console.say("how_to_stop")]
