"""The project read as text and syntax trees, for the tests that hold its structure. Nothing is imported or run."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from string import Formatter

ROOT = Path(__file__).resolve().parent.parent
OURS = ("backend", "host_app", "scripts", "widget")


@cache
def modules(*folders: str) -> tuple[Path, ...]:
    """The Python files below these folders of the checkout, scripts without an ending too."""
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    if "scripts" in folders:
        found += [path for path in sorted((ROOT / "scripts").iterdir()) if _is_script(path)]
    return tuple(found)


def _is_script(path: Path) -> bool:
    return (
        path.is_file() and not path.suffix and "python" in path.read_text(encoding="utf-8").partition("\n")[0]
    )


@cache
def tree(path: Path) -> ast.Module:
    """Its syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def name(path: Path) -> str:
    """The path as people write it, from the checkout on."""
    return path.relative_to(ROOT).as_posix()


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Every call with the last part of what is called: `a.b.c(1)` gives `c`."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            yield (node.func.id if isinstance(node.func, ast.Name) else node.func.attr), node


def strings(node: ast.AST) -> Iterator[str]:
    """The text constants an expression may have as its value: both sides of an `if … else`, the parts of an `or`."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from strings(node.body)
        yield from strings(node.orelse)
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from strings(value)


def argument_strings(path: Path, position: Callable[[str], int | None]) -> Iterator[str]:
    """The text constants at the position that is asked about for each called name; None leaves the call out."""
    for called, call in calls(path):
        place = position(called)
        if place is not None and place < len(call.args):
            yield from strings(call.args[place])


@cache
def catalogue(path: Path) -> dict[str, str]:
    """A text catalogue."""
    found: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return found


def placeholders(sentence: str) -> frozenset[str]:
    """The names between braces."""
    return frozenset(field for _, field, _, _ in Formatter().parse(sentence) if field)
