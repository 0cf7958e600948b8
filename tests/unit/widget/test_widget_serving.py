"""How the widget's files reach a browser: names, headers, size; and that no module does what could let markup in."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from widget.serving import ENTRY, WidgetFile, version, widget_file

WIDGET = Path(__file__).resolve().parents[3] / "widget"
MODULES = sorted(path.relative_to(WIDGET).as_posix() for path in WIDGET.rglob("*.js"))
SINKS = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|setHTML|createContextualFragment|DOMParser|srcdoc"
    r"|\beval\(|new Function|\.cssText|setAttribute\(\"style|javascript:|localStorage|document\.cookie"
)


def served(name: str) -> WidgetFile:
    file = widget_file(name if name == ENTRY else f"v-{version()}/{name}")
    assert file is not None
    return file


def test_the_whole_widget_is_under_20_kilobytes_gzipped() -> None:
    assert sum(len(served(name).gzipped) for name in MODULES) < 20_000


def test_the_entry_names_every_module_so_that_none_waits_for_another() -> None:
    named = re.findall(r'"\./(.+?)"', (WIDGET / ENTRY).read_text(encoding="utf-8"))

    assert sorted(named) == [name for name in MODULES if name != ENTRY]


def test_the_entry_points_to_modules_under_a_name_made_from_their_content() -> None:
    entry = served(ENTRY).body.decode()

    assert set(re.findall(r'"\./(v-\w+)/', entry)) == {f"v-{version()}"}
    assert '"./element.js"' not in entry


def test_the_entry_is_kept_for_minutes_and_its_modules_for_a_year() -> None:
    assert served(ENTRY).headers["Cache-Control"] == "public, max-age=300, stale-while-revalidate=86400"
    assert served("element.js").headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_a_module_asked_for_under_an_older_version_is_there_but_not_kept() -> None:
    file = widget_file("v-0123456789abcdef/element.js")

    assert file is not None
    assert file.headers["Cache-Control"] == "no-cache"
    assert file.body == served("element.js").body


@pytest.mark.parametrize("name", MODULES)
def test_every_site_may_load_a_module_and_only_as_script(name: str) -> None:
    headers = served(name).headers

    assert headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert re.fullmatch(r'"[0-9a-f]{32}"', headers["ETag"])


@pytest.mark.parametrize("name", MODULES)
def test_the_gzipped_body_is_the_plain_one(name: str) -> None:
    file = served(name)

    assert gzip.decompress(file.gzipped) == file.body


@pytest.mark.parametrize("name", MODULES)
def test_only_comments_and_indentation_are_left_out_and_lines_keep_their_numbers(name: str) -> None:
    source = (WIDGET / name).read_text(encoding="utf-8")
    written, sent = source.split("\n"), served(name).body.decode().replace(f"v-{version()}/", "").split("\n")

    assert len(sent) == len(written)
    changed = [before for before, after in zip(written, sent, strict=True) if before.lstrip() != after]
    assert [line for line in changed if not line.lstrip().startswith(("//", "/*", "*"))] == []


@pytest.mark.parametrize("name", sorted(set(MODULES) - {"styles.js"}))
def test_no_text_runs_over_lines_where_indentation_would_count(name: str) -> None:
    assert [line for line in served(name).body.decode().split("\n") if line.count("`") % 2] == []


@pytest.mark.parametrize(
    "path",
    [
        "",
        "serving.py",
        "__init__.py",
        "../widget/element.js",
        "../../pyproject.toml",
        "/etc/passwd",
        "texts/",
        "texts/es.json",
        "element.js/",
        f"v-0123456789abcdef/{ENTRY}",
        "v-short/element.js",
        "v-0123456789abcdef/../element.js",
    ],
)
def test_nothing_else_of_the_folder_is_served(path: str) -> None:
    assert widget_file(path) is None


@pytest.mark.parametrize("name", MODULES)
def test_no_module_parses_markup_or_code(name: str) -> None:
    assert SINKS.findall((WIDGET / name).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("name", MODULES)
def test_each_module_opens_with_what_it_is_for(name: str) -> None:
    lines = (WIDGET / name).read_text(encoding="utf-8").split("\n")

    assert lines[0].startswith("// ")
    assert len(lines) <= 220
