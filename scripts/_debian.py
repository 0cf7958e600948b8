"""Debian packages that the tests need, from `debian-packages.txt`. Called by `scripts/test`.

Installs what is missing where it may (root, apt-get there), and otherwise says what to install. Never needed
by `scripts/run`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from backend.platform.supervisor.console import Console

_LIST = Path(__file__).with_name("debian-packages.txt")


def wanted() -> list[str]:
    """Names in the list file, without its comments."""
    lines = (line.partition("#")[0].strip() for line in _LIST.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line]


def installed() -> set[str]:
    """Installed packages and the names they provide (a library may have got a new name that provides the old
    one).
    """
    shown = subprocess.run(
        ["dpkg-query", "-W", "-f=${db:Status-Status} ${Package} ${Provides}\n"],
        capture_output=True,
        text=True,
        check=True,
    )
    names: set[str] = set()
    for line in shown.stdout.splitlines():
        status, _, rest = line.partition(" ")
        if status == "installed":
            names |= {word.strip(",") for word in rest.split() if not word.startswith(("(", "="))}
    return names


def install_missing(console: Console) -> None:
    """Returns in any case; says what is missing when it cannot be installed here."""
    if not shutil.which("dpkg-query"):
        return
    missing = sorted(set(wanted()) - installed())
    if not missing:
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        console.lines([console.say("setup.debian_closed", packages=" ".join(missing))])
        return
    console.lines([console.say("setup.debian", packages=", ".join(missing))])
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *missing]):
        done = subprocess.run(["apt-get", *command], env=quiet, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            reason = (done.stderr or done.stdout).strip()[-600:]
            console.lines([console.say("setup.debian_failed", packages=", ".join(missing), reason=reason)])
            return
