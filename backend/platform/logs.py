"""Logs of every process: one JSON object a line in `DIR/logs/<process>.log`, kept to a size, without personal
data.

Called once by each process at its start; everyone else uses the standard `logging`. `request_id` is set by
the web server's edge and by event handlers, and is written on every line of that request.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import re
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)

MAX_BYTES = 10_000_000
KEPT_FILES = 5
# Attributes every record has; whatever else is on it came through `extra=` and is written as a field of its
# own.
_STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

_EMAIL = re.compile(r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_SECRET = re.compile(r"\b(sk_|Bearer )[\w.~+/=-]{8,}")
_DATE = r"\d{4}-\d{2}-\d{2}"
_DECIMAL = r"\d+\.\d+(?![\d.])"
# Nine to fifteen digits with the usual separators, alone: not a piece of an identifier, a time or an address.
# After a plus sign whatever comes before it does not matter.
_PHONE = re.compile(
    rf"(?:(?<![\w.:/-])|(?=\+))(?!{_DATE})(?!{_DECIMAL})\+?\(?\d(?:[ .()/-]{{0,2}}\d){{8,14}}(?![\w:])(?!-\w)"
)


def redact(text: str) -> str:
    """The text without e-mail addresses, telephone numbers and keys. A net under the callers' duty not to log
    them, not a licence.
    """
    text = _EMAIL.sub("[e-mail]", text)
    text = _SECRET.sub(r"\1[key]", text)
    return _PHONE.sub("[phone]", text)


def _redacted(value: object) -> object:
    """Numbers and truth values as they are, all else as redacted text, in lists and mappings too."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, dict):
        return {str(key): _redacted(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_redacted(inner) for inner in value]
    return redact(str(value))


class JsonFormatter(logging.Formatter):
    """One line of JSON for a record: `at` (UTC), `level`, `logger`, `process`, `pid`, `requestId`, `message`,
    `extra=` fields, `error`.
    """

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": self._process,
            "pid": record.process,
        }
        current = request_id.get()
        if current:
            line["requestId"] = current
        line["message"] = redact(record.getMessage())
        for name, value in vars(record).items():
            if name not in _STANDARD:
                line.setdefault(name, _redacted(value))
        if record.exc_info and record.exc_info[0]:
            line["error"] = redact(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


class SharedFileHandler(logging.Handler):
    """Appends to a file that several processes write (the web server has more than one), and turns it over
    past a size.

    The standard library's rotating handler is for one process alone: with two, one goes on writing into the
    file that the other renamed. Here a line is one `write` in append mode, which the kernel keeps whole;
    whoever finds the file too large turns it over under a lock; everyone notices a new file by its inode.
    """

    def __init__(self, path: Path, max_bytes: int = MAX_BYTES, kept: int = KEPT_FILES) -> None:
        super().__init__()
        self._path = path
        self._max_bytes = max_bytes
        self._kept = kept
        self._handle = -1
        self._inode = -1

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = f"{self.format(record)}\n".encode("utf-8", "backslashreplace")
            os.write(self._current(len(line)), line)
        except Exception:  # noqa: BLE001 -- logging's own rule: a log that fails must not stop the work; it reports on stderr
            self.handleError(record)

    def _current(self, coming: int) -> int:
        """The file to write to, after turning over one that would grow past the limit."""
        status = self._status()
        if status and status.st_size + coming > self._max_bytes:
            self._turn_over(coming)
            status = self._status()
        if status is None or status.st_ino != self._inode:
            self._reopen()
        return self._handle

    def _status(self) -> os.stat_result | None:
        try:
            return self._path.stat()
        except FileNotFoundError:
            return None

    def _reopen(self) -> None:
        self.close_file()
        self._handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._inode = os.fstat(self._handle).st_ino

    def _turn_over(self, coming: int) -> None:
        lock = os.open(self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            status = self._status()
            if status is None or status.st_size + coming <= self._max_bytes:
                return  # another process was first
            for number in range(self._kept - 1, 0, -1):
                older = self._path.with_name(f"{self._path.name}.{number}")
                if older.exists():
                    older.replace(self._path.with_name(f"{self._path.name}.{number + 1}"))
            self._path.replace(self._path.with_name(f"{self._path.name}.1"))
        finally:
            os.close(lock)

    def close_file(self) -> None:
        """Gives the file back; the next line opens it again."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = self._inode = -1

    def close(self) -> None:
        self.close_file()
        super().close()


def setup(process: str, data_dir: Path, level: int = logging.INFO) -> None:
    """Sends everything this process logs to `data_dir/logs/<process>.log`. Calling it again replaces what it
    did before.
    """
    folder = Path(data_dir) / "logs"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handler = SharedFileHandler(folder / f"{process}.log")
    handler.setFormatter(JsonFormatter(process))
    root = logging.getLogger()
    for earlier in [each for each in root.handlers if isinstance(each, SharedFileHandler)]:
        root.removeHandler(earlier)
        earlier.close()
    root.addHandler(handler)
    root.setLevel(level)
