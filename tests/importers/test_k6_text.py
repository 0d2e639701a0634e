"""What k6 prints: every figure of every sample in either layout, how it ended, bad files."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest

from generator.importers import k6_text
from generator.importers.source import Imported, Source, Wishes
from tests.importers.k6_figures import DERIVED, OWN_FIELDS, figures, is_measured, recorded
from tests.importers.k6_samples import (
    K6,
    NO_WISHES,
    codes,
    files,
    name_of,
    of,
    source,
    valid,
    written,
)

EXPORT_OF = {
    "stdout.txt": "summary-export.json",
    "stdout.full.txt": "summary-export.full.json",
    "stdout.legacy.txt": "summary-export.legacymode.json",
    "stdout.utf16le.derived.txt": "summary-export.json",
}
PRINTED = [
    path for path in files(*EXPORT_OF) if path.parent.name not in ("hs", "hs-full", "mr", "x")
]
WITH_EXPORT = [path for path in PRINTED if path.with_name(EXPORT_OF[path.name]).exists()]
RAMP = K6 / "1.1.0/ramp50/stdout.txt"


def read(*paths: Path, wishes: Wishes = NO_WISHES) -> Imported:
    return valid(k6_text.read([source(path) for path in paths], wishes))


def read_text(folder: Path, text: str | bytes, wishes: Wishes = NO_WISHES) -> Imported:
    return valid(k6_text.read([written(folder, text)], wishes))


@pytest.mark.parametrize("path", WITH_EXPORT, ids=name_of)
def test_each_printed_figure_is_the_one_of_k6s_export(path: Path) -> None:
    """Counts are equal; what k6 rounded or cut off agrees to the last digit that it printed."""
    document = json.loads(path.with_name(EXPORT_OF[path.name]).read_text("utf-8"))
    fields = read(path).fields
    compared = 0
    for metric, stat, figure in figures(document):
        found = recorded(fields, metric, stat)
        if not is_measured(metric, document) or (metric, stat) in DERIVED:
            continue
        if found is None:
            assert (metric, stat) not in OWN_FIELDS, (metric, stat)
            continue
        compared += 1
        if stat in ("count", "passes", "fails") and not metric.startswith("data_"):
            assert found.start == figure, (metric, stat)
        elif stat == "rate" and figure > 1:
            # k6 takes the time for the text and for the export at slightly other moments.
            assert found.start == pytest.approx(figure, rel=1e-4), (metric, stat)
        elif stat == "rate":
            assert found.start == pytest.approx(figure, abs=1e-8), (metric, stat)
        else:
            # Two decimals of a second are printed; as a number of ms that is to ten.
            digit = 10 if found.text.isdigit() and figure >= 1000 else 2 * found.half
            assert abs(figure - found.start) <= digit * (1 + 1e-9), (metric, stat, found)
    assert compared >= 2


@pytest.mark.parametrize("path", WITH_EXPORT, ids=name_of)
def test_thresholds_are_those_of_the_export(path: Path) -> None:
    """The same metrics are judged the same way; the older layout prints no expressions."""
    document = json.loads(path.with_name(EXPORT_OF[path.name]).read_text("utf-8"))
    crossed = {
        (name, expression): is_crossed
        for name, raw in document["metrics"].items()
        for expression, is_crossed in raw.get("thresholds", {}).items()
    }
    found = of(read(path).fields, "k6", "thresholds") or []
    if any(one["expression"].startswith("(") for one in found):
        by_metric = {
            name: any(is_crossed for (other, _), is_crossed in crossed.items() if other == name)
            for name, _ in crossed
        }
        crossed = {(name, "(expression not printed)"): is_ for name, is_ in by_metric.items()}
    assert {(one["metric"], one["expression"]) for one in found} == set(crossed)
    for one in found:
        is_crossed = crossed[one["metric"], one["expression"]]
        assert one["outcome"] in (("crossed",) if is_crossed else ("passed", "no data"))


@pytest.mark.parametrize("path", [*PRINTED, *files("stderr.txt", "stdout.ansi.txt")], ids=name_of)
def test_output_is_recognised_by_what_it_holds(path: Path) -> None:
    """Both layouts, colours, UTF-16 and messages alone are known as k6's."""
    assert k6_text.recognises(source(path))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# Notes\n\n- ✓ deployed\n- ✗ rolled back\n",
        "NAME CPU(cores) MEMORY(bytes)\nbackend-1 1m 53Mi\n",
        'time="2026-01-02T00:00:00Z" level=info msg="Starting the server"\n',
        "Contents\n\nIntroduction......: 3\n",
        "\0\1\2..: \0",
        '{"metrics": {"http_reqs": {"count": 1}}}',
    ],
)
def test_other_text_is_not_k6s_output(tmp_path: Path, text: str) -> None:
    """Marks, logs and dots of others are not taken for k6's."""
    assert not k6_text.recognises(written(tmp_path, text))


@pytest.mark.parametrize("path", files("stdout.ansi.txt"), ids=name_of)
def test_colours_change_nothing(tmp_path: Path, path: Path) -> None:
    """A recorded terminal gives what its text gives without escapes."""
    bare = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", path.read_text("utf-8", errors="replace"))
    found = read(path)
    assert "\x1b" not in bare
    assert read_text(tmp_path, bare).fields == found.fields
    assert found.fields["status"] == "aborted"
    assert of(found.fields, "k6", "http_reqs", "count") in (757, 776)


def test_a_terminal_that_k6_redrew_is_read_as_it_stood_at_the_end() -> None:
    """Figures and the end of a coloured run are those of its last lines."""
    fields = read(K6 / "0.57.0/tty_color/stdout.ansi.txt").fields
    assert fields["k6"]["http_req_duration"]["p95"] == "478.3ms"
    assert fields["k6"]["http_req_failed"] == "12.153236%"
    assert fields["load"]["duration"] == "6.0s"


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\ufeff" + text,
        lambda text: ("\ufeff" + text).encode("utf-16-le"),
        lambda text: ("\ufeff" + text).encode("utf-16-be"),
        lambda text: f"# Report\n\n✓ we ran it\n✗ it broke\n\n```text\n{text}```\n\n✓ done\n",
        lambda text: "> " + text.replace("\n", "\n> ") + "\n",
        lambda text: re.sub(r"(?m)^", "\t", text),
        lambda text: re.sub(r"(?m)[ ]+$", "", text),
        lambda text: text.replace("✓", "✔").replace("✗", "✘"),
    ],
    ids=["crlf", "bom", "utf-16le", "utf-16be", "fenced", "quoted", "tabs", "trimmed", "marks"],
)
@pytest.mark.parametrize("version", ["0.57.0", "1.1.0", "2.2.0"])
def test_how_it_was_pasted_changes_nothing(tmp_path: Path, version: str, change: Any) -> None:
    """Line ends, encodings, Markdown around it and trimmed lines give the same figures."""
    path = K6 / version / "ramp50/stdout.txt"
    text = path.read_text("utf-8")
    found = read_text(tmp_path, change(text)).fields
    assert found["k6"] == read(path).fields["k6"]


def test_figures_alone_are_enough(tmp_path: Path) -> None:
    """The lines of figures pasted without banner, headings and progress are a summary."""
    lines = [line for line in RAMP.read_text("utf-8").splitlines() if "..:" in line]
    found = read_text(tmp_path, "\n".join(lines) + "\n")
    whole = read(RAMP).fields
    for name in ("http_reqs", "http_req_duration", "http_req_failed", "rates", "vus_max"):
        assert found.fields["k6"][name] == whole["k6"][name]
    assert found.fields["load"] == {"duration": "22.5766s"}
    assert not codes(found)


def test_the_oldest_layout_marks_counts_instead_of_totals(tmp_path: Path) -> None:
    """`✓ 0 ✗ 16591` of http_req_failed means that no request failed."""
    text = """
     ✓ status is 200

     checks.........................: 100.00% ✓ 16591      ✗ 0
     data_received..................: 6.0 MB  100 kB/s
     http_req_duration..............: avg=17.99ms min=1.02ms med=12.31ms max=1m2s p(95)=56.2ms
       { expected_response:true }...: avg=17.99ms min=1.02ms med=12.31ms max=1m2s p(95)=56.2ms
     http_req_failed................: 0.00%   ✓ 0          ✗ 16591
     http_reqs......................: 16591   276.347021/s
     iterations.....................: 16591   276.347021/s
     queue_depth....................: 3       min=0        max=12
     payload........................: avg=1.1 kB min=300 B med=1 kB max=2.4 MB p(95)=2 kB
     vus............................: 5       min=5        max=5
"""
    fields = read_text(tmp_path, text).fields
    k6 = fields["k6"]
    assert (k6["http_req_failed"], k6["failed_requests"]) == ("0%", 0)
    assert k6["checks"]["rate"] == "100%"
    assert (k6["checks"]["passes"], k6["checks"]["fails"]) == (16591, 0)
    assert k6["checks"]["list"] == [{"name": "status is 200", "fails": 0}]
    assert k6["http_req_duration"]["max"] == "1m2s"
    assert k6["metrics"]["queue_depth"]["values"] == {"value": 3, "min": 0, "max": 12}
    assert k6["metrics"]["payload"]["contains"] == "data"
    assert k6["metrics"]["payload"]["values"]["max"] == "24e5"
    assert k6["metrics"]["http_req_duration{expected_response:true}"]["values"]["max"] == "62e3"
    assert fields["load"]["duration"] == "60.036833s"


def test_units_of_the_text_are_kept(tmp_path: Path) -> None:
    """Whatever unit the script asks for, the printed text is the figure."""
    fields = read(K6 / "1.1.0/trendstats_min/stdout.txt").fields
    assert fields["k6"]["http_req_duration"] == {
        "avg": "52142.22µs",
        "p95": "60008.44µs",
        "p99": "63921.00µs",
    }
    assert fields["k6"]["metrics"]["iteration_duration"]["values"]["avg"] == 52.25632


@pytest.mark.parametrize("name", ["stdout.full.txt", "stdout.legacy.txt"])
def test_checks_have_their_groups_where_the_text_tells_them(name: str) -> None:
    """The full and the legacy summary show groups; the compact one adds up checks of a name."""
    folder = K6 / "1.1.0/endpoints_thresholds_fail"
    checks = read(folder / name).fields["k6"]["checks"]["list"]
    assert [(check.get("group", ""), check["name"]) for check in checks] == [
        ("", "flaky < 500"),
        ("", "never passes"),
        ("browse", "products status is 200"),
        ("browse", "products has items"),
        ("browse::detail", "status is 200"),
        ("checkout", "order created (201)"),
        ("checkout", "status is 200"),
    ]
    compact = read(folder / "stdout.txt").fields["k6"]["checks"]["list"]
    assert {"name": "status is 200", "passes": 676, "fails": 16} in compact


def test_a_check_may_be_called_anything() -> None:
    """Quotes, marks and bars in a check's name are part of it."""
    checks = read(K6 / "1.1.0/iter_exception/stdout.txt").fields["k6"]["checks"]["list"]
    assert checks == [{"name": 'body "json", ok ✓ | pipe', "fails": 0}]


@pytest.mark.parametrize(
    ("sample", "load", "scenarios"),
    [
        ("ramp50", {"executor": "ramping-vus", "model": "closed", "vus": 50}, ["default"]),
        ("arrival", {"model": "open"}, ["spike", "steady"]),
        ("setup_dilution", {"executor": "constant-vus", "model": "closed", "vus": 10}, ["main"]),
        (
            "iter_exception",
            {"executor": "shared-iterations", "model": "closed", "vus": 4},
            ["default"],
        ),
        (
            "nothresholds",
            {"executor": "per-vu-iterations", "model": "closed", "vus": 1},
            ["default"],
        ),
    ],
)
def test_what_was_asked_of_k6_is_taken(
    sample: str, load: dict[str, Any], scenarios: list[str]
) -> None:
    """Executor, model and VUs come from the banner; an open model has no VUs of its own."""
    fields = read(K6 / "1.1.0" / sample / "stdout.txt").fields
    known = {
        name: value for name, value in fields["load"].items() if name not in ("duration", "script")
    }
    assert (known, fields["k6"]["scenarios"]) == (load, scenarios)
    assert fields["load"]["script"] == "nohs.js"


def test_an_arrival_rate_is_the_load(tmp_path: Path) -> None:
    """One scenario of an open model has the rate that it asks for."""
    text = (K6 / "1.1.0/arrival/stdout.txt").read_text("utf-8").replace("2 scenarios", "1 scenario")
    text = "".join(line for line in text.splitlines(True) if "spike" not in line)
    load = read_text(tmp_path, text).fields["load"]
    assert (load["executor"], load["rate"]) == ("constant-arrival-rate", "40.00/s")
    assert "vus" not in load


@pytest.mark.parametrize(
    ("names", "code", "status"),
    [
        (["ramp50/stdout.txt"], None, "completed"),
        (["abort/stdout.txt"], None, "aborted"),
        (["abort/stderr.txt"], None, "aborted"),
        (["abort/stdout.txt", "abort/stderr.txt"], 99, "aborted"),
        (["endpoints_thresholds_fail/stderr.txt"], None, None),
        (["endpoints_thresholds_fail/stderr.txt"], 99, "completed"),
        (["endpoints_thresholds_fail/stdout.txt"], 99, "completed"),
        (["setup_throw/stderr.txt"], None, "aborted"),
        (["setup_throw/stdout.txt"], None, None),
        (["setup_throw/stdout.txt"], 107, "aborted"),
        (["script_abort/stdout.txt"], None, "aborted"),
        (["script_abort/stderr.txt"], None, "aborted"),
        (["max_duration/stdout.txt"], None, "completed"),
        (["hs_only/stdout.txt"], None, None),
        (["arrival/stdout.txt"], 105, "aborted"),
    ],
)
def test_the_end_is_known_from_progress_messages_or_exit_code(
    tmp_path: Path, names: list[str], code: int | None, status: str | None
) -> None:
    """✓ is completed, ✗ or a message that says so is aborted, anything else unknown."""
    if names == ["hs_only/stdout.txt"]:
        lines = RAMP.read_text("utf-8").splitlines(keepends=True)
        paths = [written(tmp_path, "".join(lines[:60])).path]
    else:
        paths = [K6 / "1.1.0" / name for name in names]
    assert read(*paths, wishes=Wishes(exit_code=code)).fields.get("status") == status


def test_a_scenario_that_has_not_begun_is_not_completed(tmp_path: Path) -> None:
    """All that ran being done does not mean that all is done."""
    text = (K6 / "1.1.0/arrival/stdout.txt").read_text("utf-8")
    text = text[: text.index("running (02.0s)")].replace("steady   [", "steady ✓ [")
    assert "status" not in read_text(tmp_path, text).fields


def test_time_that_ran_out_is_no_abortion() -> None:
    """k6 marks iterations that were not all made within maxDuration like an abortion."""
    text = (K6 / "1.1.0/max_duration/stdout.txt").read_text("utf-8")
    assert "a    ✗ [  30% ] 1 VUs  2.0s/2s  03/10 shared iters" in text
    assert read(K6 / "1.1.0/max_duration/stdout.txt").fields["status"] == "completed"


@pytest.mark.parametrize(
    "line",
    [
        'time="2026-01-02T00:00:00Z" level=error msg="Error: boom\\n\\tat default (a.js:1:2)\\n" '
        "executor=constant-vus scenario=default source=stacktrace\n",
        '{"level":"error","msg":"Error: boom\\n\\tat default (a.js:1:2)\\n",'
        '"scenario":"default","source":"stacktrace","time":"2026-01-02T00:00:00Z"}\n',
        "\x1b[31mERRO\x1b[0m[0001] Error: boom\n\tat default (a.js:1:2)  "
        "\x1b[31mexecutor\x1b[0m=constant-vus \x1b[31msource\x1b[0m=stacktrace\n",
    ],
    ids=["text", "json", "terminal"],
)
def test_exceptions_are_counted_in_each_format_of_messages(tmp_path: Path, line: str) -> None:
    """Iterations that threw are a warning with their number and the first message."""
    found = read_text(tmp_path, line * 3)
    assert codes(found) == ["import-k6-exceptions"]
    assert "3 iterations" in found.problems[0].message
    assert "'Error: boom'" in found.problems[0].message


def test_what_is_written_about_a_run_is_no_message_of_k6(tmp_path: Path) -> None:
    """Prose that speaks of a test being aborted does not say so of this one."""
    text = "The test run was aborted twice before:\n\n" + RAMP.read_text("utf-8")
    assert read_text(tmp_path, text).fields["status"] == "completed"


def test_a_share_of_zero_that_crossed_its_threshold_was_measured(tmp_path: Path) -> None:
    """k6 lets thresholds of a share without samples pass: where one is crossed there were some."""
    text = "  █ THRESHOLDS\n\n  checks\n  {}\n\n  █ TOTAL RESULTS\n\n  vus...: 1 min=1 max=1\n"
    outcomes = [
        read_text(tmp_path, text.format(line)).fields["k6"]["thresholds"][0]["outcome"]
        for line in ("✗ 'rate>0.9' rate=0.00%", "✓ 'rate<0.9' rate=0.00%")
    ]
    assert outcomes == ["crossed", "no data"]


def test_progress_without_a_summary_is_told(tmp_path: Path) -> None:
    """Of a script with its own handleSummary the load and the end are taken, and it is said."""
    found = read(K6 / "1.1.0/ramp50/hs/stdout.txt")
    assert codes(found) == ["import-k6-no-summary"]
    assert found.fields == {
        "load": {
            "duration": "23.0s",
            "script": "ramp50.js",
            "executor": "ramping-vus",
            "model": "closed",
            "vus": 50,
        },
        "k6": {"scenarios": ["default"]},
        "status": "completed",
    }


@pytest.mark.parametrize("version", ["0.57.0", "1.1.0"])
def test_two_summaries_in_one_file_are_an_error(tmp_path: Path, version: str) -> None:
    """Nothing is taken where a second run begins, and both places are named."""
    text = (K6 / version / "ramp50/stdout.txt").read_text("utf-8")
    lines = text.count("\n")
    found = read_text(tmp_path, text + text)
    assert not found.fields
    (problem,) = found.problems
    assert problem.code == "import-k6-two"
    assert problem.level == "error"
    first = int(problem.message.partition("line ")[2].partition(";")[0])
    assert problem.place.line == first + lines


def test_texts_of_two_runs_are_not_mixed() -> None:
    """The figures are those of the first, and the other is named."""
    other = K6 / "1.1.0/abort/stdout.txt"
    found = read(RAMP, other)
    assert found.fields["k6"]["http_reqs"] == read(RAMP).fields["k6"]["http_reqs"]
    assert "import-k6-other-run" in codes(found)


@pytest.mark.parametrize("version", ["0.57.0", "1.1.0"])
def test_a_text_cut_off_anywhere_gives_no_wrong_figure(tmp_path: Path, version: str) -> None:
    """Whatever was left, each figure is that of the whole text; a cut line is left out."""
    text = (K6 / version / "endpoints_thresholds_fail/stdout.txt").read_text("utf-8")
    whole = read_text(tmp_path, text).fields
    start = text.index("http_req_duration")
    for end in range(start, len(text), 37):
        found = read_text(tmp_path, text[:end])
        k6 = found.fields.get("k6", {})
        for name in ("http_reqs", "http_req_duration", "data_sent", "vus_max"):
            figures_left, known = k6.get(name, {}), whole["k6"][name]
            if isinstance(known, dict):
                assert figures_left.items() <= known.items(), (name, end)
            else:
                assert figures_left in ({}, known), (name, end)
        for name, metric in k6.get("metrics", {}).items():
            for stat, figure in metric["values"].items():
                assert figure == whole["k6"]["metrics"][name]["values"][stat], (name, stat, end)


@pytest.mark.parametrize(
    "line",
    [
        "http_req_duration...: avg=1.17s min=14ms med=63.8",
        "http_req_duration...: avg=NaN min=Infinity",
        "http_reqs...: 2742 122.15",
        "http_reqs...: many 122.15/s",
        "...: 5 6/s",
        "http_req_failed...: 120.00% 12 out of",
        "x{" + "{" * 3000 + "...: 5 5/s",
        "." * 3900 + "..: " + "p(9" * 30,
    ],
)
def test_a_line_that_is_not_understood_is_passed_over(tmp_path: Path, line: str) -> None:
    """A garbled line gives no figure, and the lines beside it do."""
    text = f"     {line}\n     iterations...: 914 40.71849/s\n     vus...: 1 min=1 max=5\n"
    k6 = read_text(tmp_path, text).fields["k6"]
    assert set(k6) == {"iterations", "vus_max"}


def test_an_archive_that_is_broken_is_an_error(tmp_path: Path) -> None:
    """A gzip file that is cut off gives a message, and nothing is taken."""
    packed = gzip.compress(RAMP.read_bytes())
    path = tmp_path / "stdout.txt.gz"
    for content, code in ((packed[:300], ["import-unreadable"]), (packed, [])):
        path.write_bytes(content)
        given = Source(path, path.name, RAMP.read_bytes()[:100], "gzip")
        found = valid(k6_text.read([given], NO_WISHES))
        assert codes(found) == code
        assert bool(found.fields) is not bool(code)
