"""Finds a Python that SaveIt can run on. Every script's first call; any Python 3.6 can read it."""

import os
import shutil
import subprocess
import sys

NEEDED = (3, 11)
NEWER = ("python3.14", "python3.13", "python3.12", "python3.11")


def _works(python: str) -> bool:
    """A launcher of that name may be there without the Python behind it."""
    check = f"import sys; sys.exit(sys.version_info < {NEEDED})"
    return subprocess.call([python, "-c", check], stderr=subprocess.DEVNULL) == 0


def require() -> None:
    """Returns on Python 3.11 or newer; else goes on as one installed beside it, or explains and ends."""
    if sys.version_info >= NEEDED:
        return
    for name in NEWER:
        found = shutil.which(name)
        if found and _works(found):
            os.execv(found, [found, *sys.argv])  # noqa: S606
    here = f"{sys.version_info[0]}.{sys.version_info[1]}"
    sys.stderr.write(
        f"SaveIt needs Python 3.11 or newer; this is {here}, and no newer one was found.\n"
        "Install one (Debian, Ubuntu: apt install python3.11 python3.11-venv) and start again.\n\n"
        f"SaveIt necesita Python 3.11 o posterior; este es {here} y no hay otro instalado.\n"
        "Instala uno (Debian, Ubuntu: apt install python3.11 python3.11-venv) y vuelve a empezar.\n"
    )
    sys.exit(1)
