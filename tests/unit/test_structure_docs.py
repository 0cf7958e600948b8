"""Holds the documentation to the code: what it names is there, and its tables say what the code says.

`SAVEIT_WRITE_DOCS=1` writes the table of settings anew instead of comparing it.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from source_tree import ROOT, calls, modules, name, strings

from backend.settings import Settings

PAGES = sorted([*(ROOT / "docs").rglob("*.md"), ROOT / "CHANGELOG.md", *ROOT.glob("README.md")])
OPERATIONS = ROOT / "docs" / "operations.md"
TOP = {path.name for path in ROOT.iterdir()} - {".git", ".venv", "data", "artefacts"}
# `folder/file.py`, `folder/`, `scripts/run --port 1`, `tests/x.py::test` and `package.module` as prose names them.
PATH = re.compile(r"`((?:[A-Za-z0-9_.-]+/)+[A-Za-z0-9_.*-]*)(?:[ :`])")
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
MODULE = re.compile(r"`((?:backend|host_app|widget)(?:\.[a-z_]+)+)[`(.:]")
DECISION = re.compile(r"[Dd]ecisions? (\d{3})")
# Named because of what somebody else has, or because of what will be made: no file here.
NOT_HERE = {"dev/shm", "var/lib"}


def paths_in(text: str) -> set[str]:
    """What a page calls a file of this checkout."""
    return {each for each in PATH.findall(text) if each.split("/", 1)[0] in TOP}


def there(path: str) -> bool:
    """Whether the checkout has it; a star stands for anything."""
    return bool(list(ROOT.glob(path.rstrip("/")))) if "*" in path else (ROOT / path).exists()


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")

    assert sorted(path for path in paths_in(text) if not there(path)) == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    links = LINK.findall(page.read_text(encoding="utf-8"))

    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_module_that_a_page_names_is_there(page: Path) -> None:
    named = set(MODULE.findall(page.read_text(encoding="utf-8")))

    assert sorted(each for each in named if not _is_module(each)) == []


def _is_module(dotted: str) -> bool:
    """A module, a package, or a name inside one."""
    path = ROOT.joinpath(*dotted.split("."))
    if path.is_dir() or path.with_suffix(".py").exists():
        return True
    home = path.parent / "__init__.py" if path.parent.is_dir() else path.parent.with_suffix(".py")
    return home.exists() and re.search(rf"\b{path.name}\b", home.read_text(encoding="utf-8")) is not None


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_decision_that_a_page_refers_to_is_written_down(page: Path) -> None:
    named = set(DECISION.findall(page.read_text(encoding="utf-8")))

    assert sorted(each for each in named if not list((ROOT / "docs/decisions").glob(f"{each}-*.md"))) == []


def test_every_page_that_the_code_refers_to_is_there() -> None:
    page = re.compile(r"(?<![/\w])docs/[a-z0-9/_-]+(?:\.md)?")  # after a slash it is an address of the server
    named = {
        (name(path), each)
        for path in modules("backend", "host_app", "scripts", "widget")
        for each in page.findall(path.read_text(encoding="utf-8"))
    }

    assert sorted(each for each in named if not _is_page(each[1])) == []


def _is_page(path: str) -> bool:
    """With its ending or without; a decision also by its number alone."""
    return any((ROOT / each).exists() for each in (path, f"{path}.md")) or bool(
        list(ROOT.glob(f"{path}-*.md"))
    )


def test_decisions_have_each_their_own_number() -> None:
    numbers = [path.name[:3] for path in (ROOT / "docs" / "decisions").glob("*.md")]

    assert sorted(numbers) == sorted(set(numbers))


def test_the_map_leads_to_every_page_and_every_decision() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    pages = [path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")]

    assert [page for page in pages if page != "architecture.md" and f"({page})" not in text] == []


def test_the_map_names_every_folder_of_the_server() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    folders = [path.parent.name for path in (ROOT / "backend").glob("*/__init__.py")]

    assert [folder for folder in folders if f"`{folder}/`" not in text] == []


def settings_table() -> str:
    """The settings as the page shows them."""
    rows = [
        f"| `SAVEIT_{each.upper()}` | {_default(field.default)} | {field.description} |"
        for each, field in Settings.model_fields.items()
    ]
    return "\n".join(["| variable | default | meaning |", "| --- | --- | --- |", *rows])


def _default(value: object) -> str:
    return "(empty)" if value == "" else f"`{value}`"


def test_the_table_of_settings_is_that_of_the_code() -> None:
    text = OPERATIONS.read_text(encoding="utf-8")
    head, rest = text.split("(made by tests/unit/test_structure_docs.py from backend/settings.py) -->\n")
    shown, tail = rest.split("<!-- settings: end -->")
    if os.environ.get("SAVEIT_WRITE_DOCS"):
        marker = "(made by tests/unit/test_structure_docs.py from backend/settings.py) -->\n"
        OPERATIONS.write_text(
            f"{head}{marker}{settings_table()}\n<!-- settings: end -->{tail}", encoding="utf-8"
        )
        pytest.skip("written anew: read it before it is committed")

    assert shown.strip() == settings_table()


def test_every_setting_says_what_it_is_for() -> None:
    assert [
        each for each, field in Settings.model_fields.items() if len((field.description or "").split()) < 2
    ] == []


def test_every_setting_is_used() -> None:
    """By its name in the code, or as the variable that one process hands to another."""
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for path in modules("backend", "scripts")
        if path.name != "settings.py"
    )

    unused = [
        each
        for each in Settings.model_fields
        if not re.search(rf"\b(settings\.|self\._?settings\.){each}\b|SAVEIT_{each.upper()}\b", code)
    ]

    assert unused == []


def test_every_variable_that_the_code_and_the_pages_name_is_a_setting() -> None:
    known = {f"SAVEIT_{each.upper()}" for each in Settings.model_fields}
    texts = [*modules("backend", "host_app", "scripts", "widget"), *PAGES]
    named = {
        each for path in texts for each in re.findall(r"\bSAVEIT_[A-Z_]+\b", path.read_text(encoding="utf-8"))
    }

    assert sorted(named - known) == []


def test_every_endpoint_of_the_seed_that_is_here_is_one_of_the_application() -> None:
    page = (ROOT / "docs" / "seed.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(GET|POST|PUT|DELETE) (/\S+)` \| (\w+) \|", page, re.MULTILINE)
    here = {(method, _shape(path)) for method, path, state in rows if state == "Here"}

    assert len(here) == len(rows) == 14
    assert sorted(here - _declared()) == []


def _shape(path: str) -> str:
    """The path without the names of its parameters: `/reservations/{}`."""
    return re.sub(r"<[^>]+>|\{[^}]+\}", "{}", path)


def _declared() -> set[tuple[str, str]]:
    """What the routes declare, read from the source."""
    found = set()
    for path in modules("backend"):
        for called, call in calls(path):
            if called == "route" and len(call.args) >= 2:
                method, address = (next(strings(each), "") for each in call.args[:2])
                found.add((method, _shape(address)))
    return found


def test_every_module_that_the_code_speaks_of_is_there() -> None:
    named = {
        (name(path), each)
        for path in modules("backend", "host_app", "scripts", "widget")
        for each in MODULE.findall(path.read_text(encoding="utf-8"))
    }

    assert sorted(each for each in named if not _is_module(each[1])) == []
