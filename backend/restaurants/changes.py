"""What changed between two versions of a configuration: a flat list a person can read. Pure; called by the service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_IDENTITY = ("id", "date", "number")


def changes_between(before: object, after: object, path: str = "") -> list[dict[str, Any]]:
    """`[{path, before, after}]` with paths in JSON names; list members are matched by their id, date or number."""
    return list(_walk(before, after, path))


def _walk(before: object, after: object, path: str) -> Iterator[dict[str, Any]]:
    if before == after:
        return
    old, new = _members(before), _members(after)
    if old is None or new is None:
        yield {"path": path, "before": before, "after": after}
        return
    for key in [*old, *(key for key in new if key not in old)]:
        yield from _walk(old.get(key), new.get(key), f"{path}.{key}" if path else key)


def _members(value: object) -> Mapping[str, Any] | None:
    if isinstance(value, Mapping):
        return value
    if isinstance(value, list) and value and all(isinstance(each, Mapping) for each in value):
        name = next((name for name in _IDENTITY if all(name in each for each in value)), None)
        if name is not None:
            return {str(each[name]): each for each in value}
    return None
