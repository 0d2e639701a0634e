"""The shape of the package itself: imports run downhill, modules stay small and documented."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import TypeGuard

import pytest

PACKAGE = Path(__file__).parent.parent / "generator"

LAYERS: tuple[tuple[str, ...], ...] = (
    ("resources", "store", "stages", "locks", "faults", "ondemand", "compiled"),
    ("assets",),
    ("progress",),
    ("errors", "units", "scalability"),
    ("series", "steps"),
    ("kubectl",),
    ("printing", "writing", "swap"),
    ("yamltree", "display", "fields"),
    ("versions", "tracing"),
    ("attachments", "phrases"),
    ("publishable",),
    ("measured", "narrative"),
    ("model",),
    ("kinds", "packing"),
    ("agreement",),
    ("merging",),
    ("yamledit",),
    ("explain", "figures", "rules"),
    ("metrics",),
    ("policy",),
    ("records", "schema"),
    ("beside",),
    ("keeping", "packets", "references"),
    (
        "importers.cluster",
        "importers.histogram",
        "importers.k6_log",
        "importers.k6_metrics",
        "importers.k6_status",
        "importers.kube_quantity",
        "importers.kube_tables",
        "importers.metric_types",
        "importers.phases",
        "importers.scheduling",
        "importers.shapes",
        "importers.source",
        "importers.spelled",
        "importers.timeseries",
    ),
    (
        "importers.content",
        "importers.damage",
        "importers.k6_lines",
        "importers.k6_shapes",
        "importers.k6_spelling",
        "importers.kube_get",
        "importers.kube_snapshot",
        "importers.kube_top",
        "importers.opening",
        "importers.samples_job",
        "importers.tally",
        "importers.time_table",
    ),
    (
        "importers.documents",
        "importers.k6_dashboard",
        "importers.k6_fields",
        "importers.k6_screen",
        "importers.kube_objects",
        "importers.samples_ask",
        "importers.samples_fields",
    ),
    (
        "importers.cache_log",
        "importers.container_insights",
        "importers.k6_runs",
        "importers.kube_text",
        "importers.prometheus",
        "importers.samples_doubts",
        "importers.samples_requests",
        "importers.xray",
    ),
    (
        "importers.k6_json",
        "importers.k6_text",
        "importers.kube_describe",
        "importers.samples_count",
    ),
    ("importers.kubectl", "importers.samples_duckdb"),
    ("importers.k6_samples",),
    ("importers.registry",),
    ("datafiles", "recordfields", "commandlist"),
    ("measurements", "settings"),
    ("notebook", "scaffold"),
    ("newbook", "shelf"),
    ("traced",),
    ("exporting", "provenance", "reading"),
    ("revisions",),
    ("recording",),
    ("importing", "migrations"),
    ("snapshots",),
    ("doubts", "likeness", "history", "noise", "methods"),
    ("occupancy",),
    ("moves",),
    ("kept", "stretches"),
    ("panels",),
    ("systems",),
    ("bottleneck", "refusal"),
    ("saturation",),
    ("capacity",),
    ("k6checks", "endpointchecks", "clusterchecks", "cachechecks", "smells"),
    ("crosschecks", "changechecks", "verdicts", "prose", "saying"),
    ("compare", "rivals"),
    ("margins",),
    ("claims", "deltapacking", "predictions", "trends"),
    ("alternatives",),
    ("conclusions",),
    ("typed", "worsening"),
    ("telling", "bestruns"),
    ("entries", "columns"),
    ("claimchecks", "decisions", "regressions"),
    ("audit",),
    ("objectives", "renames"),
    ("terminal", "links", "trendtext"),
    ("shell", "junit", "github", "outline", "review"),
    ("reviewtext", "reviewdata", "gate"),
    ("intake", "pulls", "upkeep", "looking"),
    ("lettering",),
    ("drawing",),
    ("limits", "inking"),
    ("vector",),
    ("gallery",),
    ("overtime",),
    ("spread",),
    ("podmarks",),
    ("bars", "curves", "placement", "usage", "loadcurves", "multiples"),
    ("charts", "blocks"),
    ("tables", "caveats", "sparkline"),
    ("view", "render"),
    (
        "manual",
        "repeats",
        "systemview",
        "badges",
        "feed",
        "gfm",
        "objectivetable",
        "stepitems",
        "roster",
    ),
    ("social",),
    ("k6figures",),
    ("detail",),
    (
        "capacitypage",
        "cluster",
        "decisionpages",
        "doubtpages",
        "evidence",
        "manualpages",
        "methodspage",
        "story",
        "trendpages",
    ),
    ("exploring",),
    ("latest",),
    ("home", "sections", "overviews", "comparison_data", "datapage"),
    ("course_data", "comparison_page"),
    ("pages", "products"),
    ("site",),
    ("report",),
    ("sharing",),
    ("delivery", "docsfolder", "passage"),
    ("plugin",),
    ("publish",),
    ("cli",),
    ("entry",),
)
"""Every module, lowest first; a module imports only from layers below its own."""

HEAVY = ("pandas", "matplotlib", "mkdocs", "duckdb")


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if "_templates" not in path.parts)


def name_of(path: Path) -> str:
    """A module's name within the package: `audit`, `importers.source`."""
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts)


def imports_of(path: Path) -> set[str]:
    """Names of the package's own modules that a module imports, wherever in it."""
    known = {name_of(module) for module in modules()}
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "generator":
            holder = (node.module or "").removeprefix("generator").removeprefix(".")
            inside = {f"{holder}.{alias.name}".removeprefix(".") for alias in node.names}
            found |= (inside & known) or {holder}
        elif isinstance(node, ast.Import):
            found |= {
                alias.name.removeprefix("generator.")
                for alias in node.names
                if alias.name.startswith("generator.")
            }
    return found


def test_every_module_has_its_layer() -> None:
    """A new module is given a place in the order of the layers, and a removed one leaves it."""
    listed = [name for layer in LAYERS for name in layer]
    assert sorted(listed) == sorted(name_of(path) for path in modules() if path.stem != "__init__")


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_imports_run_downhill(path: Path) -> None:
    """A module imports only what lies below its own layer, never its neighbours."""
    level = {name: number for number, layer in enumerate(LAYERS) for name in layer}
    own = level.get(name_of(path), -1)
    uphill = {name for name in imports_of(path) if level[name] >= own}
    assert not uphill, f"{name_of(path)} imports {sorted(uphill)}, which lie at its level or above"


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_modules_are_one_noun(path: Path) -> None:
    """A module has at most 400 lines and says at its top what it is."""
    text = path.read_text("utf-8")
    assert text.count("\n") <= 400, f"{path.name}: which second noun has moved in?"
    assert ast.get_docstring(ast.parse(text))


def test_only_the_shell_knows_mkdocs() -> None:
    """All content is made without MkDocs, so that the shell can be replaced."""
    users = {path.stem for path in modules() if "mkdocs" in _third_party(path)}
    assert users == {"delivery", "docsfolder", "passage", "plugin", "publish"}


def _third_party(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def test_shells_are_thin() -> None:
    """The plugin has fewer than 150 lines, and so has each command."""
    assert (PACKAGE / "plugin.py").read_text("utf-8").count("\n") < 150
    for node in ast.parse((PACKAGE / "cli.py").read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.end_lineno:
            assert node.end_lineno - node.lineno < 150, node.name


@pytest.mark.parametrize(
    "command",
    ["check", "diff", "show", "schema", "new", "capacity", "export", "review", "gate", "trends"],
)
def test_commands_load_nothing_heavy(command: str) -> None:
    """A command that builds no site loads neither pandas nor matplotlib nor MkDocs."""
    code = (
        "import sys; from typer.testing import CliRunner; from generator.cli import app; "
        f"CliRunner().invoke(app, [{command!r}, *{_ARGUMENTS.get(command, [])!r}]); "
        f"print(sorted(set({HEAVY!r}) & set(sys.modules)))"
    )
    assert _last_line(code) == "[]"


def _last_line(code: str) -> str:
    """The last line that code prints in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=PACKAGE.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()[-1]


@pytest.mark.parametrize("command", ["diff", "show"])
def test_who_asks_for_runs_loads_no_other_command(command: str) -> None:
    """Neither what judges and imports, nor what it needs: it would take longer than the answer."""
    code = (
        f"import sys; sys.argv = ['loadbook', {command!r}, *{_ARGUMENTS[command]!r}]\n"
        "from generator import entry\n"
        "try: entry.run()\n"
        "except SystemExit as ended: assert not ended.code\n"
        "names = {'.'.join(name.split('.')[:2]) for name in sys.modules}\n"
        f"print(sorted(names & {{*{HEAVY!r}, *{_OTHERS!r}}}))"
    )
    assert _last_line(code) == "[]"


_OTHERS = (
    *("jinja2", "generator.audit", "generator.cli", "generator.importers", "generator.prose"),
    *("generator.pulls", "generator.review", "generator.schema", "generator.trends"),
)

_ARGUMENTS = {
    "diff": ["session-8/pre-fix", "session-8/post-fix"],
    "show": ["session-8/pre-fix"],
    "new": ["not a name"],
    "review": ["--base", "HEAD"],
    "gate": ["cache-on-one-host/on-005-1"],
}


def test_public_things_are_documented() -> None:
    """Every public class, function and method says what it is."""
    bare = []
    for path in modules():
        tree = ast.parse(path.read_text("utf-8"))
        public = [node for node in tree.body if _is_public(node)]
        public += [
            member
            for node in public
            if isinstance(node, ast.ClassDef)
            for member in node.body
            if _is_public(member)
        ]
        bare += [f"{path.name}:{node.lineno}" for node in public if not ast.get_docstring(node)]
    assert bare == []


def _is_public(node: ast.stmt) -> TypeGuard[ast.FunctionDef | ast.ClassDef]:
    return isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")


def test_every_test_states_the_behaviour() -> None:
    """Each test has a docstring."""
    bare = [
        f"{path.name}:{node.lineno}"
        for path in Path(__file__).parent.rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef)
        and node.name.startswith("test_")
        and not ast.get_docstring(node)
    ]
    assert bare == []
