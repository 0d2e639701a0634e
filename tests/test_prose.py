"""Figures computed in prose: what they say, and that nothing else can be done in there."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator import audit, prose, render, telling
from generator import site as sites
from generator.errors import Level
from generator.notebook import Notebook
from generator.prose import Call, ProseError
from tests.conftest import book

RUN = (
    "title: T\ndate: 2026-01-02\nstatus: completed\n"
    "load: {{scenario: s, vus: 10, duration: 100s}}\n"
    "k6: {{http_reqs: {{count: {count}, rate: {rate}/s}}, http_req_failed: {failed}}}\n"
)
ONE = RUN.format(count=1000, rate="10.00", failed="2.00%")
TWO = RUN.format(count=1500, rate="15.00", failed="1.00%") + "baseline: a/one\n"


def told(text: str) -> str:
    """A conclusion of the second of two runs, as a page tells it, without marks."""
    return telling.plain(telling.tell(book({"a/one": ONE, "a/two": TWO}), "a/two", text))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{{ value('request_rate') }} were served", "15.00 /s were served"),
        ("{{ value('request_rate', run='a/one') }}", "10.00 /s"),
        ("{{ change('request_rate') }}", "+50.0 %"),
        ("{{ delta('request_rate', vs='a/one') }}", "+5.00 /s"),
        ("{{ delta('error_rate') }}", "−1.00 pp"),
        ("{{ change('error_rate') }}", "−1.00 pp"),
        ("{{ change(metric='requests', vs='a/one') }}", "+50.0 %"),
        (
            "{{ '{{' }} stays, {% raw %}{{ .Values.x }}{% endraw %} too",
            "{{ stays, {{ .Values.x }} too",
        ),
        ("no braces, no figures", "no braces, no figures"),
    ],
)
def test_a_figure_in_prose_is_computed(text: str, shown: str) -> None:
    """Value, delta and change of the run, another run, or a pair; shares in percentage points."""
    assert told(text).replace("\N{NO-BREAK SPACE}", " ") == shown


ATTACKS = [
    "{{ ''.__class__.__mro__ }}",
    "{{ value.__globals__ }}",
    "{{ value('vus').__class__ }}",
    "{{ self }}",
    "{{ config }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ [].append(1) }}",
    "{{ ().__class__ }}",
    "{{ value(value('vus')) }}",
    "{{ value('vus'|upper) }}",
    "{{ value(*['vus']) }}",
    "{{ value(**{'metric': 'vus'}) }}",
    "{{ lipsum(n=100000) }}",
    "{{ range(999999999)|list }}",
    "{{ 'a' * 10**9 }}",
    "{{ 9**9**9 }}",
    "{{ 'a'.join(['b'] * 10**8) }}",
    "{{ namespace(a=1) }}",
    "{{ dict(a=1) }}",
    "{% for i in range(10**9) %}x{% endfor %}",
    "{% for i in cycle %}{{ i }}{% endfor %}",
    "{% set x = 'a' * 10**9 %}{{ x }}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}",
    "{% from 'os' import system %}",
    "{% extends 'x' %}",
    "{% block x %}{% endblock %}",
    "{% if true %}x{% endif %}",
    "{% filter upper %}x{% endfilter %}",
    "{{ value('vus', run=none) }}",
    "{{ value(1) }}",
    "{{ value() }}",
    "{{ value('vus', 'a/one') }}",
    "{{ value('vus', vs='a/one') }}",
    "{{ delta('vus', metric='vus') }}",
    "{{ evaluate('vus') }}",
    "{{ ",
    "{{ value('vus' }}",
    "{{ " + "(" * 5000,
    "{{ " + "-" * 9000 + "1 }}",
    "{{ " + "9" * 9000 + " }}",
    "{{ value('" + "x" * 9000 + "') }}",
    "{{ value('vus') }}" * 101,
    "{{ 'a' }}" * 3 + "{{ x }}",
    "{# " + "{{" * 4000,
]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack[:40])
def test_nothing_else_can_be_done_in_prose(attack: str) -> None:
    """Attributes, filters, loops, imports, products, unknown names: a located error, no figure."""
    text = TWO + f"conclusions:\n  - {quoted(attack)}\n"
    found = [
        problem
        for problem in audit.problems(book({"a/one": ONE, "a/two": text}))
        if problem.level is Level.ERROR
    ]
    assert [problem.code for problem in found] == ["prose-figure"]
    assert found[0].field == "conclusions[0]"
    assert found[0].place.line == 8
    assert found[0].hint
    assert len(found[0].message) < 400


def quoted(text: str) -> str:
    """The text as a YAML string on one line."""
    return "'" + text.replace("'", "''") + "'"


@given(st.text(alphabet="{}%#'\"()[]=,. valuedeltachng_*|\n", max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Any text is literal text and calls of the three functions, or an error with a hint."""
    refused = ""
    pieces: tuple[str | Call, ...] = ()
    try:
        pieces = prose.parts(text)
    except ProseError as error:
        refused = error.hint
    assert pieces or refused or not text
    for piece in pieces:
        assert isinstance(piece, str) or piece.function in prose.FUNCTIONS


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{{ value('requst_rate') }}", "there is no metric 'requst_rate'"),
        ("{{ value('latency_p95') }}", "a/two has no figure of latency_p95"),
        ("{{ delta('vus', vs='a/tow') }}", "there is no run 'a/tow'"),
    ],
)
def test_a_name_that_does_not_exist_is_an_error_at_its_place(text: str, words: str) -> None:
    """The error names what there is not and stands at the very word; the page shows `?`."""
    record = TWO + f"conclusions:\n  - >-\n    First line,\n    then {text}.\n"
    notebook = book({"a/one": ONE, "a/two": record})
    (found,) = [p for p in audit.problems(notebook) if p.level is Level.ERROR]
    assert words in found.message
    assert found.place.line == 10
    line = record.splitlines()[9]
    assert line[found.place.column - 1 :].startswith(re.findall(r"'([^']+)'", text)[-1][:3])
    assert "?" in telling.plain(telling.tell(notebook, "a/two", text))


def test_a_campaign_names_the_run_of_each_figure(notebook: Notebook) -> None:
    """A campaign has no figures of its own: without run= it is an error, with it a figure."""
    (piece,) = [
        part
        for part in prose.parts("{{ value('request_rate', run='session-8/post-code') }}")
        if isinstance(part, Call)
    ]
    assert telling.compute(notebook, "session-8", piece).text.startswith("508.4")
    with pytest.raises(ProseError, match="no figures of its own"):
        telling.compute(notebook, "session-8", Call("value", {"metric": "request_rate"}))


def test_figures_cannot_carry_anything_into_the_page() -> None:
    """A token that a record writes itself is dropped, notes are escaped, attributes stay whole."""
    forged = telling.token(telling.Figure("<script>alert(1)</script>", "computed", '"><b>'))
    record = TWO + f"conclusions:\n  - {quoted(forged + ' and <b>bold</b>')}\n"
    built = sites.build(book({"a/one": ONE, "a/two": record}))
    page = next(page for page in built.pages if page.path == "a/two.md")
    html = page.whole
    assert "<script>" not in html
    assert "<b>" not in html
    assert "\ue000" not in html
    inside = render.prose(f'[x](y "{telling.token(telling.Figure("1", "computed"))}")')
    assert 'title="1"' in inside


def test_no_token_is_left_on_any_page(notebook: Notebook) -> None:
    """Wherever prose is shown, its figures are shown as figures."""
    for page in sites.build(notebook).pages:
        assert "\ue000" not in page.whole, page.path
