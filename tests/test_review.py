"""Reviews: what a branch changes, told for a pull request; each case is a real git repository.

What is printed as Markdown for the reference's last run stands in `golden/review/post-code.md`.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from markdown_it import MarkdownIt

from generator import github
from generator.errors import Level, Place, Problem
from generator.outline import APART, MAX_CHARACTERS, Sentence, markdown
from tests.conftest import ROOT, Golden, copy_reported, write_book
from tests.gitbook import command, commit, git, repository, run

PLACE = "experiments/c/b.yaml"


def reviewed(root: Path, *arguments: str, code: int = 0, **environment: str) -> str:
    """What `loadbook review --base main` prints; it ends with this exit code."""
    done = command(root, "review", "--base", "main", *arguments, **environment)
    assert done.exit_code == code, done.output
    return done.stdout


def data(root: Path, *arguments: str, code: int = 0) -> Any:
    """The same as JSON."""
    return json.loads(reviewed(root, "--format", "json", *arguments, code=code))


def touched(root: Path, code: int = 0) -> list[tuple[str, str, str | None]]:
    """Identity, what happened and former identity of each run and campaign."""
    found = data(root, code=code)
    return [(one["id"], one["how"], one["was"]) for one in (*found["runs"], *found["campaigns"])]


def put(root: Path, name: str, text: str) -> None:
    """Write a file below experiments/."""
    write_book(root, {name: text}, (root / "mkdocs.yml").read_text("utf-8"))


@pytest.fixture
def real(tmp_path: Path) -> Path:
    """The reported runs without the last one on main; a branch adds that."""
    write_book(tmp_path, {}, (ROOT / "mkdocs.yml").read_text("utf-8"))
    copy_reported(tmp_path)
    last = tmp_path / "experiments/session-8/post-code.yaml"
    content = last.read_bytes()
    last.unlink()
    git(tmp_path, "init", "-q")
    commit(tmp_path)
    git(tmp_path, "checkout", "-q", "-b", "work")
    last.write_bytes(content)
    commit(tmp_path)
    return tmp_path


def test_the_review_of_the_last_run_says_exactly_this(real: Path, golden: Golden) -> None:
    """The Markdown of a real pull request, as a reviewer reads it; the commit's name aside."""
    base = git(real, "rev-parse", "--short=12", "main")
    text = reviewed(real, "--head", "work").replace(base, "0123456789ab")
    golden.check(ROOT / "tests/golden/review/post-code.md", text.replace("\N{NO-BREAK SPACE}", " "))


def test_who_reads_the_review_only_knows_what_matters(real: Path) -> None:
    """Under 60 lines: the deltas, that the loads differ, what is confounded and doubted."""
    text = reviewed(real).replace("\N{NO-BREAK SPACE}", " ")
    assert len(text.splitlines()) < 60
    rows = {line.split(" | ")[0].split(" \\[")[0]: line for line in text.splitlines()}
    assert "+83.4 %" in rows["| Requests per second"]
    assert "+38.7 %" in rows["| Latency p95"]
    assert "+26.5 %" in rows["| RPS per core"]
    assert "improved" in rows["| RPS per core"]
    assert "not comparable (the load differs: VUs 100 → 200)" in rows["| Latency p95"]
    for said in (
        "**Not like for like:** VUs 100 → 200",
        "**Confounded:** 7 things were altered together",
        "“doubled” of Requests per second",
        "33,863 cache look-ups are 8.533 % of 396,830 requests",
        "1 of 7 pods is pending",
        "15 warnings",
    ):
        assert said in text
    assert text.startswith("<!-- loadbook-review -->\n")
    assert "](<" not in text


def test_the_working_tree_and_a_head_are_reviewed_alike(real: Path) -> None:
    """`--head` reviews what is committed, on a detached head too; else it is the files."""
    named, tree = data(real, "--head", "work"), data(real)
    git(real, "checkout", "-q", "--detach", "main")
    assert [one["id"] for one in data(real, "--head", "work")["runs"]] == ["session-8/post-code"]
    assert data(real, code=1)["runs"] == []
    assert (named["head"], tree["head"]) == ("work", "the working tree")
    assert {**named, "head": ""} == {**tree, "head": ""}


def test_nothing_but_records_counts(tmp_path: Path) -> None:
    """Without a record that differs there is nothing to tell, whatever else was altered."""
    root = repository(tmp_path, {"c/a.yaml": run()})
    (root / "code.py").write_text("x = 1\n", "utf-8")
    (root / "experiments/c/notes.txt").write_text("x\n", "utf-8")
    commit(root)
    assert "## Loadbook: no record differs" in reviewed(root)
    assert touched(root) == []


@pytest.mark.parametrize(
    ("rate", "p95", "verdicts"),
    [(130, "150ms", ["improved", "improved"]), (80, "300ms", ["regressed", "regressed"])],
)
def test_better_and_worse_runs(tmp_path: Path, rate: int, p95: str, verdicts: list[str]) -> None:
    """A new run is held against its baseline; a regression is told and fails nothing."""
    root = repository(tmp_path, {"c/a.yaml": run()})
    put(root, "c/b.yaml", run(rate, p95, day=2))
    (found,) = data(root)["runs"]
    metrics = {one["name"]: one["verdict"] for one in found["comparison"]["metrics"]}
    assert [metrics["request_rate"], metrics["latency_p95"]] == verdicts
    assert found["comparison"]["baseline"] == "c/a"
    assert (found["id"], found["how"], found["was"]) == ("c/b", "added", None)


def test_a_changed_record_tells_old_and_new_figures(tmp_path: Path) -> None:
    """Which fields differ, each figure before and now, and what became of its verdict."""
    root = repository(tmp_path, {"c/a.yaml": run(), "c/b.yaml": run(130, day=2)})
    put(root, "c/b.yaml", run(80, day=2, title="U"))
    text = reviewed(root).replace("\N{NO-BREAK SPACE}", " ")
    assert "- **Fields that differ:** title, k6.http\\_reqs" in text
    assert "| Requests per second | 130 /s | 80 /s | improved → regressed |" in text
    assert "| Latency p95 | 200" not in text.split("| Metric |")[0]


def test_a_changed_baseline_shows_in_the_runs_that_stand_on_it(tmp_path: Path) -> None:
    """A run that nobody touched comes out otherwise: which verdict it was, and which it is."""
    root = repository(tmp_path, {"c/a.yaml": run(), "c/b.yaml": run(130, day=2)})
    put(root, "c/a.yaml", run(200))
    (other,) = data(root)["comes_out_otherwise"]
    assert (other["id"], other["baseline_before"], other["baseline"]) == ("c/b", "c/a", "c/a")
    assert other["verdicts"]["request_rate"] == ["improved", "regressed"]
    put(root, "c/a.yaml", run())
    put(root, "c/between.yaml", run(day=1, title="Between"))
    (other,) = data(root)["comes_out_otherwise"]
    assert (other["baseline_before"], other["baseline"]) == ("c/a", "c/between")


def test_a_renamed_record_is_the_same_run(tmp_path: Path) -> None:
    """Under another name, unaltered or altered a little, it is no new run and none is missing."""
    long = run(more="".join(f"# line {number}\n" for number in range(20)))
    root = repository(tmp_path, {"c/a.yaml": run(), "c/b.yaml": long})
    for old, new in (("a", "first"), ("b", "zweiter")):
        git(root, "mv", f"experiments/c/{old}.yaml", f"experiments/c/{new}.yaml")
    put(root, "c/zweiter.yaml", long.replace("rate: 100", "rate: 90"))
    assert sorted(touched(root)) == [
        ("c/first", "renamed", "c/a"),
        ("c/zweiter", "renamed", "c/b"),
    ]
    text = reviewed(root).replace("\N{NO-BREAK SPACE}", " ")
    assert "### c/zweiter (renamed, before: c/b): T" in text
    assert "| Requests per second | 100 /s | 90 /s |" in text


def test_removed_and_rewritten_records(tmp_path: Path) -> None:
    """What is gone is told with what it was; quite another text is another run."""
    root = repository(tmp_path, {"c/a.yaml": run(), "c/b.yaml": run(day=2, title="Gone")})
    (root / PLACE).unlink()
    put(root, "c/n.yaml", "title: Plan\nstatus: planned\n")
    assert touched(root) == [("c/n", "added", None), ("c/b", "removed", "c/b")]
    assert "### c/b (removed): Gone" in reviewed(root)


def test_campaigns_are_reviewed(tmp_path: Path) -> None:
    """A campaign that is new, altered or gone, with the problems that this brings."""
    files = {f"{name}/campaign.yaml": f"title: {name}\n" for name in ("old", "gone")}
    root = repository(tmp_path, files)
    put(root, "old/campaign.yaml", "title: Other\nclaims: [{says: 1, metric: nodez}]\n")
    put(root, "new/campaign.yaml", "title: New\ncontext: Something quite different.\n")
    shutil.rmtree(root / "experiments/gone")
    assert sorted(touched(root, code=1)) == [
        ("gone", "removed", "gone"),
        ("new", "added", None),
        ("old", "changed", "old"),
    ]
    text = reviewed(root, code=1)
    assert "- **Fields that differ:** title, claims" in text
    assert "experiments/old/campaign.yaml:2:" in text


def test_a_broken_record_does_not_hide_the_others(tmp_path: Path) -> None:
    """Its problems are listed with their places, the other runs reviewed; the exit code is 1."""
    root = repository(tmp_path, {"c/a.yaml": run()})
    put(root, "c/b.yaml", run(130, day=2))
    put(root, "c/bad.yaml", "title: T\nstatus: complet\nload: {vus: many}\n")
    text = reviewed(root, code=1)
    assert "experiments/c/bad.yaml:2:9, status: 'complet' is not one of" in text
    assert "experiments/c/bad.yaml:3:13, load.vus: 'many' is no count" in text
    assert "| Requests per second |" in text
    found = {one["id"]: one for one in data(root, code=1)["runs"]}
    assert found["c/bad"]["broken"]
    assert found["c/b"]["comparison"]


def test_old_problems_are_counted_and_old_errors_told(tmp_path: Path) -> None:
    """What the base has already is not new, though it moved down; an old error fails still."""
    doubtful = run().replace("date: 2026-01-01\n", "")
    root = repository(tmp_path, {"c/a.yaml": doubtful, "c/bad.yaml": "title: T\n"})
    put(root, "c/a.yaml", f"# a remark\n# and another\n{doubtful}")
    found = data(root, code=1)["problems"]
    assert found["new"] == []
    assert [one["code"] for one in found["old_errors"]] == ["field-missing"]
    assert (found["old_warnings"], found["gone"]) == (1, 0)
    assert "### Errors that the base has too" in reviewed(root, code=1)
    put(root, "c/bad.yaml", "title: T\nstatus: planned\n")
    found = data(root)["problems"]
    assert (found["old_errors"], found["gone"]) == ([], 1)


def test_settings_that_differ_are_named(tmp_path: Path) -> None:
    """Verdicts of all runs depend on them: what was altered beside the records is told."""
    root = repository(tmp_path, {"c/a.yaml": run()})
    config = "site_name: T\nplugins: [{loadbook: {tolerance: 1%}}]\n"
    (root / "mkdocs.yml").write_text(config, "utf-8")
    (root / "objectives.yaml").write_text("default: {error_rate: {at_most: 1%}}\n", "utf-8")
    assert "The notebook's settings differ too: tolerance, objectives." in reviewed(root)


def test_missed_objectives_stand_in_the_review(tmp_path: Path) -> None:
    """Those met are counted, those missed told with figure and limit; they don't fail a review."""
    root = repository(tmp_path, {"c/a.yaml": run()})
    aims = "default: {latency_p95: {at_most: 150ms}, error_rate: {at_most: 1%}}\n"
    (root / "objectives.yaml").write_text(aims, "utf-8")
    put(root, "c/b.yaml", run(day=2))
    text = reviewed(root).replace("\N{NO-BREAK SPACE}", " ")
    assert "- **Objectives:** 1 met, 1 missed" in text
    assert "- **✕ missed:** Latency p95 at most 150 ms: 200 ms" in text


def test_changed_files_beside_a_record_are_a_change(tmp_path: Path) -> None:
    """Another table under the same name is told, though the record is as it was."""
    more = "series: [{file: t.csv, source: k6, interval: 1s}]\n"
    files = {"c/a.yaml": run(more=more), "c/a/t.csv": "time_s,rps\n0,1\n"}
    root = repository(tmp_path, files)
    put(root, "c/a/t.csv", "time_s,rps\n0,2\n")
    assert touched(root) == [("c/a", "changed", "c/a")]
    assert "- **Fields that differ:** file t.csv" in reviewed(root)


def test_paths_with_spaces_and_a_notebook_below_the_root(tmp_path: Path) -> None:
    """The notebook may lie anywhere in the repository; annotations name paths from its root."""
    git(tmp_path, "init", "-q")
    root = write_book(tmp_path / "load, tests ü", {"c/a.yaml": run()})
    commit(tmp_path)
    put(root, "c/bad.yaml", "title: T\nstatus: complet\n")
    arguments = ("review", "--base", "main")
    done = command(root, *arguments, GITHUB_ACTIONS="true")
    assert done.exit_code == 1
    file = "load%2C tests ü/experiments/c/bad.yaml"
    assert done.stderr.startswith(f"::error file={file},line=2,col=9,title=status::'complet' is")


# what a record may not do

HOSTILE = (
    "@octocat #12 GH-3 https://evil.example www.evil.example <img src=x onerror=alert(1)> "
    "![i](http://evil.example/i.png) [l](http://evil.example) `c` | ~~s~~ $x$ me@evil.example "
    "<!-- loadbook-review --> ##[add-mask]x ::error::x 0123456789abcdef0123456789abcdef01234567"
)


def hostile(tmp_path: Path) -> Path:
    """A branch whose new record has harmful texts wherever it may have texts."""
    root = repository(tmp_path, {"c/a.yaml": run()})
    quoted = json.dumps(HOSTILE)
    more = (
        f"deployment: {{service: {quoted}, settings: {{{quoted}: {quoted}}}}}\n"
        f"changes: [{{area: {quoted}, modification: {quoted}}}]\nx{quoted}: 1\n"
        f"acknowledged: [{{code: {quoted}, reason: x}}]\n"
    )
    put(root, "c/b.yaml", run(day=2, title=quoted, more=more.replace("x" + quoted + ": 1\n", "")))
    put(root, "c/bad.yaml", f"title: {quoted}\nstatus: {quoted}\n{quoted}: 1\n")
    put(root, f"c/{HOSTILE.replace('/', '')[:120]}.yaml", "title: T\n")
    return root


def test_nothing_of_a_record_is_active_in_markdown(tmp_path: Path) -> None:
    """No HTML, link, image, mention or reference but our own; no second marker, no broken table."""
    text = reviewed(hostile(tmp_path), "--site-url", "https://x.example", code=1)
    assert text.count("<!-- loadbook-review -->") == 1
    parser = MarkdownIt("commonmark", {"html": True, "linkify": False}).enable("table")
    parser.enable("strikethrough")
    html = parser.render(text)
    assert set(re.findall(r"<a href=\"([^\"]*)\"", html)) == {"https://x.example/c/b/"}
    assert "<img" not in html
    assert "<s>" not in html
    assert set(re.findall(r"<(\w+)", html)) <= {
        *("h2", "h3", "p", "a", "ul", "li", "strong", "code", "details", "summary"),
        *("table", "thead", "tbody", "tr", "th", "td"),
    }
    shown = re.sub(r"<a href.*?</a>", "", html)
    for word in ("@octocat", "#12", "GH-3", "://evil", "www.evil", "@evil", "0123456789abc"):
        assert word not in shown, word
    for row in re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL):
        assert row.count("<t") in (4, 5, 6)


def test_no_workflow_command_comes_from_a_record(tmp_path: Path) -> None:
    """In GitHub's runner every line that is a command is one of ours, in every format."""
    root = hostile(tmp_path)
    for form in ("markdown", "text", "json", "junit"):
        arguments = ("review", "--base", "main", "--format", form)
        done = command(root, *arguments, GITHUB_ACTIONS="true")
        assert done.exit_code == 1
        assert not [line for line in done.stdout.splitlines() if line.lstrip().startswith("::")]
        assert "##[" not in done.stdout
        lines = done.stderr.splitlines()
        assert lines
        assert all(re.match(r"::(error|warning) file=[^:,]+,line=\d+,col=\d+,", x) for x in lines)
        if form == "json":
            assert "##[add-mask]" in json.dumps(json.loads(done.stdout))
        if form == "junit":
            assert "##[add-mask]" in "".join(ElementTree.fromstring(done.stdout).itertext())


def test_annotations_are_escaped_and_errors_come_first() -> None:
    """Percent signs, line breaks, commas and colons are escaped; acknowledged ones are not told."""
    warning = Problem("a,b:c.yaml", Place(3, 4), "f", Level.WARNING, "code", "100%: x\r\n::y")
    error = Problem("d.yaml", Place(), "", Level.ERROR, "code", "e")
    accepted = Problem("d.yaml", Place(), "", Level.ACKNOWLEDGED, "code", "e")
    assert list(github.annotated([accepted, warning, error], "in/")) == [
        "::error file=in/d.yaml,line=1,col=1,title=code::e",
        "::warning file=in/a%2Cb%3Ac.yaml,line=3,col=4,title=f::100%25: x%0D%0A::y",
    ]


def test_the_summary_of_a_step_is_appended_to(tmp_path: Path) -> None:
    """What other commands wrote stays; a summary that would get too large is left alone."""
    root = repository(tmp_path / "book", {"c/a.yaml": run()})
    summary = tmp_path / "summary.md"
    summary.write_text("before\n", "utf-8")
    printed = reviewed(root, GITHUB_STEP_SUMMARY=str(summary))
    assert summary.read_text("utf-8") == f"before\n\n{printed}"
    reviewed(root, "--format", "text", GITHUB_STEP_SUMMARY=str(summary))
    assert summary.read_text("utf-8") == f"before\n\n{printed}"
    summary.write_bytes(b"x" * (github.MAX_SUMMARY - 10))
    done = command(root, "review", "--base", "main", GITHUB_STEP_SUMMARY=str(summary))
    assert done.exit_code == 0
    assert "no room" in done.stderr
    assert summary.stat().st_size == github.MAX_SUMMARY - 10


# what grows


def test_many_runs_stand_in_a_table_and_the_rest_is_cut(tmp_path: Path) -> None:
    """300 new runs: a table of the newest, as many as have room, and how much was cut."""
    root = repository(tmp_path, {"c/a.yaml": run()})
    for number in range(300):
        put(root, f"c/r{number:03}.yaml", run(100 + number, day=2 + number % 20))
    text = reviewed(root)
    assert len(text) <= MAX_CHARACTERS
    assert "And 260 runs more." in text
    assert re.search(r"\*\*Cut here:\*\* \d+ sections more; loadbook review --base main", text)
    assert text.count("<details>") == text.count("</details>")
    assert len(data(root)["runs"]) == 300


def test_whatever_is_cut_is_said() -> None:
    """A section that has no room is left out whole, and counted."""
    text = markdown("m", [[Sentence("a")], [Sentence("b " * 1100)] * 40, [Sentence("c")]], "see x")
    assert text == "<!-- m -->\na\n\n**Cut here:** 2 sections more; see x\n"
    assert APART not in text


# where there is nothing to compare with


def test_wrong_usage_is_a_message_and_exit_code_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No repository, no such revision, no address: one line each."""
    write_book(tmp_path / "none", {})
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    root = repository(tmp_path / "book", {"c/a.yaml": run()})
    for folder, arguments, said in (
        (tmp_path / "none", ["--base", "main"], "no git repository"),
        (root, ["--base", "mian"], "there is no revision 'mian'"),
        (root, ["--base", "main", "--head", "x"], "there is no revision 'x'"),
        (root, ["--base", "main", "--site-url", "javascript:x"], "is no address"),
        (root, [], "Missing option"),
    ):
        done = command(folder, "review", *arguments)
        assert (done.exit_code, done.stdout) == (2, "")
        assert said in done.stderr


def test_pages_are_linked_below_the_sites_address(tmp_path: Path) -> None:
    """Below `--site-url`, else below the notebook's own site_url; without one there is no link.

    A comment stands on another host, where an address relative to the site leads nowhere.
    """
    root = repository(tmp_path, {"c/a.yaml": run()})
    put(root, "c/b.yaml", run(day=2))
    assert "(<https://x.example/d/c/b/>)" in reviewed(root, "--site-url", "https://x.example/d/")
    (root / "mkdocs.yml").write_text("site_name: T\nuse_directory_urls: false\n", "utf-8")
    assert "(<https://x.example/c/b.html>)" in reviewed(root, "--site-url", "https://x.example")
    assert "Its page" not in reviewed(root)
    own = "site_name: T\nsite_url: https://own.example/n/\nuse_directory_urls: false\n"
    (root / "mkdocs.yml").write_text(own, "utf-8")
    assert "(<https://own.example/n/c/b.html>)" in reviewed(root)
    assert "(<https://x.example/c/b.html>)" in reviewed(root, "--site-url", "https://x.example")


def test_what_a_record_does_not_say_is_said(tmp_path: Path) -> None:
    """A run without date and status is told as one, not by an empty place or as “unknown”."""
    root = repository(tmp_path, {"c/a.yaml": run()})
    new = run(day=2).replace("date: 2026-01-02\n", "").replace(": completed", ": unknown")
    put(root, "c/b.yaml", f"{new}baseline: c/a\n")
    lead = "status not recorded, date not recorded, against c/a."
    assert lead in reviewed(root).splitlines()


def test_a_setting_on_one_side_only_is_told_once(tmp_path: Path) -> None:
    """It is named as such, and is no setting that differs; one that does differ is."""
    root = repository(tmp_path, {"c/a.yaml": run()})
    load = "load: {script: x.js, scenario: shop, vus: 20"
    put(root, "c/b.yaml", run(day=2).replace("load: {scenario: shop, vus: 10", load))
    lines = reviewed(root).splitlines()
    assert "- **Recorded on one side only:** script." in lines
    assert "- **Settings that differ:** VUs 10 → 20" in lines


def test_junit_has_a_case_for_each_record(tmp_path: Path) -> None:
    """A record with an error is a failure, one with doubts passes and tells them."""
    root = repository(tmp_path, {"c/a.yaml": run()})
    put(root, "c/b.yaml", run(day=2).replace("date: 2026-01-02\n", ""))
    put(root, "c/bad.yaml", "title: T\n")
    suite = ElementTree.fromstring(reviewed(root, "--format", "junit", code=1))[0]
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    cases = {case.get("name"): case for case in suite}
    assert "date-missing" in (cases["c/b (added)"].findtext("system-out") or "")
    failure = cases["c/bad (added)"].find("failure")
    assert failure is not None
    assert "experiments/c/bad.yaml:1:1" in (failure.get("message") or "")


def test_text_tells_all_without_markup(real: Path) -> None:
    """In a terminal: the same facts, nothing escaped, nothing folded."""
    text = reviewed(real, "--format", "text")
    assert "+83.4 %" in text
    assert "pod_anti_affinity required → preferred" in text
    assert "node-limit:" in text
    assert not set("\\<*") & set(text.replace("->", ""))


def test_the_tool_asks_for_no_name_and_writes_nothing(real: Path) -> None:
    """The repository is as clean after a review as before it."""
    reviewed(real)
    done = subprocess.run(
        ["git", "status", "--porcelain"], cwd=real, capture_output=True, check=True
    )
    assert done.stdout == b""
