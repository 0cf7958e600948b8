"""Loads the .kv file that lies beside a module, once. Called at the end of every screen's and part's module."""

from __future__ import annotations

from pathlib import Path

from kivy.lang import Builder


def load_kv(module_file: str) -> None:
    """Loads the rules for the classes of the module whose `__file__` this is."""
    kv = Path(module_file).with_suffix(".kv")
    if str(kv) not in Builder.files:
        Builder.load_file(str(kv))
