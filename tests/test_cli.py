"""The installed command, as somebody types it: formats, exit codes, and where it may be typed."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from typer.testing import CliRunner

from generator import cli, looking
from generator.metrics import METRICS
from generator.store import ENVIRONMENT
from tests.command import COMMAND, loadbook
from tests.conftest import ROOT, copy_reported, reported_runs, write_book

PRE, POST, CODE = "session-8/pre-fix", "session-8/post-fix", "session-8/post-code"


def data(done: subprocess.CompletedProcess[str]) -> Any:
    """What a command printed as JSON, without a word beside it."""
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return json.loads(done.stdout, parse_constant=lambda name: pytest.fail(f"{name} in JSON"))


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of this repository's notebook, which no test alters."""
    folder = tmp_path_factory.mktemp("real")
    shutil.copy(ROOT / "mkdocs.yml", folder)
    return copy_reported(folder)


def broken(folder: Path) -> Path:
    """A notebook with one error, one warning and one sound record."""
    return write_book(
        folder,
        {
            "a/error.yaml": "title: T\nstatus: complete\ndate: 2026-01-02\n",
            "a/warning.yaml": "title: T\nstatus: completed\n",
            "a/sound.yaml": "title: T\nstatus: planned\n",
        },
    )


# check


def test_check_prints_a_line_for_each_problem(real: Path) -> None:
    """`file:line:column: level: field: message (hint) [code]`; warnings alone are no failure."""
    done = loadbook(real, "check")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    form = r"experiments/[\w/-]+\.yaml:\d+:\d+: warning: [\w.\[\]]+: .+ \(.+\) \[[\w-]+\]"
    assert len(lines) > 30
    assert all(re.fullmatch(form, line) for line in lines)
    assert done.stderr == f"0 errors, {len(lines)} warnings\n"


def test_check_strict_takes_warnings_for_errors(real: Path) -> None:
    """With --strict the same output ends with exit code 1."""
    done = loadbook(real, "check", "--strict")
    assert done.returncode == 1
    assert done.stdout == loadbook(real, "check").stdout


def test_check_fails_on_errors(tmp_path: Path) -> None:
    """One error is exit code 1, all problems are printed; so does the installed command."""
    root = broken(tmp_path)
    done = loadbook(root, "check")
    assert done.returncode == 1
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == [
        "experiments/a/error.yaml",
        "experiments/a/warning.yaml",
    ]
    assert done.stderr == "1 error, 1 warning\n"
    installed = subprocess.run([COMMAND, "check"], cwd=root, capture_output=True, check=False)
    assert (installed.returncode, installed.stdout.decode(), installed.stderr.decode()) == (
        done.returncode,
        done.stdout,
        done.stderr,
    )


@pytest.mark.parametrize("strict", [[], ["--strict"]])
def test_check_is_silent_where_all_is_well(tmp_path: Path, strict: list[str]) -> None:
    """Without a problem nothing is printed but the count, and the exit code is 0."""
    root = write_book(tmp_path, {"a/b.yaml": "title: T\nstatus: planned\n"})
    done = loadbook(root, "check", *strict)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "0 errors, 0 warnings\n")


def test_check_as_json_has_the_promised_keys(tmp_path: Path) -> None:
    """A list of objects with exactly these keys; the exit code is that of the text form."""
    root = broken(tmp_path)
    done = loadbook(root, "check", "--format", "json")
    assert done.returncode == 1
    assert done.stderr == ""
    found = json.loads(done.stdout)
    assert found[0] == {
        "file": "experiments/a/error.yaml",
        "line": 2,
        "column": 9,
        "field": "status",
        "level": "error",
        "code": "value-choice",
        "message": "'complete' is not one of: planned, completed, aborted, invalid, unknown",
        "hint": "did you mean 'completed'?",
        "concerns": [],
        "reason": "",
    }
    assert [set(problem) for problem in found] == [set(found[0])] * 2
    sound = write_book(tmp_path / "sound", {})
    assert json.loads(loadbook(sound, "check", "--format", "json").stdout) == []


def test_check_as_github_annotates_the_line(tmp_path: Path) -> None:
    """Each problem is a workflow command with its place; nothing in it can break out."""
    root = write_book(tmp_path, {"a/b.yaml": 'title: T\nstatus: planned\n"x,:%\\n::error::y": 1\n'})
    done = loadbook(root, "check", "--format", "github")
    assert done.returncode == 1
    (line,) = done.stdout.splitlines()
    assert line.startswith("::error file=experiments/a/b.yaml,line=3,col=1,title=x%2C%3A%25")
    properties, _, message = line.removeprefix("::error ").partition("::")
    assert re.fullmatch(r"(\w+=[^,:]*,?)+", properties)
    assert "is no field here" in message


def test_check_looks_at_the_paths_named(tmp_path: Path) -> None:
    """Files and folders, from wherever the command is typed; only their problems count."""
    root = broken(tmp_path)
    (root / "experiments" / "b").mkdir()
    shutil.copy(root / "experiments/a/error.yaml", root / "experiments/b/error.yaml")
    inside = root / "experiments" / "a"
    assert loadbook(root, "check", "experiments/a/sound.yaml").returncode == 0
    assert loadbook(root, "check", "experiments/a/warning.yaml").returncode == 0
    assert loadbook(inside, "check", "error.yaml").returncode == 1
    assert len(loadbook(inside, "check", ".").stdout.splitlines()) == 2
    assert len(loadbook(root, "check", "experiments").stdout.splitlines()) == 3
    two = loadbook(root, "check", "experiments/b", str(inside / "warning.yaml"))
    assert len(two.stdout.splitlines()) == 2


def test_check_of_a_path_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    """A slip in a path is exit code 2, whether or not there are problems elsewhere."""
    for root in (broken(tmp_path / "broken"), write_book(tmp_path / "sound", {})):
        done = loadbook(root, "check", "nowhere.yaml")
        assert (done.returncode, done.stdout) == (2, "")
        assert "there is no nowhere.yaml" in done.stderr


# diff


def test_diff_as_json_has_the_promised_keys(real: Path) -> None:
    """The comparison with all that is documented, and numbers that are finite."""
    found = data(loadbook(real, "diff", PRE, POST, "--format", "json"))
    assert set(found) >= {"baseline", "candidate", "like_for_like", "differences", "metrics"}
    assert (found["baseline"], found["candidate"]) == (PRE, POST)
    assert found["like_for_like"] is False
    assert set(found["differences"]) == {"load", "environment", "deployment", "changes"}
    assert found["differences"]["load"] == [
        {"setting": "vus", "baseline": "50", "candidate": "100"}
    ]
    promised = [
        "name",
        "unit",
        "better",
        "baseline",
        "candidate",
        "delta",
        "change",
        "verdict",
        "basis",
        "warnings",
    ]
    for metric in found["metrics"]:
        assert set(metric) >= set(promised)
        assert metric["name"] in METRICS
        assert metric["better"] in ("higher", "lower", None)
        assert metric["verdict"] in (
            "improved",
            "regressed",
            "unchanged",
            "not comparable",
            "too few repeats",
        )
    by_name = {metric["name"]: metric for metric in found["metrics"]}
    assert by_name["rps_per_core"]["change"] == pytest.approx(-0.226, abs=5e-4)
    assert by_name["rps_per_core"]["verdict"] == "regressed"
    assert by_name["latency_p95"]["delta"] == pytest.approx(-173.42)
    assert by_name["latency_p95"]["verdict"] == "not comparable"


def test_diff_as_text_is_for_people(real: Path) -> None:
    """A table with signs, units and footnotes, without colours where there is no terminal."""
    done = loadbook(real, "diff", POST, CODE)
    assert done.returncode == 0
    assert "\x1b" not in done.stdout
    text = done.stdout.replace("\N{NO-BREAK SPACE}", " ")
    assert text.startswith(f"{CODE} against {POST}\n")
    for shown in ("+83.4 %", "+73.4 ms", "+38.7 %", "−0.34 pp", "+45.0 %", "+26.5 %", "▲ improved"):
        assert shown in text
    assert max(len(line) for line in text.splitlines()) <= 160


def test_diff_as_markdown_is_a_table(real: Path) -> None:
    """What a pull request shows: heading, table, doubts, settings."""
    done = loadbook(real, "diff", POST, CODE, "--format", "markdown")
    assert done.returncode == 0
    assert done.stdout.startswith(f"### {CODE} against {POST}\n")
    assert "| Metric | Baseline | Candidate | Delta | Change | Verdict |" in done.stdout
    assert done.stdout.endswith("\n")
    assert not done.stdout.endswith("\n\n")


# show


def test_show_as_json_has_the_promised_keys(real: Path) -> None:
    """The run's identity, its record, and each metric that it has; absent ones are left out."""
    found = data(loadbook(real, "show", PRE, "--format", "json"))
    assert found["id"] == PRE
    assert found["title"] == "Day 8 pre-fix: observability"
    assert found["load"]["vus"] == "50"
    promised = ["name", "unit", "better", "value", "approximate", "source", "warnings"]
    assert all(set(metric) >= set(promised) for metric in found["metrics"])
    by_name = {metric["name"]: metric for metric in found["metrics"]}
    rate = by_name["request_rate"]
    assert rate["value"] == pytest.approx(279.2, abs=0.05)
    assert (rate["unit"], rate["better"], rate["source"]) == ("1/s", "higher", "computed")
    assert "73.47" in rate["warnings"][0]
    assert by_name["cpu_total"]["value"] == pytest.approx(2.602)
    assert "cache_hit_rate" not in by_name


def test_show_keeps_what_is_approximate(real: Path) -> None:
    """Approximate figures and ranges are marked, and an unknown end is null."""
    code = data(loadbook(real, "show", CODE, "--format", "json"))["metrics"]
    day_6 = data(loadbook(real, "show", "earlier/day-6", "--format", "json"))["metrics"]
    approximate = {metric["name"] for metric in code if metric["approximate"]}
    assert {"iterations", "iteration_rate", "cost_per_million_requests"} <= approximate
    assert "cache_hit_rate" not in approximate
    pods = next(metric for metric in day_6 if metric["name"] == "pods_active")
    assert (pods["value"], pods["approximate"]) == (None, True)


def test_show_as_text_is_for_people(real: Path) -> None:
    """Title, status, date, baseline, and a table of metrics with their source."""
    done = loadbook(real, "show", CODE)
    assert done.returncode == 0
    text = done.stdout.replace("\N{NO-BREAK SPACE}", " ")
    assert text.startswith("Day 8 post-code: optimizations\n")
    assert f"{CODE}, completed, 2026-01-02" in text
    assert f"baseline: {POST}" in text
    assert re.search(r"RPS per core +105\.1 /s +computed", text)
    assert re.search(r"Cache hit rate +99\.947 % +computed", text)


@pytest.mark.parametrize(
    "name", [CODE, f"experiments/{CODE}.yaml", f"./experiments/{CODE}.yaml", f"{CODE}.yaml"]
)
def test_a_run_may_be_named_by_its_file(real: Path, name: str) -> None:
    """What the shell completes is understood as well."""
    assert data(loadbook(real, "show", name, "--format", "json"))["id"] == CODE


# wrong usage


@pytest.mark.parametrize(
    "arguments",
    [
        ["frobnicate"],
        ["check", "--format", "xml"],
        ["check", "--lenient"],
        ["diff", PRE],
        ["diff", PRE, POST, "--format", "html"],
        ["diff", PRE, "session-8/none"],
        ["diff", "session-8/none", PRE],
        ["show"],
        ["show", "session-8/none"],
        ["show", "none", "--format", "json"],
        ["schema", "cluster"],
        ["new"],
        ["new", "one"],
        ["new", "../out/side"],
        ["new", PRE],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_code_2(real: Path, arguments: list[str]) -> None:
    """Unknown commands, options, formats and runs: a message on stderr, nothing on stdout."""
    before = sorted(real.rglob("*"))
    done = loadbook(real, *arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr
    assert sorted(real.rglob("*")) == before


@pytest.mark.parametrize(
    "arguments", [["check"], ["diff", PRE, POST], ["show", PRE], ["new", "a/b"]]
)
def test_outside_a_notebook_every_command_says_so(tmp_path: Path, arguments: list[str]) -> None:
    """Where no folder upwards is a notebook, the exit code is 2 and nothing is written."""
    done = loadbook(tmp_path, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("loadbook: no mkdocs.yml in ")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_run_is_answered_with_a_near_one(real: Path) -> None:
    """A slip in a name is answered with what may be meant."""
    done = loadbook(real, "show", "session-8/prefix")
    assert done.stderr == (
        "loadbook: no run 'session-8/prefix': did you mean 'session-8/pre-fix'?\n"
    )


def test_a_broken_run_is_named_with_its_problem(tmp_path: Path) -> None:
    """A run whose record is broken can't be shown, and the first problem is said."""
    done = loadbook(broken(tmp_path), "show", "a/error")
    assert done.returncode == 2
    assert "experiments/a/error.yaml:2:9: error: status" in done.stderr


@pytest.mark.parametrize("folder", [".", "experiments", "experiments/session-8"])
def test_commands_work_anywhere_in_the_notebook(real: Path, folder: str) -> None:
    """The notebook is found upwards, and files are named from its own folder everywhere."""
    done = loadbook(real / folder, "check")
    assert done.stdout == loadbook(real, "check").stdout
    assert data(loadbook(real / folder, "show", PRE, "--format", "json"))["id"] == PRE


def test_a_broken_configuration_is_an_error(tmp_path: Path) -> None:
    """A mistake in mkdocs.yml fails check, with its place."""
    write_book(tmp_path, {}, config="plugins:\n  - loadbook: {tolerance: much}\n")
    done = loadbook(tmp_path, "check")
    assert done.returncode == 1
    assert done.stdout.startswith("mkdocs.yml:2:27: error: plugins[0].loadbook.tolerance: 'much'")


@pytest.mark.parametrize("columns", ["", "0", "wide", "60", "300"])
def test_any_width_of_the_terminal_will_do(real: Path, columns: str) -> None:
    """COLUMNS is used where it is a width, and no reason to fail where it is none."""
    done = loadbook(real, "show", PRE, COLUMNS=columns)
    assert done.returncode == 0, done.stderr
    assert "RPS per core" in done.stdout


# new and schema


def test_new_writes_a_record_that_check_accepts(real: Path, tmp_path: Path) -> None:
    """The record is sound, planned, and found by the other commands; its campaign comes with it."""
    root = tmp_path / "book"
    shutil.copytree(real, root)
    done = loadbook(root / "experiments" / "session-8", "new", "session-9/more-nodes")
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "wrote experiments/session-9/more-nodes.yaml",
        "wrote experiments/session-9/campaign.yaml",
    ]
    assert "session-9" not in loadbook(root, "check").stdout
    assert loadbook(root, "check", "experiments/session-9", "--strict").returncode == 0
    shown = data(loadbook(root, "show", "session-9/more-nodes", "--format", "json"))
    assert (shown["title"], shown["status"], shown["metrics"]) == ("More nodes", "planned", [])


def test_new_overwrites_nothing(tmp_path: Path) -> None:
    """A second time the command refuses, and the record stays."""
    root = write_book(tmp_path, {"a/b.yaml": "title: Mine\nstatus: planned\n"})
    done = loadbook(root, "new", "a/b")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "loadbook: experiments/a/b.yaml is there already\n"
    assert (root / "experiments/a/b.yaml").read_text("utf-8") == "title: Mine\nstatus: planned\n"


def test_what_can_not_be_written_is_said(tmp_path: Path) -> None:
    """A file where a folder is needed is answered with a message, not with a traceback."""
    root = write_book(tmp_path, {"a": "a file"})
    for arguments in (["new", "a/b"], ["schema", "--out", "experiments/a"]):
        done = loadbook(root, *arguments)
        assert done.returncode == 2
        assert done.stderr.startswith("loadbook: ")
        assert "Traceback" not in done.stderr


def records() -> Iterator[Path]:
    """The five runs of this repository."""
    yield from reported_runs()


def test_schema_accepts_the_real_runs_and_no_other_key(tmp_path: Path, real: Path) -> None:
    """What `schema` prints validates each run as it is dumped, and refuses an unknown key."""
    schema = data(loadbook(tmp_path, "schema"))
    validator = jsonschema.Draft202012Validator(schema)
    names = [f"{path.parent.name}/{path.stem}" for path in records()]
    assert len(names) == 5
    for name in names:
        run = data(loadbook(real, "show", name, "--format", "json"))
        record = {key: value for key, value in run.items() if key not in ("id", "metrics")}
        validator.validate(record)
        with pytest.raises(jsonschema.ValidationError, match="'laod' was unexpected"):
            validator.validate({**record, "laod": {}})


def test_schema_writes_what_is_committed(tmp_path: Path) -> None:
    """`schema --out` writes the schemas of all records, exactly those of this repository."""
    done = loadbook(tmp_path, "schema", "--out", "deep/schema")
    assert done.returncode == 0
    written = {path.name: path.read_text("utf-8") for path in (tmp_path / "deep/schema").iterdir()}
    committed = {path.name: path.read_text("utf-8") for path in (ROOT / "schema").iterdir()}
    assert written == committed
    assert sorted(done.stdout.splitlines()) == sorted(
        f"wrote deep/schema/{name}" for name in written
    )
    assert loadbook(tmp_path, "schema", "campaign").stdout == written["campaign.schema.json"]


# what a record may not do


HOSTILE = '"\\e[31mred\\e[0m \\x9b2J \\a\\b \\u202Eback \\r\\n"'


def test_control_characters_of_a_record_do_not_reach_the_terminal(tmp_path: Path) -> None:
    """Titles, scenarios, currencies, keys: nothing of a record moves the reader's cursor."""
    line = HOSTILE.replace("\\r\\n", "")
    record = (
        f"title: {line}\nstatus: completed\ndate: 2026-01-02\n"
        f"load: {{scenario: {line}, vus: 1, duration: 10s}}\n"
        f"deployment: {{node_group: {{price_per_hour: 1, currency: {line}}},"
        f" settings: {{{HOSTILE}: {HOSTILE}}}}}\n"
        "k6: {http_reqs: {count: 10}}\nsnapshots: [{moment: peak, nodes: {active: 1}}]\n"
    )
    root = write_book(
        tmp_path,
        {
            "a/one.yaml": record,
            "a/two.yaml": record.replace("red", "green").replace("vus: 1", "vus: 2"),
            "a/bad.yaml": f"title: T\nstatus: planned\n{HOSTILE}: 1\ndate: {HOSTILE}\n",
        },
    )
    commands = [
        ["check"],
        ["check", "--format", "json"],
        ["check", "--format", "github"],
        ["show", "a/one"],
        ["show", "a/one", "--format", "json"],
        ["diff", "a/one", "a/two"],
        ["diff", "a/one", "a/two", "--format", "markdown"],
        ["diff", "a/one", "a/two", "--format", "json"],
        ["show", "a/bad"],
        ["show", "\x1b[31m/x"],
    ]
    for command in commands:
        done = loadbook(root, *command)
        shown = done.stdout + done.stderr
        strange = {char for char in shown if not char.isprintable()} - set("\n\N{NO-BREAK SPACE}")
        assert not strange, command
        assert shown


def test_help_names_every_command(real: Path) -> None:
    """`--help` lists the commands with a line about each."""
    done = loadbook(real, "--help", COLUMNS="100")
    assert done.returncode == 0
    for command in ("check", "diff", "show", "schema", "new", "build"):
        assert re.search(rf"{command} +[A-Z]", done.stdout)


@pytest.mark.parametrize(
    "words",
    [
        ["show", "--help"],
        ["diff", "--help"],
        ["show"],
        ["show", "a/b", "--nope"],
        ["diff", "a/b", "a/c", "--format", "odd"],
        ["show", "a/none"],
    ],
    ids=" ".join,
)
def test_commands_that_are_loaded_alone_answer_the_same(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Help and wrong usage of show and diff are those of the whole command line."""
    monkeypatch.chdir(write_book(tmp_path, {}))
    alone, whole = (CliRunner().invoke(app, words) for app in (looking.app, cli.app))
    assert (alone.exit_code, alone.output) == (whole.exit_code, whole.output)


def test_what_is_kept_of_records_changes_no_answer(tmp_path: Path) -> None:
    """An empty store, a filled one and none; then the record is edited."""
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    root = copy_reported(tmp_path)
    places = (str(tmp_path / "store"), str(tmp_path / "store"), "")
    for words in (("show", PRE), ("diff", PRE, POST), ("check",)):
        answers = [loadbook(root, *words, **{ENVIRONMENT: place}) for place in places]
        assert len({(one.returncode, one.stdout, one.stderr) for one in answers}) == 1
    record = root / "experiments" / f"{PRE}.yaml"
    edited = re.sub(
        "^title:.*", "title: Edited since", record.read_text("utf-8"), count=1, flags=re.M
    )
    record.write_text(edited, "utf-8")
    assert "Edited since" in loadbook(root, "show", PRE, **{ENVIRONMENT: places[0]}).stdout
