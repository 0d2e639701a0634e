"""X-Ray: golden cases of summaries, traces and graphs; percentiles and routes."""

from __future__ import annotations

import json
import statistics
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.importers import xray
from tests.conftest import Golden
from tests.importers import cases


@pytest.mark.parametrize("case", cases.cases("xray"), ids=lambda case: case.name)
def test_files_are_read_as_expected(case: Path, golden: Golden) -> None:
    """Each case is recognised, and gives the fields, attachments and problems on file."""
    cases.hold(xray.IMPORTER, case, golden)


@given(
    times=st.lists(st.floats(0, 1000), min_size=2, max_size=50),
    share=st.integers(1, 99).map(lambda number: number / 100),
)
def test_percentiles_are_those_of_k6(times: list[float], share: float) -> None:
    """Linear between neighbours at share x (n - 1), as the standard library's inclusive method."""
    cuts = statistics.quantiles(sorted(times), n=100, method="inclusive")
    found = xray.percentile(sorted(times), share)
    assert found == pytest.approx(cuts[round(share * 100) - 1], abs=1e-9)


def test_queries_of_urls_are_not_kept() -> None:
    """What stands after the question mark can be a token."""
    case = cases.GOLDEN / "xray" / "summaries"
    assert "never-kept" in (case / "summaries.json").read_text("utf-8")
    assert "never-kept" not in (case / "expected.json").read_text("utf-8")


@pytest.mark.parametrize(
    ("url", "path", "merged"),
    [
        ("http://a.b/c/12/d", "/c/{id}/d", True),
        ("http://a.b", "/", False),
        ("/c/d?x=1#y", "/c/d", False),
        ("http://a.b/v2/items", "/v2/items", False),
        ("http://[oops/c", "", False),
        ("", "", False),
        (None, "", False),
        (7, "", False),
    ],
)
def test_a_route_is_the_path_without_its_ids(url: object, path: str, merged: bool) -> None:
    """Numbers, UUIDs and long hexadecimal parts become `{id}`; anything else stays."""
    assert xray.route(url) == (path, merged)


@given(parts=st.lists(st.integers(0, 10**6), min_size=101, max_size=130, unique=True))
def test_many_routes_are_bounded(
    parts: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The hundred routes with the most calls are kept, and how many were left out is said."""
    summaries = [
        {"Id": f"{part}", "ResponseTime": 0.1, "Http": {"HttpURL": f"/x/y{part}"}} for part in parts
    ]
    text = json.dumps({"TraceSummaries": summaries})
    imported = cases.read(xray.IMPORTER, [cases.text_source(tmp_path_factory.getbasetemp(), text)])
    assert len(imported.fields["endpoints"]["list"]) == 100
    assert "import-xray-many-routes" in [problem.code for problem in imported.problems]
