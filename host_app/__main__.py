"""`python -m host_app`: reads the command line and opens the window."""

from __future__ import annotations

import logging
import sys

from host_app.options import parse
from host_app.ui.launch import run

if __name__ == "__main__":
    options = parse(sys.argv[1:])
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    run(options)
