"""`scripts/run` without its virtual environment and with the stand-in backend: `stand_in_machine.py DATA_DIR
PORT`.

Run as a program by the tests of the supervisor, which need the console, the signals and the exit code of a
real process.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from backend.platform.supervisor.plan import supervise

if __name__ == "__main__":
    stand_in = [sys.executable, str(Path(__file__).resolve().with_name("stand_in_backend.py"))]
    servers = os.environ.get("STAND_IN_DATABASE_URL"), os.environ.get("STAND_IN_REDIS_URL")
    unlimited = os.environ.get("SAVEIT_RATE_LIMITS") == "off"
    sys.exit(
        supervise(
            Path(sys.argv[1]),
            "127.0.0.1",
            int(sys.argv[2]),
            *servers,
            rate_limits_off=unlimited,
            backend=stand_in,
        )
    )
