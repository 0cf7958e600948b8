"""How the widget's files reach a browser: names, headers, size; and that no module does what could let markup in."""

from __future__ import annotations

import gzip
import re
import shutil
from pathlib import Path

import pytest

from widget.bundling import NoEsbuild, build, esbuild
from widget.serving import DEMO, DIST, ENTRY, FOLDER, FORM, WidgetFile, WidgetFiles

WIDGET = FOLDER
MODULES = sorted(
    path.relative_to(WIDGET).as_posix()
    for path in WIDGET.rglob("*.js")
    if path.parent.name not in (DIST, DEMO)
)
CHAT_MODULES = [name for name in MODULES if not name.startswith("form/")]
SINKS = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|setHTML|createContextualFragment|DOMParser|srcdoc"
    r"|\beval\(|new Function|\.cssText|setAttribute\(\"style|javascript:|localStorage|document\.cookie"
)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> WidgetFiles:
    """The widget without its bundles."""
    folder = tmp_path_factory.mktemp("plain") / "widget"
    shutil.copytree(WIDGET, folder, ignore=shutil.ignore_patterns(DIST, "__pycache__"))
    return WidgetFiles(folder)


@pytest.fixture(scope="module")
def bundled() -> WidgetFiles:
    """The widget as it is committed."""
    return WidgetFiles(WIDGET)


def served(files: WidgetFiles, name: str) -> WidgetFile:
    file = files.file(name if name == ENTRY else f"v-{files.version}/{name}")
    assert file is not None
    return file


def test_the_bundles_were_made_of_the_modules_that_are_here(bundled: WidgetFiles) -> None:
    assert set(bundled.bundles) == {ENTRY, FORM}, "a module has changed: run scripts/build-widget"


def test_a_rebuild_gives_the_very_bundles_that_are_committed(bundled: WidgetFiles) -> None:
    try:
        program = esbuild()
    except NoEsbuild as why:
        pytest.skip(f"no esbuild to build with: {why}")

    assert build(program) == bundled.bundles


def test_what_a_page_loads_is_one_file_under_20_kilobytes_gzipped(bundled: WidgetFiles) -> None:
    entry = served(bundled, ENTRY)

    assert len(entry.gzipped) < 20_000
    assert re.findall(rb"""\bimport\s*["'{*]|\bfrom\s*["']""", entry.body) == []


def test_what_the_calendar_adds_is_under_11_kilobytes_gzipped(bundled: WidgetFiles) -> None:
    assert len(served(bundled, FORM).gzipped) < 11_000


def test_the_bundle_names_the_calendars_file_by_its_version(bundled: WidgetFiles) -> None:
    assert f"/widget/v1/v-{bundled.version}/{FORM}".encode() in served(bundled, ENTRY).body


def test_the_bundled_entry_is_kept_for_minutes_and_for_a_year_where_a_page_pins_it(
    bundled: WidgetFiles,
) -> None:
    pinned = bundled.file(f"v-{bundled.version}/{ENTRY}")

    assert pinned is not None
    assert pinned.body == served(bundled, ENTRY).body
    assert pinned.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert (
        served(bundled, ENTRY).headers["Cache-Control"] == "public, max-age=300, stale-while-revalidate=86400"
    )


def test_a_version_that_is_no_more_is_not_served_under_its_name(bundled: WidgetFiles) -> None:
    assert bundled.file(f"v-0123456789abcdef/{ENTRY}") is None


def test_bundles_of_other_modules_are_left_and_the_modules_served(tmp_path: Path) -> None:
    folder = tmp_path / "widget"
    shutil.copytree(WIDGET, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "words.js").write_text("// changed\n", encoding="utf-8")

    files = WidgetFiles(folder)

    assert files.bundles == {}
    assert b'"./v-' in served(files, ENTRY).body


def test_the_entry_names_every_module_of_the_chat_so_that_none_waits_for_another() -> None:
    named = re.findall(r'"\./(.+?)"', (WIDGET / ENTRY).read_text(encoding="utf-8"))

    assert sorted(named) == [name for name in CHAT_MODULES if name != ENTRY]


def test_the_entry_points_to_modules_under_a_name_made_from_their_content(plain: WidgetFiles) -> None:
    entry = served(plain, ENTRY).body.decode()

    assert set(re.findall(r'"\./(v-\w+)/', entry)) == {f"v-{plain.version}"}
    assert '"./element.js"' not in entry


def test_the_entry_is_kept_for_minutes_and_its_modules_for_a_year(plain: WidgetFiles) -> None:
    assert (
        served(plain, ENTRY).headers["Cache-Control"] == "public, max-age=300, stale-while-revalidate=86400"
    )
    assert served(plain, "element.js").headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_a_module_asked_for_under_an_older_version_is_there_but_not_kept(plain: WidgetFiles) -> None:
    file = plain.file("v-0123456789abcdef/element.js")

    assert file is not None
    assert file.headers["Cache-Control"] == "no-cache"
    assert file.body == served(plain, "element.js").body


@pytest.mark.parametrize("name", [*MODULES, FORM])
def test_every_site_may_load_a_module_and_only_as_script(bundled: WidgetFiles, name: str) -> None:
    headers = served(bundled, name).headers

    assert headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert re.fullmatch(r'"[0-9a-f]{32}"', headers["ETag"])


@pytest.mark.parametrize("name", [*MODULES, FORM])
def test_the_gzipped_body_is_the_plain_one(bundled: WidgetFiles, name: str) -> None:
    file = served(bundled, name)

    assert gzip.decompress(file.gzipped) == file.body


@pytest.mark.parametrize("name", MODULES)
def test_only_comments_and_indentation_are_left_out_and_lines_keep_their_numbers(
    plain: WidgetFiles, name: str
) -> None:
    source = (WIDGET / name).read_text(encoding="utf-8")
    sent = served(plain, name).body.decode().replace(f"v-{plain.version}/", "").split("\n")
    written = source.split("\n")

    assert len(sent) == len(written)
    changed = [before for before, after in zip(written, sent, strict=True) if before.lstrip() != after]
    assert [line for line in changed if not line.lstrip().startswith(("//", "/*", "*"))] == []


@pytest.mark.parametrize("name", [name for name in MODULES if not name.endswith("styles.js")])
def test_no_text_runs_over_lines_where_indentation_would_count(plain: WidgetFiles, name: str) -> None:
    assert [line for line in served(plain, name).body.decode().split("\n") if line.count("`") % 2] == []


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
        FORM,
        f"dist/{ENTRY}",
        "bundling.py",
        "v-short/element.js",
        "v-0123456789abcdef/../element.js",
    ],
)
def test_nothing_else_of_the_folder_is_served(bundled: WidgetFiles, path: str) -> None:
    assert bundled.file(path) is None


@pytest.mark.parametrize("name", [*MODULES, f"{DIST}/{ENTRY}", f"{DIST}/{FORM}"])
def test_no_module_parses_markup_or_code(name: str) -> None:
    assert SINKS.findall((WIDGET / name).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("name", MODULES)
def test_each_module_opens_with_what_it_is_for(name: str) -> None:
    lines = (WIDGET / name).read_text(encoding="utf-8").split("\n")

    assert lines[0].startswith("// ")
    assert len(lines) <= 220
