"""Prints how the parser does on the utterance tables: right per column, and which intents it takes for which.

For people: `python tests/unit/conversations/confusion.py [TABLE...]`. Held-back rows are counted but not shown.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[3]), str(Path(__file__).resolve().parent)]

from utterance_tables import COLUMNS, TABLES, columns_of, read, rows  # noqa: E402 - the path is set first


def report(name: str) -> str:
    """The figures of one table."""
    wrong: Counter[str] = Counter()
    confused: Counter[tuple[str, str]] = Counter()
    judged: Counter[str] = Counter()
    table = list(rows(name))
    whole = 0
    for row in table:
        got = columns_of(read(row))
        bad = [
            column for column, right in row.expected.items() if right is not None and got[column] not in right
        ]
        judged.update(column for column, right in row.expected.items() if right is not None)
        wrong.update(bad)
        whole += not bad
        if "intent" in bad and not row.held_back:
            confused["/".join(sorted(row.expected["intent"] or ())), got["intent"]] += 1
    lines = [f"{name}: {len(table)} rows, {100 * whole / len(table):.1f} % whole"]
    lines += [
        f"  {column:7} {100 * (1 - wrong[column] / judged[column]):5.1f} % of {judged[column]}"
        for column in COLUMNS
    ]
    lines += [f"  {meant} taken for {got}: {count}" for (meant, got), count in confused.most_common()]
    return "\n".join(lines)


if __name__ == "__main__":
    for table in sys.argv[1:] or TABLES:
        sys.stdout.write(report(table) + "\n")
