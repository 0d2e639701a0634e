"""Records of an older form are upgraded in place: one line more, every other byte as it was."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from generator import migrations, records, versions, yamltree
from generator.cli import app
from tests.conftest import ROOT, copy_reported, write_book
from tests.test_records import REAL

FILE = "experiments/case/a.yaml"


def upgraded(content: bytes) -> bytes:
    """What a record is after the upgrade."""
    found = migrations.plan({FILE: content})
    assert found.problems == ()
    (file,) = found.files
    assert (file.name, file.before) == (FILE, content)
    return file.content


def loadbook(root: Path, *arguments: str, monkeypatch: pytest.MonkeyPatch) -> tuple[int, str, str]:
    """Exit code, standard output and standard error output of `loadbook migrate` in a notebook."""
    monkeypatch.chdir(root)
    done = CliRunner().invoke(app, ["migrate", *arguments])
    return done.exit_code, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("title: T\nstatus: planned\n", "schema: 1\ntitle: T\nstatus: planned\n"),
        ("# editor\n# more\ntitle: T  # end", "# editor\n# more\nschema: 1\ntitle: T  # end"),
        ("\n\n# a\n\ntitle: T\n", "\n\n# a\n\nschema: 1\ntitle: T\n"),
        ("---\n# a\ntitle: T\n...\n", "---\n# a\nschema: 1\ntitle: T\n...\n"),
        ("  title: T\n  status: planned\n", "  schema: 1\n  title: T\n  status: planned\n"),
        ("# a\r\ntitle: T\r\n", "# a\r\nschema: 1\r\ntitle: T\r\n"),
        (
            "# a\n{title: T, status: planned} # z\n",
            "# a\n{schema: 1, title: T, status: planned} # z\n",
        ),
        ('{ "title": "T" }', '{"schema": 1,  "title": "T" }'),
        ("{}\n", "{schema: 1, }\n"),
        ("'title': T\n", "schema: 1\n'title': T\n"),
        ("\ufefftitle: T\n", "\ufeffschema: 1\ntitle: T\n"),
    ],
)
def test_the_line_goes_before_the_first_field(before: str, after: str) -> None:
    """Below the comments that the file begins with, in the file's own indentation and line ends."""
    assert upgraded(before.encode()).decode() == after


COMMENT = st.text(st.characters(categories=("L", "N", "P", "Zs", "S"), exclude_characters="\u2028"))
LEADING = st.lists(st.one_of(st.just(""), COMMENT.map(lambda text: f"# {text}")), max_size=4)
BODY = st.lists(
    st.sampled_from(
        [
            "tags: [a,   b]   # two",
            "summary: |\n  text:  with \n\n  # no comment\n",
            "# between",
            "",
            "load:\n    vus:   100 # as we say\n    # deeper",
            'context: "# quoted: \\u00e9"',
            "unknown: {a: 1}",
        ]
    ),
    max_size=6,
    unique=True,
)


@given(
    leading=LEADING,
    body=BODY,
    line_end=st.sampled_from(["\n", "\r\n"]),
    mark=st.sampled_from([b"", b"\xef\xbb\xbf"]),
    closed=st.booleans(),
)
def test_every_other_byte_stays(
    leading: list[str], body: list[str], line_end: str, mark: bytes, closed: bool
) -> None:
    """Without the new line the file is what it was, comments included; twice changes nothing."""
    text = "\n".join([*leading, "title: T", *body]) + ("\n" if closed else "")
    before = mark + text.replace("\n", line_end).encode()
    after = upgraded(before)
    line = f"schema: 1{line_end}".encode()
    head, found, tail = after.partition(line + b"title: T")
    assert found
    assert head + b"title: T" + tail == before
    assert after.count(line) == 1
    again = migrations.plan({FILE: after})
    assert (again.files, again.problems, again.current) == ((), (), 1)
    old, new = (yamltree.read(FILE, content).value for content in (before, after))
    assert new == {"schema": 1, **old}


@given(content=st.binary(max_size=80))
def test_nothing_that_a_file_holds_is_too_much(content: bytes) -> None:
    """Whatever a file holds, it is upgraded to what holds the same, or there is a problem."""
    found = migrations.plan({FILE: content})
    assert bool(found.problems) != bool(found.files or found.current)
    for file in found.files:
        assert versions.without(yamltree.read(FILE, file.content).value) == versions.without(
            yamltree.read(FILE, content).value
        )


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("title: [", "yaml-syntax"),
        ("# nothing\n", "record-empty"),
        ("schema: 2\ntitle: T\n", "schema-newer"),
        ("schema: new\ntitle: T\n", "schema-version"),
        ("? title\n: T\n", "migrate-no-place"),
        ("&root\ntitle: T\n", "migrate-no-place"),
    ],
)
def test_what_can_not_be_upgraded_is_told(content: str, code: str) -> None:
    """A record that can't be read, is newer, or has no place for the line is a located problem."""
    found = migrations.plan({FILE: content.encode()})
    assert [problem.code for problem in found.problems] == [code]
    assert found.files == ()


def test_every_version_leads_to_the_next() -> None:
    """There is a step from each version below the current one, and from no other."""
    assert list(migrations.MIGRATIONS) == list(range(versions.CURRENT))


def test_the_form_is_no_field_of_a_run() -> None:
    """A record reads the same with and without the version of its form."""
    text = "title: T\nstatus: planned\n"
    with_form = records.read_run("case/a", f"schema: 1\n{text}".encode())
    assert with_form.problems == ()
    assert with_form.model == records.read_run("case/a", text.encode()).model


@pytest.mark.parametrize("path", REAL, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_records_of_this_repository_are_of_the_current_form(path: Path) -> None:
    """No record waits for an upgrade, and the line stands directly before the title."""
    found = migrations.plan({FILE: path.read_bytes()})
    assert (found.current, found.files, found.problems) == (1, (), ())
    assert b"\nschema: 1\ntitle:" in path.read_bytes()


def older(root: Path) -> Path:
    """A notebook of two records without a version and one with it."""
    sound = "title: T  # mine\nstatus: planned\n"
    files = {"case/a.yaml": sound, "case/b.yaml": sound, "case/c.yaml": f"schema: 1\n{sound}"}
    return write_book(root, files)


def test_the_command_upgrades_all_that_are_older(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both older records are written, the third is left; a second time there is nothing to do."""
    root = older(tmp_path)
    code, out, _ = loadbook(root, monkeypatch=monkeypatch)
    assert (code, out.splitlines()) == (
        0,
        [f"migrated: experiments/case/{name}.yaml, form 0 to 1" for name in "ab"],
    )
    text = "schema: 1\ntitle: T  # mine\nstatus: planned\n"
    assert all((root / f"experiments/case/{n}.yaml").read_text("utf-8") == text for n in "abc")
    code, out, err = loadbook(root, monkeypatch=monkeypatch)
    assert (code, out, err) == (0, "", "all 3 records are of form 1\n")


@pytest.mark.parametrize(("option", "code"), [("--check", 1), ("--dry-run", 0)])
def test_the_command_can_only_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: str, code: int
) -> None:
    """--check names what is older and fails, --dry-run prints the diff; neither writes."""
    root = older(tmp_path)
    before = {path: path.read_bytes() for path in root.rglob("*.yaml")}
    found, out, _ = loadbook(root, option, monkeypatch=monkeypatch)
    assert found == code
    assert "experiments/case/a.yaml" in out
    assert ("+schema: 1" in out) is (option == "--dry-run")
    assert {path: path.read_bytes() for path in root.rglob("*.yaml")} == before
    loadbook(root, monkeypatch=monkeypatch)
    assert loadbook(root, option, monkeypatch=monkeypatch)[0] == 0


def test_one_record_that_is_broken_keeps_all_from_being_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All or nothing: the broken record is told with its place, and no file is touched."""
    root = older(tmp_path)
    (root / "experiments/case/b.yaml").write_text("title: [\n", "utf-8")
    code, out, err = loadbook(root, monkeypatch=monkeypatch)
    assert (code, out) == (1, "")
    assert "experiments/case/b.yaml:2:1: error" in err
    assert "nothing was written" in err
    assert "schema" not in (root / "experiments/case/a.yaml").read_text("utf-8")


def test_only_what_is_named_is_upgraded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path limits it; one that holds no record, or isn't there, is wrong usage."""
    root = older(tmp_path)
    code, out, _ = loadbook(root, "experiments/case/b.yaml", monkeypatch=monkeypatch)
    assert (code, out) == (0, "migrated: experiments/case/b.yaml, form 0 to 1\n")
    assert loadbook(root, "nowhere", monkeypatch=monkeypatch)[0] == 2
    assert loadbook(root, "mkdocs.yml", monkeypatch=monkeypatch)[0] == 2


def test_real_records_stripped_of_their_form_get_it_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reported records without the line are, once upgraded, the committed ones again."""
    root = copy_reported(tmp_path)
    shutil.copy(ROOT / "mkdocs.yml", root)
    committed = {path: path.read_text("utf-8") for path in root.rglob("*.yaml")}
    for path, text in committed.items():
        path.write_text(text.replace("schema: 1\n", "", 1), "utf-8")
    assert loadbook(root, monkeypatch=monkeypatch)[0] == 0
    assert {path: path.read_text("utf-8") for path in root.rglob("*.yaml")} == committed
    assert json.loads((ROOT / "schema/run.schema.json").read_text("utf-8"))["properties"]["schema"]
