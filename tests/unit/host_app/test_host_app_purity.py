"""The app's layers: core knows no window, camera or network, and words are found without Kivy."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
CORE = sorted(path.stem for path in (ROOT / "host_app" / "core").glob("*.py") if path.stem != "__init__")


def loaded_by(module: str) -> set[str]:
    program = f"import sys, {module}; print(' '.join(name.split('.')[0] for name in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("module", CORE)
def test_core_imports_no_window_no_camera_and_no_network(module: str) -> None:
    foreign = {"kivy", "cv2", "numpy", "requests", "websocket", "sqlite3", "flask", "sqlalchemy", "pydantic"}

    assert loaded_by(f"host_app.core.{module}") & foreign == set()


@pytest.mark.parametrize("module", ["showing", "showing_inbox"])
def test_what_a_screen_shows_is_decided_without_kivy(module: str) -> None:
    assert "kivy" not in loaded_by(f"host_app.ui.{module}")
