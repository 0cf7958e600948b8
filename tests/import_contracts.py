"""Two kinds of import rule that import-linter does not bring: who may be known, and by which doors. Used by `[tool.importlinter]`.

`only`: modules know the standard library, themselves and what is listed, nothing else. `doors`: a folder reaches into another
folder only through its public modules. Both look at direct imports, so that the line to change is the line they print.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output
from importlinter.application import contract_utils
from importlinter.domain import helpers
from importlinter.domain.imports import ModuleExpression

_STANDARD = sys.stdlib_module_names


class _DirectContract(Contract):
    """A contract on single imports, with exceptions."""

    ignore_imports = fields.SetField(subfield=fields.ImportExpressionField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Every import that breaks the rule; an exception that matches nothing is an error."""
        removed = contract_utils.remove_ignored_imports_and_report(
            graph=graph,
            ignore_imports=self.ignore_imports or set(),
            unmatched_alerting=contract_utils.AlertLevel.ERROR,
        )
        broken = sorted(self.broken(graph))
        return ContractCheck(
            kept=not broken,
            warnings=list(removed.warnings),
            ignored_import_count=removed.ignored_import_count,
            metadata={
                "broken": [
                    (importer, imported, _line(graph, importer, imported)) for importer, imported in broken
                ]
            },
        )

    def broken(self, graph: ImportGraph) -> Iterable[tuple[str, str]]:
        """The `(importer, imported)` that must not be."""
        raise NotImplementedError

    def render_broken_contract(self, check: ContractCheck) -> None:
        """One line an import."""
        for importer, imported, line in check.metadata["broken"]:
            output.print_error(f"{importer} may not import {imported} (line {line})", bold=False)
        output.new_line()


class OnlyContract(_DirectContract):
    """`modules` (with what lies below them) import the standard library, each other and exactly `may_import`."""

    modules = fields.SetField(subfield=fields.ModuleExpressionField())
    may_import = fields.SetField(subfield=fields.ModuleExpressionField(), required=False)

    def broken(self, graph: ImportGraph) -> Iterable[tuple[str, str]]:
        sources = _named(graph, self.modules, below=True)
        known = sources | _named(graph, self.may_import or set())
        for importer in sources:
            for imported in graph.find_modules_directly_imported_by(importer):
                if imported.partition(".")[0] not in _STANDARD and imported not in known:
                    yield importer, imported


class DoorsContract(_DirectContract):
    """Between `folders`, only the folder itself, its `doors`, and a room of the same name when that is one of `alike`."""

    folders = fields.SetField(subfield=fields.ModuleField())
    doors = fields.SetField(subfield=fields.StringField())
    alike = fields.SetField(subfield=fields.StringField(), required=False)

    def broken(self, graph: ImportGraph) -> Iterable[tuple[str, str]]:
        folders = [folder.name for folder in self.folders]
        for folder in folders:
            for importer in {folder} | graph.find_descendants(folder):
                for imported in graph.find_modules_directly_imported_by(importer):
                    other = next((name for name in folders if imported.startswith(f"{name}.")), folder)
                    if other != folder and not self._open(_room(importer, folder), _room(imported, other)):
                        yield importer, imported

    def _open(self, here: str, there: str) -> bool:
        return there in self.doors or (here == there and there in (self.alike or set()))


def _room(module: str, folder: str) -> str:
    return module.removeprefix(f"{folder}.").partition(".")[0]


def _named(graph: ImportGraph, expressions: Iterable[ModuleExpression], *, below: bool = False) -> set[str]:
    """The modules that the expressions mean, and with `below` those inside them."""
    found = helpers.module_expressions_to_modules(graph, expressions, as_packages=below)
    return {module.name for module in found}


def _line(graph: ImportGraph, importer: str, imported: str) -> int:
    return min(
        detail["line_number"] for detail in graph.get_import_details(importer=importer, imported=imported)
    )
