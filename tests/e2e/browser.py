"""A real Chromium for browser tests: fixtures to import into a test module or a conftest.

    from browser import chromium, new_page, page  # noqa: F401

`page` is one blank page; `new_page(**options)` opens more, with Playwright's context options (viewport,
locale, color_scheme, …). Each page is a fresh profile and keeps what went wrong in `page_errors(page)`;
`keep_picture` saves what a page shows under artefacts/.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

PROGRAMS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
TEST_HOSTS = "*.restaurant.test"  # loopback, yet no secure context: like a restaurant's page without HTTPS
ARGUMENTS = [
    "--no-sandbox",  # tests also run as root, in containers
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--disable-features=HttpsUpgrades,OptimizationHints,MediaRouter,Translate",
    "--no-first-run",
    "--no-pings",
    f"--host-resolver-rules=MAP {TEST_HOSTS} 127.0.0.1",
]
DESKTOP = {"width": 1280, "height": 800}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
PATIENCE_MS = 10_000


def find_chromium() -> str:
    """The path of an installed Chromium; fails the test, and says what to do, when there is none."""
    for program in PROGRAMS:
        if path := shutil.which(program):
            return path
    pytest.fail(
        "browser tests need Chromium: install the package 'chromium' (scripts/test does where it may)"
    )


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for a module; not for the session, as its event loop forbids asyncio.run elsewhere."""
    path = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def new_page(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Opens pages, each in a fresh profile of its own; all are closed after the test."""
    contexts = []

    def open_page(**options: Any) -> Page:
        context = chromium.new_context(**{"viewport": DESKTOP, "locale": "es-ES", **options})
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        _PROBLEMS[page] = []
        page.on("pageerror", lambda error: _PROBLEMS[page].append(f"uncaught: {error}"))
        page.on("console", lambda message: _note(page, message.type, message.text))
        return page

    yield open_page
    for context in contexts:
        context.close()
    _PROBLEMS.clear()


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """A blank desktop page in Spanish."""
    return new_page()


_PROBLEMS: dict[Page, list[str]] = {}


def page_errors(page: Page) -> list[str]:
    """Uncaught errors and console errors of the page so far, Content-Security-Policy reports among them."""
    return list(_PROBLEMS[page])


def keep_picture(page: Page, name: str) -> Path:
    """Saves what the page shows as artefacts/screens/NAME.png, for people to look at after a test run."""
    folder = Path(__file__).resolve().parents[2] / "artefacts" / "screens"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.png"
    page.screenshot(path=path, animations="disabled")
    return path


def _note(page: Page, kind: str, text: str) -> None:
    if kind == "error":
        _PROBLEMS[page].append(text)
