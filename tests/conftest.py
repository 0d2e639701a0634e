"""Fixtures that several test modules share: the real notebook, its site, golden files."""

from __future__ import annotations

import difflib
import fcntl
import gc
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import hypothesis
import pytest

from generator import notebook as notebooks
from generator import records, settings, store
from generator import site as sites
from generator.notebook import Notebook
from generator.records import Sources
from generator.settings import Settings
from generator.site import Site
from generator.vector import Chart

ROOT = Path(__file__).parent.parent

# The same examples on every machine, and no failure for being slow.
hypothesis.settings.register_profile(
    "stable",
    deadline=None,
    derandomize=True,
    database=None,
    max_examples=100,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("stable")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`pytest --golden` writes what the golden files expect anew, for the next diff to show."""
    parser.addoption("--golden", action="store_true", help="Write the golden files anew.")


def pytest_configure(config: pytest.Config) -> None:
    """The workers of one call share a store of charts, which nothing else has written to."""
    if not hasattr(config, "workerinput"):
        config.stash[_SHARED] = tempfile.TemporaryDirectory(prefix="loadbook-tests-")
        os.environ[SHARED] = config.stash[_SHARED].name
        os.environ[store.ENVIRONMENT] = str(Path(config.stash[_SHARED].name, "store"))


LONG = ("test_demo.py", "test_package.py", "test_products.py", "test_workflows.py")
"""Files that take 20 s and more: one that begins last keeps a single worker busy at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """They begin first; the others follow in their order."""
    items.sort(key=lambda item: item.path.name not in LONG)


def pytest_collection_finish() -> None:
    """What was collected stays to the end, so the collector of garbage need not look through it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


def pytest_unconfigure(config: pytest.Config) -> None:
    """What they share goes with the call."""
    if _SHARED in config.stash:
        config.stash[_SHARED].cleanup()


_SHARED: pytest.StashKey[tempfile.TemporaryDirectory[str]] = pytest.StashKey()
SHARED = "LOADBOOK_TESTS_SHARE"
"""The variable of the environment that names the folder of what the workers share."""


def made_once(name: str, make: Callable[[Path], object]) -> Path:
    """The folder that the first worker to ask for it fills; the others wait until it is whole."""
    folder = Path(os.environ[SHARED], name)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        whole = folder / "whole"
        if not whole.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            whole.touch()
    return folder


@pytest.fixture(scope="session", autouse=True)
def _drawn_once() -> Iterator[None]:
    """Charts of one key are one picture, so the first test that shows one draws it for all."""
    folder = Path(os.environ[SHARED], "charts")
    folder.mkdir(exist_ok=True)
    draw = vars(Chart)["svg"].func

    def svg(self: Chart) -> str:
        path = folder / self.key
        if path.exists():
            return path.read_text("utf-8")
        drawn: str = draw(self)
        own = path.with_suffix(f".{os.getpid()}")
        own.write_text(drawn, "utf-8")
        own.rename(path)
        return drawn

    known = cached_property(svg)
    known.__set_name__(Chart, "svg")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Chart, "svg", known)
        yield


@dataclass(frozen=True)
class Golden:
    """Texts held against files; with `--golden` the files are written instead."""

    write: bool

    def check(self, expected: Path, text: str) -> None:
        """Fail with a unified diff unless the file has exactly this text."""
        if self.write:
            expected.write_text(text, encoding="utf-8")
            return
        known = expected.read_text("utf-8") if expected.exists() else ""
        if known == text and expected.exists():
            return
        name = expected.relative_to(ROOT).as_posix()
        diff = difflib.unified_diff(
            known.splitlines(), text.splitlines(), f"expected in {name}", "found", lineterm=""
        )
        why = "\n".join(diff) if expected.exists() else f"no file {name}; found:\n{text}"
        pytest.fail(f"{why}\n\nIf this is meant: pytest --golden", pytrace=False)


@pytest.fixture(scope="session")
def golden(request: pytest.FixtureRequest) -> Golden:
    """Holds texts against golden files."""
    return Golden(bool(request.config.getoption("--golden")))


def book(runs: Mapping[str, str], options: Settings | None = None) -> Notebook:
    """A notebook of these records: identity to the text of the file."""
    files = {identity: text.encode() for identity, text in runs.items()}
    return notebooks.build(Sources(files, {}), options or Settings())


def write_book(root: Path, files: Mapping[str, str], config: str = "site_name: Case\n") -> Path:
    """A notebook's folder: mkdocs.yml, and files by their path below experiments/."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "mkdocs.yml").write_text(config, "utf-8")
    for name, text in files.items():
        path = root / "experiments" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return root


def open_book(root: Path) -> Notebook:
    """The notebook in a folder, as the commands read it."""
    options, problems = settings.read(root)
    return notebooks.build(records.sources(root), options, problems)


REPORTED = ("earlier", "session-8")
"""The campaigns whose runs a hand-written report told of; tests know their figures."""


def reported() -> Sources:
    """The records of those campaigns: five runs."""
    found = records.sources(ROOT)
    runs = {name: text for name, text in found.runs.items() if name.split("/")[0] in REPORTED}
    campaigns = {name: text for name, text in found.campaigns.items() if name in REPORTED}
    return Sources(runs, campaigns, found.problems)


def copy_reported(folder: Path) -> Path:
    """The records of those campaigns in a notebook's folder."""
    for name in REPORTED:
        shutil.copytree(ROOT / "experiments" / name, folder / "experiments" / name)
    return folder


def reported_runs() -> list[Path]:
    """The files of those runs."""
    folders = [ROOT / "experiments" / name for name in REPORTED]
    found = [path for folder in folders for path in sorted(folder.glob("*.yaml"))]
    return [path for path in found if path.name != "campaign.yaml"]


@pytest.fixture(scope="session")
def notebook() -> Notebook:
    """The notebook of the five runs that a hand-written report told of."""
    return notebooks.build(reported(), settings.read(ROOT)[0])


@pytest.fixture(scope="session")
def site(notebook: Notebook) -> Site:
    """Its site, in memory."""
    return sites.build(notebook)


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a command: the threads of who runs the tests don't count."""
    if sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2:
        pytest.skip("no other process here")
    monkeypatch.setattr(threading, "enumerate", lambda: [threading.main_thread()])
