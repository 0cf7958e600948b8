"""Makes the virtual environment and installs what a script needs, with the standard library only. Called by
every script at its start.

What is there is used again: a folder `.venv` that a developer made with more packages, too. A second start
does nothing and takes no time.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from backend.platform.embedded.trouble import Trouble  # noqa: E402 -- found only after the line above
from backend.platform.supervisor.console import Console  # noqa: E402

_STAMP = "saveit-installed.json"
_HEARTBEAT_S = 10.0
# Reads pins (name==version) on standard input, one a line; ends with 0 when all are installed in exactly that
# version.
_CHECK = """
import sys, importlib.metadata as installed
for line in sys.stdin:
    name, _, version = line.strip().partition("==")
    try:
        right = installed.version(name) == version
    except installed.PackageNotFoundError:
        right = False
    if not right:
        sys.exit(1)
"""
_NO_NETWORK = (
    "NewConnectionError",
    "ConnectTimeout",
    "Temporary failure in name resolution",
    "ConnectionError",
    "ProxyError",
)


def environment(requirements: Sequence[str], console: Console, fallback: Path | None = None) -> Path:
    """The Python of a virtual environment that has those requirement files (relative to the checkout)
    installed.

    It lies in the checkout, or in `fallback` when the checkout cannot be written. Raises Trouble, saying what
    to do.
    """
    files = [ROOT / name for name in requirements]
    home = ROOT / ".venv"
    if _python(home).exists() and _has_all(home, files):
        return _python(home)
    if not os.access(ROOT, os.W_OK) or (home.exists() and not os.access(home, os.W_OK)):
        if fallback is None:
            raise Trouble("checkout_closed", folder=ROOT)
        home = fallback / ".venv"
    home.parent.mkdir(parents=True, exist_ok=True)
    with _only_one(home.parent):  # a second run beside this one waits, and then finds all done
        if not _works(home):
            _make(home, console)
        if not _has_all(home, files):
            _install(home, files, console)
        _write_stamp(home, files)
    return _python(home)


def _python(home: Path) -> Path:
    return home / "bin" / "python"


def _works(home: Path) -> bool:
    """Whether that environment's Python starts; it does not after the system's Python went away or the folder
    came from elsewhere.
    """
    if not _python(home).exists():
        return False
    command = [str(_python(home)), "-I", "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _digest(files: Sequence[Path]) -> str:
    """By what is asked for and by the versions that `-c` files hold everything else to."""
    held = [each.read_text(encoding="utf-8") for each in dict.fromkeys(_referred(files, "-c"))]
    return hashlib.sha256("\n".join([*_pins(files), *held]).encode()).hexdigest()


def _pins(files: Sequence[Path]) -> list[str]:
    """All `name==version` lines, those of files they refer to with `-r` as well."""
    every = [*_referred(files, "-r"), *files]
    lines = [line for file in every for line in _lines(file) if not line.startswith("-")]
    return [re.sub(r"\[.*?\]", "", line).replace(" ", "") for line in lines]


def _referred(files: Sequence[Path], option: str) -> list[Path]:
    """The files that these, and those they include, name with an option."""
    found: list[Path] = []
    for file in files:
        for line in _lines(file):
            if line.startswith(("-r", option)):
                other = (file.parent / line[2:].strip()).resolve()
                found += [other] if line.startswith(option) else []
                found += _referred([other], option) if line.startswith("-r") else []
    return found


def _lines(file: Path) -> list[str]:
    plain = (
        line.partition("#")[0].partition(";")[0].strip()
        for line in file.read_text(encoding="utf-8").splitlines()
    )
    return [line for line in plain if line]


def _has_all(home: Path, files: Sequence[Path]) -> bool:
    """By the stamp of an earlier start, or by asking the environment, for one that was made by hand."""
    try:
        if _digest(files) in json.loads((home / _STAMP).read_text(encoding="utf-8")):
            return True
    except (OSError, ValueError):
        pass  # no stamp, or none that can be read: then it is asked
    asked = subprocess.run(
        [_python(home), "-I", "-c", _CHECK],
        input="\n".join(_pins(files)),
        text=True,
        capture_output=True,
        check=False,
    )
    return asked.returncode == 0


def _write_stamp(home: Path, files: Sequence[Path]) -> None:
    stamp = home / _STAMP
    known = set(json.loads(stamp.read_text(encoding="utf-8"))) if stamp.exists() else set()
    unfinished = stamp.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(sorted(known | {_digest(files)})), encoding="utf-8")
    unfinished.replace(stamp)


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _make(home: Path, console: Console) -> None:
    """Debian leaves `ensurepip` out of its Python; then pip comes from its package python3-pip if that is
    there.
    """
    console.lines([console.say("setup.making", folder=home)])
    options = [] if importlib.util.find_spec("ensurepip") else ["--without-pip"]
    if options and not importlib.util.find_spec("pip"):
        raise Trouble("no_venv_module", version=f"{sys.version_info.major}.{sys.version_info.minor}")
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", *options, home], capture_output=True, text=True, check=False
    )
    if made.returncode != 0:
        shutil.rmtree(home, ignore_errors=True)
        raise Trouble("venv_failed", folder=home, reason=(made.stderr or made.stdout).strip()[-800:])


def _pip(home: Path) -> list[str | Path]:
    """The environment's own pip, or this Python's, told to work there."""
    if any(home.glob("lib/python*/site-packages/pip/__init__.py")):
        return [_python(home), "-m", "pip"]
    return [sys.executable, "-m", "pip", "--python", _python(home)]


def _install(home: Path, files: Sequence[Path], console: Console) -> None:
    began = time.monotonic()
    # Not compiled ahead: that is half of the time, and most modules of the large packages are never imported.
    command = [
        *_pip(home),
        "install",
        "--disable-pip-version-check",
        "--no-input",
        "--no-compile",
        "--progress-bar",
        "off",
    ]
    for file in files:
        command += ["-r", file]
    log = home / "install.log"
    console.lines([console.say("setup.installing", count=len(_pins(files)))])
    with log.open("w", encoding="utf-8") as output:
        pip = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            output.writelines(_watched(pip, console, began))
        except BaseException:
            pip.terminate()  # Ctrl-C reaches it too, but not a SIGTERM for us
            pip.wait()
            raise
    if pip.wait() != 0:
        _explain(log)
    console.lines([console.say("setup.installed", seconds=f"{time.monotonic() - began:.0f}")])


def _watched(pip: subprocess.Popen[str], console: Console, began: float) -> Iterator[str]:
    """pip's lines as they come, with a word to the console now and then."""
    count, told = 0, began
    assert pip.stdout is not None  # noqa: S101 -- for the type checker; it was opened with a pipe
    for line in pip.stdout:
        count += line.startswith("Collecting ")
        now = time.monotonic()
        if now - told > _HEARTBEAT_S or line.startswith("Installing collected"):
            key = "setup.unpacking" if line.startswith("Installing") else "setup.progress"
            console.lines([console.say(key, count=count, seconds=f"{now - began:.0f}")])
            told = now
        yield line


def _explain(log: Path) -> None:
    said = log.read_text(encoding="utf-8")
    last = "\n".join(said.strip().splitlines()[-6:])
    if any(sign in said for sign in _NO_NETWORK):
        raise Trouble("no_network", log=log)
    if "No space left on device" in said:
        raise Trouble("disk_full", folder=log.parent)
    raise Trouble("install_failed", log=log, reason=last)
