"""Prints how the parser does on the utterance tables: right per column, which intents it takes for which, how sure it is.

For people: `python tests/unit/conversations/confusion.py [TABLE...]`. Held-back and examination rows are counted but not shown.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[3]), str(Path(__file__).resolve().parent)]

from utterance_tables import COLUMNS, TABLES, columns_of, read, rows  # noqa: E402 - the path is set first

# Below this confidence the chain of engines asks another one (`SAVEIT_..._THRESHOLD`'s default).
THRESHOLD = 0.6


@dataclass
class Tally:
    """Counts over some rows: judged and right per column, whole rows, invented values, and rightness by confidence."""

    count: int = 0
    whole: int = 0
    judged: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    empty: Counter[str] = field(default_factory=Counter)
    invented: Counter[str] = field(default_factory=Counter)
    sure: list[bool] = field(default_factory=list)
    unsure: list[bool] = field(default_factory=list)
    confused: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, name: str) -> None:
        """The rows of one table."""
        for row in rows(name):
            understanding = read(row)
            got = columns_of(understanding)
            bad = {
                column
                for column, right in row.expected.items()
                if right is not None and got[column] not in right
            }
            self.count += 1
            self.whole += not bad
            for column, right in row.expected.items():
                if right is None:
                    continue
                self.judged[column] += 1
                self.wrong[column] += column in bad
                if right == {"-"}:
                    self.empty[column] += 1
                    self.invented[column] += column in bad
            if row.expected["intent"] is not None:
                (self.sure if understanding.confidence >= THRESHOLD else self.unsure).append(
                    "intent" not in bad
                )
            if "intent" in bad and not row.held_back:
                self.confused["/".join(sorted(row.expected["intent"] or ())), got["intent"]] += 1

    def lines(self) -> Iterable[str]:
        """The figures, one a line."""
        yield f"{self.count} rows, {_share(self.whole, self.count)} whole"
        for column in COLUMNS:
            judged = self.judged[column]
            yield f"  {column:7} {_share(judged - self.wrong[column], judged)} of {judged}"
        yield f"  invented {_share(self.invented.total(), self.empty.total())} of {self.empty.total()} values not said"
        for said, marks in (("sure", self.sure), ("unsure", self.unsure)):
            yield f"  {said:7} {_share(sum(marks), len(marks))} of {len(marks)} intents right"
        yield from (
            f"  {meant} taken for {got}: {count}" for (meant, got), count in self.confused.most_common()
        )


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:5.1f} %" if whole else "    - %"


def report(name: str, tables: Iterable[str]) -> str:
    """The figures of some tables together."""
    tally = Tally()
    for table in tables:
        tally.add(table)
    return f"{name}: " + "\n".join(tally.lines())


if __name__ == "__main__":
    wanted = sys.argv[1:] or TABLES
    for table in wanted:
        sys.stdout.write(report(table, [table]) + "\n")
    for language in ("es", "en"):
        spoken = [table for table in wanted if table.startswith(language)]
        if len(spoken) > 1:
            sys.stdout.write(report(f"all {language}", spoken) + "\n")
        unseen = [table for table in spoken if table.endswith(("held", "exam2"))]
        if len(unseen) > 1:
            sys.stdout.write(report(f"unseen {language} ({', '.join(unseen)})", unseen) + "\n")
