"""`scripts/run` and `scripts/test` before anything is installed: environments made, found, mended; what they say on failure."""

from __future__ import annotations

import importlib.util
import io
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from running_machine import ROOT
from servers import free_port

sys.path.insert(0, str(ROOT / "scripts"))
import _bootstrap
import _debian
import _test as scripts_test

from backend.platform.embedded.trouble import Trouble
from backend.platform.supervisor.console import Console


@pytest.fixture
def out() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout whose requirements are empty: an environment is made for real, without downloads."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    (folder / "requirements.txt").write_text("# nothing\n")
    monkeypatch.setattr(_bootstrap, "ROOT", folder)
    return folder


def works(python: Path) -> bool:
    return subprocess.run([python, "-c", ""], check=False).returncode == 0


def test_the_first_start_makes_an_environment_and_the_second_says_and_does_nothing(
    checkout: Path, out: io.StringIO
) -> None:
    python = _bootstrap.environment(["requirements.txt"], Console(out, "en"))
    assert works(python)
    assert f"making a Python environment in {checkout}/.venv" in out.getvalue()
    made = python.lstat().st_mtime_ns
    out.truncate(0)

    assert _bootstrap.environment(["requirements.txt"], Console(out, "en")) == python
    assert out.getvalue().strip("\0") == ""
    assert python.lstat().st_mtime_ns == made


def test_an_environment_whose_python_went_away_is_made_anew(checkout: Path, out: io.StringIO) -> None:
    python = _bootstrap.environment(["requirements.txt"], Console(out, "en"))
    for link in python.parent.glob("python*"):
        link.unlink()
        link.symlink_to("/nonexistent/python")

    assert works(_bootstrap.environment(["requirements.txt"], Console(out, "en")))


def test_a_developers_environment_with_more_in_it_is_used_as_it_is(
    out: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This very environment has everything that the server needs, whoever made it."""
    home = Path(sys.prefix)
    files = [ROOT / "backend" / "requirements.txt"]
    monkeypatch.setattr(_bootstrap, "_STAMP", "no-such-stamp.json")

    assert _bootstrap._has_all(home, files)


def test_a_version_that_differs_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "requirements.txt").write_text("psutil==0.0.1\n")
    monkeypatch.setattr(_bootstrap, "_STAMP", "no-such-stamp.json")

    assert not _bootstrap._has_all(Path(sys.prefix), [tmp_path / "requirements.txt"])


def test_pins_follow_references_and_leave_comments_extras_and_markers_out(tmp_path: Path) -> None:
    (tmp_path / "part").mkdir()
    (tmp_path / "part" / "requirements.txt").write_text("a==1 # why\nb[extra]==2\n")
    (tmp_path / "all.txt").write_text("-r part/requirements.txt\nc == 3 ; python_version < '4'\n\n# d==4\n")

    assert _bootstrap._pins([tmp_path / "all.txt"]) == ["a==1", "b==2", "c==3"]


def test_without_a_network_it_says_so_and_where_the_details_are(
    checkout: Path, out: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    (checkout / "requirements.txt").write_text("a-package-that-is-nowhere==1.0\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{free_port()}/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")

    with pytest.raises(Trouble) as told:
        _bootstrap.environment(["requirements.txt"], Console(out, "en"))

    assert told.value.code == "no_network"
    assert (checkout / ".venv" / "install.log").read_text()


def test_a_package_that_does_not_exist_is_named(
    checkout: Path, out: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    (checkout / "requirements.txt").write_text("a-package-that-is-nowhere==1.0\n")
    monkeypatch.setenv("PIP_NO_INDEX", "1")

    with pytest.raises(Trouble, match="a-package-that-is-nowhere") as told:
        _bootstrap.environment(["requirements.txt"], Console(out, "en"))

    assert told.value.code == "install_failed"


def test_without_venv_and_pip_it_says_what_to_install(
    checkout: Path, out: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)

    with pytest.raises(Trouble, match=rf"apt install python3\.{sys.version_info.minor}-venv"):
        _bootstrap.environment(["requirements.txt"], Console(out, "en"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_checkout_that_cannot_be_written_puts_the_environment_into_the_data_folder(
    checkout: Path, tmp_path: Path, out: io.StringIO
) -> None:
    checkout.chmod(0o500)

    python = _bootstrap.environment(["requirements.txt"], Console(out, "en"), fallback=tmp_path / "data")

    assert python.is_relative_to(tmp_path / "data" / ".venv")


def test_a_checkout_that_may_not_be_written_falls_back_as_the_system_says(
    checkout: Path, tmp_path: Path, out: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != checkout)

    python = _bootstrap.environment(["requirements.txt"], Console(out, "en"), fallback=tmp_path / "data")

    assert works(python)
    assert python.is_relative_to(tmp_path / "data" / ".venv")


def test_two_first_starts_side_by_side_make_one_environment(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    (checkout / "requirements.txt").write_text("")
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT / 'scripts')!r}); import _bootstrap; from pathlib import Path\n"
        f"_bootstrap.ROOT = Path({str(checkout)!r})\n"
        "print(_bootstrap.environment(['requirements.txt'], _bootstrap.Console(sys.stderr, 'en')))\n"
    )
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    both = [subprocess.Popen([sys.executable, "-c", code], **pipes) for _ in range(2)]  # type: ignore[call-overload]
    shown = [process.communicate(timeout=120) for process in both]

    assert [process.returncode for process in both] == [0, 0], shown
    assert sum("making a Python environment" in errors for _, errors in shown) == 1


def run(*arguments: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    settings = {**os.environ, "LANG": "en_GB.UTF-8", "LC_ALL": "", **(environment or {})}
    command = [sys.executable, str(ROOT / "scripts" / "run"), *arguments]
    return subprocess.run(command, env=settings, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1"])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    shown = run("--port", port)

    assert shown.returncode == 2
    assert "port" in shown.stderr


def test_a_data_folder_that_cannot_be_made_is_refused_before_anything_is_installed(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    shown = run("--data", str(tmp_path / "file" / "data"))

    assert shown.returncode == 1
    assert "may not write" in shown.stdout
    assert "Traceback" not in shown.stderr


def test_the_explanations_are_in_spanish_on_a_spanish_terminal(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    shown = run("--data", str(tmp_path / "file" / "data"), environment={"LANG": "es_ES.UTF-8"})

    assert "SaveIt no puede escribir en" in shown.stdout


def older_python() -> str | None:
    """A Python too old for SaveIt, where one is installed."""
    folders = [Path("/usr/bin"), *Path.home().glob(".pyenv/versions/3.*/bin")]
    names = ("python3.6", "python3.7", "python3.8", "python3.9", "python3.10")
    return next(
        (str(folder / name) for folder in folders for name in names if (folder / name).exists()), None
    )


@pytest.mark.skipif(older_python() is None, reason="no Python older than 3.11 is installed here")
def test_a_python_that_is_too_old_says_what_to_do() -> None:
    command = [str(older_python()), str(ROOT / "scripts" / "run")]
    shown = subprocess.run(command, env={"PATH": "/nonexistent"}, capture_output=True, text=True, check=False)

    assert shown.returncode == 1
    assert "SaveIt needs Python 3.11 or newer" in shown.stderr
    assert "SaveIt necesita Python 3.11 o posterior" in shown.stderr


@pytest.mark.skipif(older_python() is None, reason="no Python older than 3.11 is installed here")
def test_a_python_that_is_too_old_goes_on_as_a_newer_one_that_works(tmp_path: Path) -> None:
    (tmp_path / "python3.13").write_text("#!/bin/sh\nexit 127\n")  # a launcher without the Python behind it
    (tmp_path / "python3.13").chmod(0o755)
    (tmp_path / "python3.11").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    (tmp_path / "python3.11").chmod(0o755)

    command = [str(older_python()), str(ROOT / "scripts" / "run"), "--help"]
    shown = subprocess.run(command, env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False)

    assert shown.returncode == 0
    assert "--data" in shown.stdout


def test_ctrl_c_while_installing_ends_pip_and_says_that_the_next_start_goes_on(tmp_path: Path) -> None:
    """A pip that never ends stands in for a slow network."""
    checkout = tmp_path / "checkout"
    shutil.copytree(ROOT / "scripts", checkout / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(
        ROOT / "backend" / "platform",
        checkout / "backend" / "platform",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    (checkout / "backend" / "__init__.py").touch()
    (checkout / "backend" / "requirements.txt").write_text("a-package-that-is-nowhere==1.0\n")
    home = checkout / ".venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", home], check=True)
    pip = next(home.glob("lib/python*/site-packages")) / "pip"
    pip.mkdir()
    (pip / "__init__.py").touch()
    (pip / "__main__.py").write_text("import time; print('Collecting a', flush=True); time.sleep(60)\n")
    command = [
        sys.executable,
        "-u",
        str(checkout / "scripts" / "run"),
        "--data",
        str(tmp_path / "data"),
        "--port",
        str(free_port()),
    ]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "LANG": "C.UTF-8"},
    ) as process:
        assert process.stdout is not None
        assert "Installing 1 packages" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        said = process.stdout.read()

    assert process.returncode == 130
    assert "The next start goes on from here." in said


def test_debian_packages_are_listed_with_their_reason() -> None:
    lines = (ROOT / "scripts" / "debian-packages.txt").read_text().splitlines()
    assert all("#" in line for line in lines)
    assert {"chromium", "xvfb", "libzbar0"} <= set(_debian.wanted())


def test_missing_debian_packages_are_named_to_whoever_may_not_install_them(
    out: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_debian, "installed", lambda: set(_debian.wanted()) - {"xvfb"})
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/dpkg-query" if name == "dpkg-query" else None)

    _debian.install_missing(Console(out, "en"))

    assert "sudo apt-get install xvfb\n" in out.getvalue()


def test_every_folder_of_tests_is_run() -> None:
    with_tests = {str(path.parent.relative_to(ROOT)) for path in (ROOT / "tests").rglob("test_*.py")}
    folders = [argument for argument in scripts_test._pytest_arguments() if argument.startswith("tests/")]

    assert [
        name for name in with_tests if not any(name == f or name.startswith(f"{f}/") for f in folders)
    ] == []


def test_the_stamp_remembers_several_lists_of_requirements(checkout: Path, out: io.StringIO) -> None:
    (checkout / "more.txt").write_text("# also nothing\n-r requirements.txt\n")
    home = checkout / ".venv"
    _bootstrap.environment(["requirements.txt"], Console(out, "en"))
    _bootstrap._write_stamp(home, [checkout / "more.txt"])

    assert len(json.loads((home / "saveit-installed.json").read_text())) == 1, "equal pins are one entry"
    assert _bootstrap._has_all(home, [checkout / "requirements.txt"])
