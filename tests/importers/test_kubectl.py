"""What kubectl printed: golden cases of each command and layout, bad input, mutations."""

from __future__ import annotations

import gzip
import sys
from pathlib import Path

import pytest

from generator.errors import Level
from generator.importers import kube_text, kubectl
from generator.importers.source import Source, Wishes
from tests.conftest import Golden
from tests.importers import cases


@pytest.mark.parametrize("case", cases.cases("kubectl"), ids=lambda case: case.name)
def test_kubectl_output_is_read_as_expected(case: Path, golden: Golden) -> None:
    """Each case is recognised, and gives the fields and the problems on file."""
    cases.hold(kubectl.IMPORTER, case, golden)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "import-empty"),
        (b" \n\n", "import-empty"),
        (bytes(range(256)) * 20, "import-binary"),
        (b"{" * 100_000, "import-kubectl-nothing"),
        (b'{"a":' * 100_000, "import-kubectl-nothing"),
        (b'{"kind": "List", "items": [' + b"[" * 100_000, "import-kubectl-nothing"),
        (
            b'{"kind": "Pod", "metadata": {"name": ' + b"9" * 10_000 + b"}}",
            "import-kubectl-nothing",
        ),
        (b"error: Metrics API not available\n", "import-kubectl-nothing"),
        (b"No resources found in shop namespace.\n", "import-kubectl-nothing"),
        (b"NAME   CPU(cores)   MEMORY(bytes)\n", "import-kubectl-nothing"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_holds_nothing_is_an_error_and_no_fields(
    raw: bytes, code: str, tmp_path: Path
) -> None:
    """An empty, binary, broken or fruitless file gives an error, and nothing of it is taken."""
    imported = cases.read(kubectl.IMPORTER, [cases.text_source(tmp_path, raw)])
    assert imported.fields == {}
    assert [one.code for one in imported.problems if one.level == Level.ERROR] == [code]


def test_one_bad_file_does_not_spoil_the_others(tmp_path: Path) -> None:
    """An error in one file leaves what the other gave."""
    good = cases.text_source(tmp_path, "NAME  CPU(cores)  MEMORY(bytes)\nbackend-1  5m  7Mi\n", "a")
    bad = cases.text_source(tmp_path, b"\0\1\2", "b")
    imported = cases.read(kubectl.IMPORTER, [bad, good])
    assert imported.fields["snapshots"][0]["pods"]["list"][0]["name"] == "backend-1"
    assert [(one.file, one.code) for one in imported.problems] == [("b", "import-binary")]


def test_a_file_in_utf_16_with_crlf_is_read(tmp_path: Path) -> None:
    """PowerShell writes UTF-16 with CRLF; the figures are the same."""
    text = "NAME        CPU(cores)   MEMORY(bytes)   \r\nbackend-1   5m           7Mi   \r\n"
    given_file = cases.text_source(tmp_path, text.encode("utf-16"))
    assert kubectl.recognises(given_file)
    imported = cases.read(kubectl.IMPORTER, [given_file])
    assert imported.fields["snapshots"][0]["pods"]["list"] == [
        {"name": "backend-1", "cpu": "5m", "memory": "7Mi"}
    ]


def test_a_packed_file_that_breaks_off_gives_what_is_before(tmp_path: Path) -> None:
    """A gzip file without its end is read as far as it goes, and that is said."""
    text = "NAME        CPU(cores)   MEMORY(bytes)\n" + "".join(
        f"backend-{number}   {number}m   {number * 7}Mi\n" for number in range(2000)
    )
    packed = gzip.compress(text.encode())
    path = tmp_path / "top.gz"
    path.write_bytes(packed[: len(packed) // 2])
    imported = cases.read(kubectl.IMPORTER, [Source(path, "top.gz", text.encode()[:100], "gzip")])
    assert 0 < len(imported.fields["snapshots"][0]["pods"]["list"]) < 2000
    assert "import-cut-off" in [problem.code for problem in imported.problems]


def test_nothing_secret_of_a_pod_is_kept() -> None:
    """Environment of containers is in neither fields nor problems."""
    case = cases.GOLDEN / "kubectl" / "pods-json"
    assert "never-kept" in (case / "pods.json").read_text("utf-8")
    assert "never-kept" not in (case / "expected.json").read_text("utf-8")


JUNK = [
    "{",
    '{"a": [1,',
    '{"a": "b"',
    "NAME   CPU(cores)   MEMORY(bytes)",
    "NAME",
    "backend-1   5m",
    "backend-1   5m   7Mi",
    "shop   backend-1   5m   7Mi",
    "Name: x",
    "Allocated resources:",
    "error: x",
    "            ",
    "$ kubectl top pods",
    "a" * 300,
    "________   ________",
]


@pytest.mark.parametrize("line", JUNK, ids=lambda line: line[:20])
@pytest.mark.parametrize("other", ["", "x y z", '{"b": 1}'])
def test_the_work_grows_with_the_text_and_no_faster(line: str, other: str, tmp_path: Path) -> None:
    """Of lines that look like something, ten times as many cost about ten times the steps."""
    steps = []
    for times in (300, 3000):
        text = "\n".join([line, other] * times)
        given_file = cases.text_source(tmp_path, text)
        count = 0

        def counted(*_: object) -> None:
            nonlocal count
            count += 1

        sys.setprofile(counted)
        try:
            kubectl.read([given_file], Wishes())
        finally:
            sys.setprofile(None)
        steps.append(count)
    assert steps[1] <= 12 * steps[0] + 5000


def test_a_long_file_of_nonsense_is_not_told_line_by_line(tmp_path: Path) -> None:
    """Of thousands of problems of one kind the first few are told, and how many more there are."""
    text = "NAME   CPU(cores)   MEMORY(bytes)\n" * 5000
    imported = cases.read(kubectl.IMPORTER, [cases.text_source(tmp_path, text)])
    assert len(imported.problems) == 12
    assert [one.message for one in imported.problems if one.code == "import-kubectl-more"] == [
        "4,990 further problems of these kinds are not told one by one"
    ]


def test_broken_json_is_not_looked_for_without_end() -> None:
    """Of a thousand pieces of broken JSON the first few are tried, for each costs a look."""
    paste = kube_text.split('{"a": oops\n' * 1000)
    assert len(paste.faults) == kube_text.MOST_FAULTS


def test_names_of_any_length_leave_a_message_readable(tmp_path: Path) -> None:
    """A namespace of hundreds of letters is shortened where pods of several were kept."""
    text = f"shop  pod-a  app  9m  3Mi\n{'x' * 200}  pod-b  app  1m  7Mi\n"
    imported = cases.read(kubectl.IMPORTER, [cases.text_source(tmp_path, text)])
    (message,) = [p.message for p in imported.problems if p.code == "import-several-namespaces"]
    assert message == f"pods of 2 namespaces were kept: shop, {'x' * 62}…"


def test_a_later_row_without_heading_has_names_as_short_as_the_first(tmp_path: Path) -> None:
    """No pod's name has more than 253 letters; such a line is not understood, and no pod."""
    text = f"shop  pod-a  app  9m  3Mi\nshop  {'x' * 301}  app  1m  7Mi\n"
    imported = cases.read(kubectl.IMPORTER, [cases.text_source(tmp_path, text)])
    assert [pod["name"] for pod in imported.fields["snapshots"][0]["pods"]["list"]] == ["pod-a"]
    assert [problem.code for problem in imported.problems] == ["import-kubectl-not-understood"]
