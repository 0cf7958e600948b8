"""The tablet imports `backend.checkin` with its own few packages: the public names must not pull in the
server's.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_the_public_names_import_only_the_standard_library() -> None:
    program = (
        "import sys; before = set(sys.modules); import backend.checkin\n"
        "new = [module for name, module in sys.modules.items() if name not in before]\n"
        "files = [getattr(module, '__file__', None) or '' for module in new]\n"
        "print([file for file in files if 'site-packages' in file])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )

    assert done.stdout.strip() == "[]"
