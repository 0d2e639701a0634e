"""What became of findings, proposals, actions and changes: states, ages, chains, the page."""

from __future__ import annotations

import json
import re
from datetime import date
from textwrap import dedent

import pytest

from generator import decisionpages, decisions, notebook, site, telling
from generator.decisions import Decisions
from generator.entries import Entry, State
from generator.notebook import Notebook
from generator.records import Sources
from generator.render import Page
from generator.settings import Settings
from tests.conftest import book as book_of


def record(text: str) -> str:
    """A record from an indented text."""
    return dedent(text).strip() + "\n"


BEFORE = record(
    """
    title: Before
    date: 2026-01-02
    status: completed
    load: {scenario: stress, vus: 50, duration: 1000s}
    k6: {http_reqs: {count: 100000}}
    findings:
      - {id: slow, level: critical, text: The **database** is slow.}
      - {id: fine, level: positive, text: No request failed.}
      - {level: warning, text: One pod was restarted.}
    recommendations:
      - id: cache
        because: ["#slow"]
        text: Keep answers.
        expects: {of: request_rate, change: 2x}
    options:
      - {id: nodes, because: ["#slow"], title: More nodes}
    actions:
      - {id: try, because: ["#cache"], title: Try a cache, state: done}
      - {title: Ask the vendor, state: open, when: next week}
      - {title: Rewrite it in C, state: dropped}
    """
)

AFTER = """
title: After
date: 2026-03-02
status: {status}
load: {{scenario: stress, vus: {vus}, duration: 1000s}}
k6: {{http_reqs: {{count: {count}}}}}
changes:
  - area: cache
    modification: Answers are kept for a minute.
    implements: ["#cache", "#try"]
"""


def pair(count: int, *, vus: int = 50, status: str = "completed", more: str = "") -> Notebook:
    """A run that proposes a cache, and one that has it and made so many requests."""
    text = AFTER.format(count=count, vus=vus, status=status)
    text = text.replace('"#', '"c/before#')
    return book_of({"c/before": BEFORE, "c/after": text.lstrip() + more})


def states(book: Notebook) -> dict[str, State]:
    """The state of each entry by its key."""
    return {key: entry.state for key, entry in decisions.of(book).entries.items()}


def entry_of(book: Notebook, key: str) -> Entry:
    """The entry of that key."""
    return decisions.of(book).entries[key]


# --- states ---------------------------------------------------------------------------------------


def test_a_prediction_that_held_verifies_all_that_led_to_it() -> None:
    """Twice the requests were expected and came: change, recommendation and action are verified."""
    book = pair(201_000)
    found = states(book)
    for key in ("c/after#changes-0", "c/before#recommendations-0", "c/before#actions-0"):
        assert found[key] is State.VERIFIED, key
    assert found["c/before#findings-0"] is State.DONE
    effect = entry_of(book, "c/before#recommendations-0").effect
    assert effect.startswith("held: Requests per second 2x expected, +101")


def test_the_opposite_refutes_and_a_shortfall_does_neither() -> None:
    """Fewer requests refute the cache; some more, but not twice as many, only miss."""
    assert states(pair(80_000))["c/after#changes-0"] is State.REFUTED
    assert states(pair(80_000))["c/before#actions-0"] is State.REFUTED
    missed = entry_of(pair(150_000), "c/after#changes-0")
    assert missed.state is State.DONE
    assert missed.effect.startswith("missed: Requests per second 2x expected, +50")


@pytest.mark.parametrize("count", [201_000, 80_000])
def test_what_can_not_be_put_down_to_a_change_verifies_nothing(count: int) -> None:
    """With another load, or a second change, nobody knows what brought the difference."""
    other_load = entry_of(pair(count, vus=100), "c/after#changes-0")
    assert other_load.state is State.DONE
    assert "not put down to it: not like for like: VUs 50 → 100" in other_load.effect
    second = '  - {area: code, modification: "Less is logged."}\n'
    confounded = entry_of(pair(count, more=second), "c/after#changes-0")
    assert confounded.state is State.DONE
    assert "2 things were altered together" in confounded.effect


def test_what_can_not_be_measured_says_why() -> None:
    """No prediction, no baseline, an aborted run, a comment: each has its own reason."""
    alone = record("title: T\nstatus: completed\nchanges: [{area: a, modification: b}]")
    assert entry_of(book_of({"c/x": alone}), "c/x#changes-0").effect == (
        "not measurable: c/x has no baseline"
    )
    aborted = book_of({"c/x": alone.replace("completed", "aborted")})
    assert entry_of(aborted, "c/x#changes-0").effect == "not measurable: c/x is aborted"
    inert = alone.replace("modification: b", "modification: b, inert: true")
    assert entry_of(book_of({"c/x": inert}), "c/x#changes-0").effect == "it can't alter a figure"
    text = AFTER.format(count=5, vus=50, status="completed").lstrip()
    plain = re.sub(r"    implements: .*\n", "", text)
    one = book_of({"c/before": BEFORE, "c/after": plain})
    assert entry_of(one, "c/after#changes-0").effect == (
        "no figure was predicted; the deltas of c/after are put down to it"
    )
    two = book_of({"c/before": BEFORE, "c/after": f"{plain}  - {{area: a, modification: b}}\n"})
    assert entry_of(two, "c/after#changes-0").effect == (
        "not measurable: no figure was predicted, and 2 things were altered together"
    )


def test_a_planned_change_leaves_everything_open() -> None:
    """What is only planned carries nothing out; an action is done where its record says so."""
    planned = pair(201_000, status="planned")
    assert states(planned)["c/after#changes-0"] is State.OPEN
    assert entry_of(planned, "c/before#actions-0").why == "the record says so"
    assert entry_of(planned, "c/before#recommendations-0").why == "an action of c/before did it"
    text = AFTER.format(count=5, vus=50, status="planned").lstrip()
    before = BEFORE.replace("Try a cache, state: done", "Try a cache, state: open")
    book = book_of({"c/before": before, "c/after": text.replace('"#', '"c/before#')})
    for key in ("actions-0", "recommendations-0", "findings-0"):
        assert states(book)[f"c/before#{key}"] is State.OPEN, key
    why = "a change follows from it and is open: cache: Answers are kept for a minute."
    assert entry_of(book, "c/before#actions-0").why == why


def test_findings_without_a_follow_up() -> None:
    """A warning that nothing follows from is open, good news is noted and needs nothing."""
    book = pair(201_000)
    found = states(book)
    assert found["c/before#findings-1"] is State.NOTED
    assert found["c/before#findings-2"] is State.OPEN
    assert entry_of(book, "c/before#findings-2").why == "nothing on record follows from it"
    assert found["c/before#options-0"] is State.OPEN
    assert found["c/before#actions-2"] is State.DROPPED


def test_an_open_action_that_a_change_carries_out_says_so() -> None:
    """The record's word is shown, and what contradicts it beside it."""
    text = BEFORE.replace("Try a cache, state: done", "Try a cache, state: open")
    after = AFTER.format(count=201_000, vus=50, status="completed").lstrip()
    book = book_of({"c/before": text, "c/after": after.replace('"#', '"c/before#')})
    entry = entry_of(book, "c/before#actions-0")
    assert entry.state is State.OPEN
    assert entry.why == "the record says open, c/after carries it out"


def test_records_that_refer_in_a_circle_have_states() -> None:
    """Two recommendations that follow from each other are open, and nothing runs on forever."""
    text = record(
        """
        title: T
        status: completed
        recommendations:
          - {id: a, because: ["#b"], text: A}
          - {id: b, because: ["#a"], text: B}
        """
    )
    assert set(states(book_of({"c/x": text})).values()) == {State.OPEN}


def test_a_change_of_a_repeat_is_told_once() -> None:
    """A repeat has the changes of the run that it repeats; one of its own is its own."""
    text = record("title: T\nstatus: completed\nchanges: [{area: a, modification: b}]")
    again = text + "repeats: c/x\n"
    other = again.replace("modification: b", "modification: c")
    found = decisions.of(book_of({"c/x": text, "c/y": again, "c/z": other})).entries
    assert list(found) == ["c/x#changes-0", "c/z#changes-0"]


# --- campaigns, ages, order -----------------------------------------------------------------------

CAMPAIGN = b"""title: Case
date: 2026-01-20
actions:
  - {id: log, title: Log less, state: open}
  - {title: Measure again, state: done, verified_by: c/after}
"""


def with_campaign() -> Notebook:
    """The two runs with a campaign's record."""
    runs = {name: one.document for name, one in pair(201_000).run_records.items()}
    assert runs
    text = AFTER.format(count=201_000, vus=50, status="completed").lstrip()
    files = {"c/before": BEFORE, "c/after": text.replace('"#', '"c/before#')}
    encoded = {name: content.encode() for name, content in files.items()}
    return notebook.build(Sources(encoded, {"c": CAMPAIGN}), Settings())


def test_ages_are_counted_to_the_newest_run() -> None:
    """Not to today: the newest run that is not only planned says how far the notebook is."""
    book = with_campaign()
    found = decisions.of(book)
    assert found.as_of == date(2026, 3, 2)
    assert entry_of(book, "c/before#actions-1").age == 59
    assert entry_of(book, "c#actions-0").age == 41
    planned = pair(5, status="planned")
    assert decisions.of(planned).as_of == date(2026, 1, 2)
    undated = book_of({"c/x": "title: T\nstatus: completed\nactions: [{title: A, state: open}]\n"})
    assert decisions.of(undated).as_of is None
    assert entry_of(undated, "c/x#actions-0").age is None


def test_open_actions_are_the_oldest_first() -> None:
    """Those of runs and of campaigns, by the date of their record."""
    assert [entry.text for entry in decisions.open_actions(with_campaign())] == [
        "Ask the vendor",
        "Log less",
    ]


def test_the_real_records(notebook: Notebook) -> None:
    """Three actions are open; what the report carried out is done, nothing of it is verified."""
    found = decisions.of(notebook)
    assert [entry.text for entry in decisions.open_actions(notebook)] == [
        "Raise max_size of the node group to 12, or take a larger instance type",
        "Introduce the Vertical Pod Autoscaler (VPA)",
        "Harden security",
    ]
    made = {entry.state for entry in found.entries.values() if entry.section == "changes"}
    assert made == {State.DONE}
    code = found.entries["session-8/post-fix#options-2"]
    assert code.effect.startswith("missed: Requests per second 2x→3x expected, +83.4")
    assert "not like for like: VUs 100 → 200" in code.effect
    again = found.entries["session-8#actions-0"]
    assert (again.state, again.shown_by) == (State.DONE, "session-8/post-code")
    larger = found.entries["session-8#actions-2"]
    assert larger.because == ("session-8/post-fix#options-0", "session-8/post-fix#options-1")


# --- page and data --------------------------------------------------------------------------------


def page_of(book: Notebook) -> Page:
    """The page of decisions."""
    return next(page for page in site.build(book).pages if page.path == "decisions.md")


def table(page: Page, id_: str) -> str:
    """The HTML of one table of a page."""
    return next(late for late in page.late if f'id="{id_}"' in late)


def test_the_page_shows_what_is_open_first() -> None:
    """A line for one minute, then what is open, what followed from what, what is over."""
    page = page_of(with_campaign())
    assert "2 actions are open, the oldest for 59 days." in " ".join(page.words)
    assert "Of 1 changes 1 verified and 0 refuted by what was measured" in " ".join(page.words)
    assert "as of 2026-03-02, the newest run" in " ".join(page.words)
    slugs = re.findall(r"^## .*\{#(\S+)\}", page.markdown, re.MULTILINE)
    assert slugs == ["open-actions", "open-proposals", "open-findings", "followed", "closed"]
    opened = table(page, "open-actions-table")
    assert opened.index("Ask the vendor") < opened.index("Log less")
    assert 'href="c/before.html#actions"' in opened
    assert 'href="c/index.html#actions"' in opened
    assert "when: next week" in opened


def test_the_page_tells_what_followed_from_what() -> None:
    """From the finding by the recommendation and the action to the change and what it brought."""
    followed = table(page_of(with_campaign()), "followed-table")
    rows = re.findall(r"<tr>(?:(?!</tr>).)*</tr>", followed, re.DOTALL)[1:]
    by_action = next(row for row in rows if "Try a cache" in row)
    steps = ("The database is slow.", "Keep answers.", "Try a cache", "cache: Answers are kept")
    places = [by_action.index(step) for step in steps]
    assert places == sorted(places)
    assert "verified" in by_action
    assert "+101" in by_action
    shown = next(row for row in rows if "Measure again" in row)
    assert 'href="c/after.html"' in shown


def test_a_record_can_put_nothing_active_into_the_page() -> None:
    """Texts of records are text on this page too."""
    evil = "<script>alert(1)</script> [x](javascript:alert(1))"
    text = f"title: T\nstatus: completed\nactions: [{{title: '{evil}', state: open}}]\n"
    page = page_of(book_of({"c/x": text}))
    assert "<script>" not in page.markdown + "".join(page.late)
    assert "&lt;script&gt;" in table(page, "open-actions-table")
    assert 'href="javascript' not in "".join(page.late)


def test_figures_in_prose_are_told_as_figures() -> None:
    """A computed figure stands in page and data as its text, not as what it is written as."""
    text = record(
        """
        title: T
        status: completed
        k6: {http_reqs: {rate: 250/s}}
        findings: [{level: warning, text: "Only {{ value('request_rate') }} were reached."}]
        """
    )
    built = site.build(book_of({"c/x": text}))
    (entry,) = json.loads(built.files["data/decisions.json"])["entries"]
    assert entry["text"].replace("\N{NO-BREAK SPACE}", " ") == "Only 250 /s were reached."
    page = next(page for page in built.pages if page.path == "decisions.md")
    assert "value(" not in table(page, "open-findings-table")
    assert not telling.TOKEN.search(page.markdown + "".join(page.late))


def test_the_page_of_hundreds_of_runs_is_capped() -> None:
    """All that is open stands there; of what is over and what followed the newest, and a count."""
    runs = {
        f"c/r-{number:03d}": record(
            f"""
            title: R {number}
            date: 2026-01-01
            status: completed
            options: [{{id: o, title: Option {number}}}]
            actions: [{{title: To do {number}, state: open}}, {{title: Past {number}, state: done}}]
            changes: [{{area: a, modification: Made {number}., implements: ["#o"]}}]
            """
        )
        for number in range(200)
    }
    page = page_of(book_of(runs))
    assert table(page, "open-actions-table").count("<tr>") == 201
    assert table(page, "closed-table").count("<tr>") == 1 + decisionpages.MOST_CLOSED
    assert table(page, "followed-table").count("<tr>") == 1 + decisionpages.MOST_CHAINS
    assert "500 older ones are in the data file." in " ".join(page.words)
    assert "340 older ones are in the data file." in " ".join(page.words)


def test_data_file_holds_the_same(notebook: Notebook) -> None:
    """`data/decisions.json` has every entry with state, age and links, and the date of the ages."""
    content = json.loads(site.build(notebook).files["data/decisions.json"])
    assert content["version"] == 1
    assert content["as_of"] == "2026-01-02"
    by_key = {entry["key"]: entry for entry in content["entries"]}
    assert list(by_key) == list(decisions.of(notebook).entries)
    fix = by_key["session-8/post-fix#changes-0"]
    assert fix["kind"] == "change"
    assert fix["because"] == ["session-8/pre-fix#recommendations-0"]
    assert by_key["session-8/pre-fix#recommendations-0"]["followed_by"] == [fix["key"]]
    assert by_key["session-8#actions-2"]["state"] == "open"


def test_home_leads_to_the_decisions(notebook: Notebook) -> None:
    """Home says how many actions are open and links to all decisions."""
    home = next(page for page in site.build(notebook).pages if page.path == "index.md")
    link = re.search(r'href="decisions.html">([^<]*)<', home.whole)
    assert link
    assert link[1] == "3 open actions: all decisions"


def test_nothing_written_is_said() -> None:
    """A notebook without a finding or action has a page that says so, and no link from home."""
    built = site.build(book_of({"c/x": "title: T\nstatus: completed\n"}))
    page = next(page for page in built.pages if page.path == "decisions.md")
    assert "No finding, option, recommendation, action or change yet." in " ".join(page.words)
    assert json.loads(built.files["data/decisions.json"])["entries"] == []


def test_the_same_decisions_are_found_out_once(notebook: Notebook) -> None:
    """Asked again for the same notebook the answer is the same object; told prose is another."""
    found: Decisions = decisions.of(notebook)
    assert decisions.of(notebook) is found
    assert decisions.of(telling.told(notebook)) is not found
