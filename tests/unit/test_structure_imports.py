"""The import rules of docs/decisions/001-imports.md: that they hold, that ours can fail, and that what must be light is light."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib

import grimp
import pytest
from importlinter.domain.contract import Contract
from source_tree import ROOT, modules, name, tree

from tests.import_contracts import DoorsContract, OnlyContract

CONFIGURED = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
BARE = """
import sys
before = set(sys.modules)
import {modules}
files = {{getattr(sys.modules[each], "__file__", None) or "" for each in set(sys.modules) - before}}
print(sorted(file for file in files if "site-packages" in file or "dist-packages" in file))
"""


@pytest.mark.parametrize(
    "wanted",
    [
        "backend.checkin",
        "host_app.core.desk, host_app.core.house, host_app.core.sync, host_app.core.wire, host_app.core.arrivals",
        "backend.conversations.understanding",
        "backend.availability.domain, backend.reservations.domain, backend.restaurants.domain, backend.access.domain",
    ],
)
def test_what_must_be_light_imports_no_package_from_elsewhere(wanted: str) -> None:
    """`backend.availability` itself is imported on the way to its domain, so packages that only join names are held too."""
    done = subprocess.run(
        [sys.executable, "-c", BARE.format(modules=wanted)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )

    assert done.stdout.strip() == "[]"


def test_the_code_keeps_every_rule() -> None:
    command = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run(
        [sys.executable, "-c", command, "--no-cache"], capture_output=True, text=True, check=False, cwd=ROOT
    )

    assert done.returncode == 0, done.stdout[-4000:]


# Who talks to somebody else's server; most are not here yet, and a rule of import-linter cannot name what is not here.
SERVICES = {
    "boto3",
    "botocore",
    "twilio",
    "anthropic",
    "openai",
    "requests",
    "httpx",
    "httpx2",
    "urllib3",
    "smtplib",
    "redis",
}


ADAPTERS = (
    "backend/platform/",
    "backend/conversations/engines/",
    "backend/conversations/channels/email/aws.py",
)


def test_the_server_talks_to_other_services_through_adapters_alone() -> None:
    talking = {
        name(path)
        for path in modules("backend")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Import | ast.ImportFrom) and SERVICES & _packages(node)
    }

    assert [each for each in sorted(talking) if not each.startswith(ADAPTERS)] == []
    assert "backend/platform/senders/smtp.py" in talking, "the scan finds what is there"


def _packages(node: ast.Import | ast.ImportFrom) -> set[str]:
    """The packages that a line imports from."""
    names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [each.name for each in node.names]
    return {each.partition(".")[0] for each in names}


def test_no_exception_in_the_rules_names_a_whole_folder() -> None:
    """An exception is one import from one module, with its reason beside it."""
    exceptions = [each for contract in CONFIGURED["contracts"] for each in contract.get("ignore_imports", [])]

    assert [each for each in exceptions if "*" in each] == []


@pytest.fixture
def graph() -> grimp.ImportGraph:
    """Two folders: `shop.till` asks `shop.stock`, rightly by its service."""
    made = grimp.ImportGraph()
    for module in (
        "shop", "shop.till", "shop.till.domain", "shop.till.routes", "shop.till.service",
        "shop.stock", "shop.stock.domain", "shop.stock.routes", "shop.stock.service", "shop.stock.store",
    ):  # fmt: skip
        made.add_module(module)
    for module in ("dataclasses", "requests"):
        made.add_module(module, is_squashed=True)
    imports(made, "shop.till.service", "shop.stock.service")
    imports(made, "shop.till.domain", "dataclasses")
    return made


def imports(graph: grimp.ImportGraph, importer: str, imported: str) -> None:
    """One line of code that imports."""
    graph.add_import(importer=importer, imported=imported, line_number=7, line_contents=f"import {imported}")


def broken(
    contract: type[Contract], graph: grimp.ImportGraph, **options: object
) -> list[tuple[str, str, int]]:
    """The imports that the contract does not allow."""
    made = contract("rule", {"root_packages": ["shop"]}, options)
    found: list[tuple[str, str, int]] = made.check(graph, verbose=False).metadata["broken"]
    return found


def doors(graph: grimp.ImportGraph, **more: object) -> list[tuple[str, str, int]]:
    """What breaks the rule of doors."""
    return broken(
        DoorsContract,
        graph,
        folders=["shop.till", "shop.stock"],
        doors=["domain", "service"],
        alike=["routes"],
        **more,
    )


def test_a_folder_may_use_the_doors_of_another(graph: grimp.ImportGraph) -> None:
    imports(graph, "shop.till.routes", "shop.stock.domain")
    imports(graph, "shop.till.routes", "shop.stock")

    assert doors(graph) == []


def test_a_folder_may_not_reach_past_the_doors_of_another(graph: grimp.ImportGraph) -> None:
    imports(graph, "shop.till.service", "shop.stock.store")

    assert doors(graph) == [("shop.till.service", "shop.stock.store", 7)]


def test_edges_may_share_what_edges_need_and_others_may_not(graph: grimp.ImportGraph) -> None:
    imports(graph, "shop.till.routes", "shop.stock.routes")
    imports(graph, "shop.till.service", "shop.stock.routes")

    assert doors(graph) == [("shop.till.service", "shop.stock.routes", 7)]


def test_an_exception_lets_one_import_pass(graph: grimp.ImportGraph) -> None:
    imports(graph, "shop.till.service", "shop.stock.store")

    assert doors(graph, ignore_imports=["shop.till.service -> shop.stock.store"]) == []


def test_a_domain_may_know_the_standard_library_and_other_domains(graph: grimp.ImportGraph) -> None:
    imports(graph, "shop.till.domain", "shop.stock.domain")

    assert broken(OnlyContract, graph, modules=["shop.*.domain"]) == []


@pytest.mark.parametrize("imported", ["requests", "shop.stock.service", "shop.stock"])
def test_a_domain_may_know_nothing_else(graph: grimp.ImportGraph, imported: str) -> None:
    imports(graph, "shop.till.domain", imported)

    assert broken(OnlyContract, graph, modules=["shop.*.domain"]) == [("shop.till.domain", imported, 7)]


def test_what_is_allowed_is_that_module_and_not_all_below_it(graph: grimp.ImportGraph) -> None:
    imports(graph, "shop.till.domain", "shop.stock")
    imports(graph, "shop.till.domain", "shop.stock.store")

    found = broken(OnlyContract, graph, modules=["shop.till.domain"], may_import=["shop.stock"])

    assert found == [("shop.till.domain", "shop.stock.store", 7)]
