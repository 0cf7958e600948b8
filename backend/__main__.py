"""`python -m backend COMMAND`: argument parsing only. Run by the supervisor, by operators and by deployments."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from backend.settings import Settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; its exit status."""
    parser = argparse.ArgumentParser(prog="python -m backend", description="SaveIt's server")
    commands = parser.add_subparsers(dest="command", required=True)
    run = {name: _command(commands, name, text) for name, text in _COMMANDS.items()}
    run["dead-letters"].add_argument(
        "--replay",
        metavar="ID",
        type=_one_or_all,
        default=argparse.SUPPRESS,
        help="put one back in the queue by its id, or 'all'",
    )
    run["rotate-keys"].add_argument("purpose", choices=["qr", "data"])
    for name in ("backup", "restore"):
        run[name].add_argument("file", type=Path)
    run["try-readers"].add_argument("text", help="what a guest might write")
    run["try-readers"].add_argument("--tz", type=_zone, default="Europe/Madrid", help="the restaurant's zone")
    run["try-readers"].add_argument("--language", help="es, en, es-MX, ...")
    given = parser.parse_args(arguments)
    return _explained(given)


def _explained(given: argparse.Namespace) -> int:
    """The command's status; what a person must put right is said to them, not traced."""
    from backend.platform.embedded.trouble import Trouble
    from backend.platform.supervisor.console import Console

    try:
        return _RUN[given.command](given)
    except Trouble as trouble:
        Console(sys.stderr).trouble(trouble)
        return 1


_COMMANDS = {
    "supervise": "start, watch and restart everything on this machine",
    "serve": "the web server",
    "worker": "events, messages and scheduled work",
    "migrate": "bring the database to this version",
    "demo": "make the demonstration restaurant unless there is one",
    "dead-letters": "list events, scheduled work and messages that were given up, or replay them",
    "backup": "copy the database to a file while SaveIt runs",
    "restore": "replace the database by such a copy while SaveIt does not run",
    "rotate-keys": "make a new key; codes and data made with older ones stay good",
    "try-readers": "put one message to every reader of SAVEIT_READERS and print what each makes of it",
}


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, text: str
) -> argparse.ArgumentParser:
    return commands.add_parser(name, help=text, description=text)


def _one_or_all(text: str) -> UUID | None:
    return None if text == "all" else UUID(text)


def _zone(text: str) -> str:
    from zoneinfo import available_timezones

    if text not in available_timezones():
        raise argparse.ArgumentTypeError(f"no such zone: {text}")
    return text


def _settings() -> Settings:
    """The settings of the environment; raises Trouble naming those that are wrong."""
    from pydantic import ValidationError

    from backend.settings import Settings

    try:
        return Settings()
    except ValidationError as wrong:
        from backend.platform.embedded.trouble import Trouble

        said = [f"SAVEIT_{str(each['loc'][0]).upper()}: {each['msg']}" for each in wrong.errors()]
        raise Trouble("bad_settings", settings="\n".join(said)) from None


def _by_hand() -> Settings:
    """The settings of a command typed beside a running SaveIt: the data folder says where its servers are."""
    from backend.platform.embedded import addresses
    from backend.platform.embedded.trouble import Trouble

    settings = _settings()
    if settings.database_url and settings.redis_url:
        return settings
    found = addresses.read(settings.data_dir)
    if found is None:
        raise Trouble("not_running", data_dir=settings.data_dir.resolve())
    return settings.model_copy(update={"database_url": found.database_url, "redis_url": found.redis_url})


def _supervise(given: argparse.Namespace) -> int:
    from backend.platform.supervisor.plan import supervise

    settings = _settings()
    return supervise(
        settings.data_dir,
        settings.host,
        settings.port,
        settings.database_url or None,
        settings.redis_url or None,
        rate_limits_off=settings.rate_limits == "off",
    )


def _serve(given: argparse.Namespace) -> int:
    from backend.platform.webserver import serve

    return serve(_settings())


def _worker(given: argparse.Namespace) -> int:
    from backend.platform import metrics_folder

    settings = _settings()
    metrics_folder.open_folder(settings.data_dir)

    from backend.app import connect
    from backend.platform import logs
    from backend.platform.worker import run

    logs.setup("worker", settings.data_dir)
    _, services = connect(settings, "worker")
    return run(settings, services)


def _migrate(given: argparse.Namespace) -> int:
    from backend.platform import logs
    from backend.platform.schema_version import is_current
    from backend.secret_store import secret_store

    settings = _settings()
    logs.setup("migrate", settings.data_dir)
    secrets = secret_store(settings)
    if is_current(settings.database_url, secrets):
        return 0

    from backend.platform.migrate import migrate

    migrate(settings.database_url, secrets)
    return 0


def _demo(given: argparse.Namespace) -> int:
    from backend.app import connect
    from backend.demo import make_demo
    from backend.platform import logs

    settings = _settings()
    logs.setup("demo", settings.data_dir)
    _, services = connect(settings, "app")
    make_demo(services)
    return 0


def _dead_letters(given: argparse.Namespace) -> int:
    from backend.app import connect
    from backend.platform.events.deliveries import Deliveries

    settings = _by_hand()
    _, services = connect(settings, "worker")
    deliveries, jobs, database = (
        Deliveries(services.database, services.handlers),
        services.jobs,
        services.database,
    )
    messages = services.channels.dead_letters
    if "replay" in given:
        now, one = services.clock.now(), given.replay
        count = deliveries.replay(now, one) + jobs.replay(database, now, one) + messages.replay(now, one)
        print(f"{count} put back")
        return 0
    for row in [*deliveries.dead(), *jobs.dead(database), *messages.dead()]:
        print(json.dumps(dict(row), default=str, ensure_ascii=False))
    return 0


def _backup(given: argparse.Namespace) -> int:
    from backend.platform.supervisor.backup import backup

    settings = _by_hand()
    backup(settings.database_url, given.file)
    _say("backup.done", file=given.file, keys=settings.key_file)
    return 0


def _restore(given: argparse.Namespace) -> int:
    from backend.platform.supervisor.backup import restore

    settings = _settings()
    restore(settings.data_dir, settings.database_url, given.file)
    _say("backup.restored", file=given.file)
    return 0


def _say(key: str, **params: object) -> None:
    from backend.platform.supervisor.console import Console

    console = Console()
    console.lines([console.say(key, **params)])


def _rotate_keys(given: argparse.Namespace) -> int:
    from backend.platform.embedded.trouble import Trouble
    from backend.secret_store import secret_store

    settings = _settings()
    if not settings.key_file.is_file():  # a new one would be made, and nobody would use it
        raise Trouble("no_data_dir", data_dir=settings.data_dir.resolve())
    _say("rotated", purpose=given.purpose, number=secret_store(settings).rotate(given.purpose))
    return 0


def _try_readers(given: argparse.Namespace) -> int:
    from backend.conversations.engines.trial import tried
    from backend.platform.clock import SystemClock

    outcomes = []
    for line in tried(_settings(), given.text, SystemClock().now(), given.tz, given.language):
        outcomes.append(line["outcome"])
        print(json.dumps(line, ensure_ascii=False), flush=True)
    return 0 if set(outcomes) == {"answered"} else 1


_RUN: dict[str, Callable[[argparse.Namespace], int]] = {
    "supervise": _supervise,
    "serve": _serve,
    "worker": _worker,
    "migrate": _migrate,
    "demo": _demo,
    "dead-letters": _dead_letters,
    "backup": _backup,
    "restore": _restore,
    "rotate-keys": _rotate_keys,
    "try-readers": _try_readers,
}

if __name__ == "__main__":
    sys.exit(main())
