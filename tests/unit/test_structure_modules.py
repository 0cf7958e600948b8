"""Holds every module to the house rules that no linter knows: what each opens with, how long it may be, what it may not do."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from source_tree import OURS, ROOT, calls, modules, name, tree

LONGEST = 400
LONGEST_TEST = 600  # a list of short cases is read one at a time
# Longer, and why it is better whole.
LONGER: dict[str, str] = {}
# Python that runs from a folder without being a package.
NO_PACKAGES = {
    "backend/migrations": "Alembic finds its scripts by path",
    "backend/migrations/versions": "the same",
}
# Who may read the environment besides `backend.settings`, and what for.
ENVIRONMENT = {
    "backend/platform/supervisor/console.py": "the terminal's language",
    "backend/platform/supervisor/plan.py": "hands it on to the programs it starts",
    "backend/platform/metrics_folder.py": "tells prometheus_client its folder, which listens to nothing else",
    "backend/platform/telemetry.py": "the same folder, seen from the other side",
}
CLOCKS = {
    "backend/platform/clock.py": "the clock itself",
    "backend/platform/limits.py": "counts real seconds; a moved clock must not open the gates",
    "host_app/core/server_clock.py": "the tablet's own, corrected by the server's",
}
OUR_MODULES = modules(*OURS)


@pytest.mark.parametrize("path", OUR_MODULES, ids=name)
def test_a_module_says_what_it_is_for(path: Path) -> None:
    said = ast.get_docstring(tree(path)) or ""

    assert len(said.split()) >= 4 or not tree(path).body, "opens without saying what it is for"


@pytest.mark.parametrize("path", [*OUR_MODULES, *modules("tests")], ids=name)
def test_a_module_can_be_read_in_one_go(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    longest = LONGEST_TEST if name(path).startswith("tests/") else LONGEST

    assert lines <= longest or name(path) in LONGER, f"{lines} lines: split it, or say in LONGER why not"


def test_an_exception_from_the_longest_length_is_still_needed() -> None:
    assert [
        each for each in LONGER if len((ROOT / each).read_text(encoding="utf-8").splitlines()) <= LONGEST
    ] == []


def test_every_folder_of_modules_is_a_package_that_the_import_rules_see() -> None:
    folders = {path.parent for path in modules("backend", "host_app", "widget")}

    lacking = {name(folder) for folder in folders if not (folder / "__init__.py").exists()}

    assert lacking == set(NO_PACKAGES)


def test_nothing_is_left_to_do_later() -> None:
    left = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    kinds = {".py", ".js", ".kv", ".html", ".css", ".sql", ".md", ".toml", ".sh", ".rules"}
    folders = [*OURS, "docs", "brand", "infra"]
    files = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in kinds]

    assert [name(path) for path in files if left.search(path.read_text(encoding="utf-8"))] == []


def test_the_server_speaks_through_its_log_and_not_to_the_standard_output() -> None:
    printing = {name(path) for path in modules("backend") for called, _ in calls(path) if called == "print"}

    assert printing <= {"backend/__main__.py"}


def test_no_exception_is_swallowed_without_a_word() -> None:
    assert [place for path in OUR_MODULES for place in _silent(path)] == []


def _silent(path: Path) -> list[str]:
    """Handlers of everything that neither raise nor use what they caught nor tell; and handlers that only pass without a
    comment that says why that is right."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [
        f"{name(path)}:{node.lineno}"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler)
        and (
            (_catches_all(node) and not _tells(node)) or (_only_passes(node) and not _commented(node, lines))
        )
    ]


_TELLING = {"exception", "error", "warning", "critical", "handleError"}


def _catches_all(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or (
        isinstance(handler.type, ast.Name) and handler.type.id in {"Exception", "BaseException"}
    )


def _tells(handler: ast.ExceptHandler) -> bool:
    inside = [node for statement in handler.body for node in ast.walk(statement)]
    raises = any(isinstance(node, ast.Raise) for node in inside)
    logs = any(isinstance(node, ast.Attribute) and node.attr in _TELLING for node in inside)
    uses = any(isinstance(node, ast.Name) and node.id == handler.name for node in inside)
    return raises or logs or uses


def _only_passes(handler: ast.ExceptHandler) -> bool:
    return all(isinstance(statement, ast.Pass) for statement in handler.body)


def _commented(handler: ast.ExceptHandler, lines: list[str]) -> bool:
    last = handler.body[-1].end_lineno or handler.lineno
    return any("#" in line for line in lines[handler.lineno - 1 : last])


def test_statements_stand_in_stores_alone() -> None:
    """In the folders of business words; what belongs to none keeps its statements beside its code."""
    statement = re.compile(r"\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH|LOCK)\s")
    elsewhere = {
        f"{name(path)}:{node.lineno}"
        for path in modules("backend")
        if path.name != "store.py" and not name(path).startswith(("backend/platform/", "backend/migrations/"))
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and statement.match(node.value)
    }

    assert elsewhere == set()


def test_only_the_settings_read_the_environment() -> None:
    readers = {
        name(path)
        for path in modules("backend")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and ast.unparse(node) in {"os.environ", "os.getenv"}
    }

    assert readers == set(ENVIRONMENT)


def test_only_clocks_ask_what_time_it_is() -> None:
    """`time.monotonic` is free to all: it measures, and decides nothing a person sees."""
    asking = {
        name(path)
        for path in modules("backend", "host_app")
        for called, call in calls(path)
        if called in {"now", "utcnow", "today", "time"} and _of(call) in {"datetime", "date", "time", "dt"}
    }

    assert asking == set(CLOCKS)


def _of(call: ast.Call) -> str:
    """What stands before the dot."""
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    return owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
