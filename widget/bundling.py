"""Makes the two bundles that production serves out of the widget's modules, with esbuild. Called by scripts/build-widget and by the
test that holds what is committed to what would be built.

esbuild comes pinned from package-lock.json; its program is part of the package, so no script of a package is ever run.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

from widget.serving import ENTRY, FOLDER, FORM, WidgetFiles, banner

ROOT = FOLDER.parent
_SOURCES = {ENTRY: ENTRY, FORM: "form/form.js"}


class NoEsbuild(Exception):  # noqa: N818 - said to whoever builds, who then installs it
    """There is no esbuild here and none could be installed; the message says why."""


def esbuild() -> Path:
    """esbuild's program in the pinned version, installed into node_modules when it is not there; raises NoEsbuild."""
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    wanted = package["devDependencies"]["esbuild"]
    if not (found := _installed(wanted)):
        _install()
        found = _installed(wanted)
    if not found:
        raise NoEsbuild(f"npm installed no esbuild {wanted} for this machine")
    return found


def build(program: Path) -> dict[str, bytes]:
    """Each bundle by its name, made of the modules as they are now."""
    version = WidgetFiles(FOLDER).version
    return {name: banner(version) + _bundle(program, source, version) for name, source in _SOURCES.items()}


def _bundle(program: Path, source: str, version: str) -> bytes:
    command = [
        str(program),
        source,
        "--bundle",
        "--minify",
        "--format=esm",
        "--target=es2022",
        "--charset=utf8",
        "--log-level=warning",
        # By its whole path: the entry may be loaded from its own versioned address as well.
        f'--define:FORM_BUNDLE="/widget/v1/v-{version}/{FORM}"',
    ]
    return subprocess.run(command, cwd=FOLDER, check=True, capture_output=True).stdout  # noqa: S603 - our own


def _installed(version: str) -> Path | None:
    packages = (ROOT / "node_modules" / "@esbuild").glob("*/package.json")
    for package in packages:
        program = package.parent / "bin" / "esbuild"
        if json.loads(package.read_text(encoding="utf-8"))["version"] == version and program.exists():
            return program
    return None


def _install() -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise NoEsbuild("npm is not installed")
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run(  # noqa: S603 - npm with our own words
        command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=240
    )
    if done.returncode != 0:
        raise NoEsbuild(f"npm could not install it: {done.stderr.strip()[-400:]}")
