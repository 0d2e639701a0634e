"""The manual in the site: nothing that there is is missing, and nothing that it tells is gone."""

from __future__ import annotations

import html
import io
import re
import shlex
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from ruamel.yaml import YAML
from typer.main import get_command

from generator import audit, cli, commandlist, manual, pages, recordfields, site, yamltree
from generator.links import Links
from generator.metrics import METRICS
from generator.resources import TEMPLATES
from generator.schema import SCHEMAS, schema_of
from generator.site import Site
from tests.conftest import ROOT, Golden, book
from tests.test_reference import text_of
from tests.test_start import START

COMMANDS: dict[str, Any] = getattr(get_command(cli.app), "commands")  # noqa: B009 (of typer's click)

DOCS = TEMPLATES / manual.FOLDER
EXAMPLES: dict[str, str] = yamltree.read("examples", commandlist.EXAMPLES.read_bytes()).value
REFERENCE = [page.path for page in pages.PAGES if page.siblings]


def page_of(site: Site, path: str) -> str:
    """A page as it is published, its tables put in."""
    (page,) = [page for page in site.pages if page.path == path]
    return page.whole


def listed_commands() -> dict[str, Any]:
    """Every command as the command line itself tells of it."""
    functions = (one.callback for one in cli.app.registered_commands)
    return {
        name: {
            "help": command.help.strip(),
            "usage": " ".join(_usage(name, command)),
            "parameters": [_parameter(one, get_type_hints(function)) for one in command.params],
        }
        for (name, command), function in zip(COMMANDS.items(), functions, strict=True)
        if function
    }


def _usage(name: str, command: Any) -> Iterator[str]:
    yield f"loadbook {name}"
    for one in command.params:
        if one.param_type_name == "argument":
            shown = f"{one.name.upper()}{'…' if one.nargs == -1 else ''}"
            yield shown if one.required else f"[{shown}]"


def _parameter(one: Any, types: dict[str, Any]) -> dict[str, Any]:
    of = types[one.name]
    default = str(one.default.value if isinstance(one.default, Enum) else one.default or "")
    found = {"name": typed_name(one), "help": one.help}
    if isinstance(of, type) and issubclass(of, Enum):
        found["value"] = ", ".join(choice.value for choice in of)
    elif of is bool:
        default = default or "off"
    elif one.param_type_name == "option":
        found["value"] = one.metavar or {Path | None: "FOLDER", int | None: "NUMBER"}.get(
            of, "TEXT"
        )
    return (
        found
        | ({"default": default} if default else {})
        | ({"required": True} if one.required else {})
    )


def typed_name(one: Any) -> str:
    """How an argument or option is called where it is typed."""
    return one.name.upper() if one.param_type_name == "argument" else ", ".join(one.opts)


def test_the_list_of_commands_is_up_to_date(golden: Golden) -> None:
    """What the page Commands is made from is what the command line takes now."""
    stream = io.StringIO()
    yaml = YAML()
    yaml.width = 1000
    yaml.dump(listed_commands(), stream)
    head = "# Made from the command line by `pytest --golden tests/test_manual.py`.\n"
    golden.check(commandlist.FILE, head + stream.getvalue())


def test_every_command_and_option_is_on_the_page(site: Site) -> None:
    """Each command has a heading, each argument and option a row that can be linked to."""
    page = page_of(site, "commands.md")
    headed = re.findall(r"^## loadbook ([\w-]+) \{#\1\}$", page, flags=re.MULTILINE)
    assert headed == list(COMMANDS)
    for name, command in COMMANDS.items():
        part = page.partition(f"{{#{name}}}")[2].partition("\n## ")[0]
        wanted = [typed_name(one) for one in command.params]
        assert re.findall(r'<th scope="row" id="[\w-]+">(.*?)(?=<|\n)', part) == wanted
        assert html.escape(command.help, quote=False) in part.replace("&quot;", '"')


def typed(text: str) -> list[str]:
    """The commands of `loadbook` in a text, as typed, without what a shell does with them."""
    lines = re.findall(r"^\s*\$ (.+)$", text, flags=re.MULTILINE)
    parts = [part for line in lines for part in line.split(" && ")]
    return [part.partition(" #")[0] for part in parts if part.startswith("loadbook ")]


@pytest.mark.parametrize(
    "line",
    sorted(
        {line for path in DOCS.glob("*.md") for line in typed(path.read_text("utf-8"))}
        | set(EXAMPLES.values())
    ),
)
def test_a_command_that_the_manual_types_is_taken(line: str) -> None:
    """The command line knows each command and option of an example, and misses none."""
    _, name, *arguments = shlex.split(line)
    with COMMANDS[name].make_context(name, arguments) as context:
        assert context.params


def test_each_example_is_of_its_command() -> None:
    """Every command has an example, that of the command, and no other has one."""
    assert sorted(EXAMPLES) == sorted(COMMANDS)
    for name, example in EXAMPLES.items():
        assert example.split()[:2] == ["loadbook", name]


def schema_fields(kind: str) -> set[tuple[str, ...]]:
    """Every field that the schema of a record allows, by its path; a type once on each path."""
    schema = schema_of(SCHEMAS[kind])
    found: set[tuple[str, ...]] = set()

    def walk(part: dict[str, Any], path: tuple[str, ...]) -> None:
        for name, inside in part.get("properties", {}).items():
            found.add((*path, name))
            walk(inside, (*path, name))
        if "$ref" in part:
            walk(schema["$defs"][part["$ref"].rpartition("/")[2]], path)
        for inside in part.get("anyOf", ()):
            walk(inside, path)
        for key in ("items", "additionalProperties"):
            if isinstance(part.get(key), dict):
                walk(part[key], path)

    walk(schema, (kind,))
    return found


def documented_fields(kind: str) -> set[tuple[str, ...]]:
    """The same as the page tells it: what refers to another field has the parts of that."""
    by_anchor = {one.anchor: one for found in recordfields.listed().values() for one in found}
    by_path = {one.path: one for one in by_anchor.values()}
    found: set[tuple[str, ...]] = set()

    def add(field: recordfields.RecordField, path: tuple[str, ...]) -> None:
        found.update((*path[:-1], name) for name in (path[-1], *field.also))
        original = by_anchor[field.like].path if field.like else field.path
        for one in by_path.values():
            if one.path[:-1] == original:
                add(one, (*path, one.path[-1]))

    for one in recordfields.listed()[kind]:
        if len(one.path) == 2:
            add(one, one.path)
    return found


@pytest.mark.parametrize("kind", list(SCHEMAS))
def test_the_fields_of_the_manual_are_those_of_the_schema(kind: str) -> None:
    """Nothing that an editor completes is missing, and nothing is told that it refuses."""
    assert documented_fields(kind) == schema_fields(kind)


@pytest.mark.parametrize("kind", list(SCHEMAS))
def test_every_field_is_on_the_page(kind: str, site: Site) -> None:
    """Each can be linked to, says what it means, and shows how it is written."""
    page = page_of(site, "record.md")
    anchors = re.findall(rf'(?:id="|\{{#)({kind}(?:-[\w-]+)?)["}}]', page)
    assert sorted(anchors) == sorted([kind, *(one.anchor for one in recordfields.listed()[kind])])
    text = text_of(page)
    for one in recordfields.listed()[kind]:
        assert one.text.replace("`", "") in text, one.label
        assert one.holds or one.like or one.example, f"{one.label} has no example"


@pytest.mark.parametrize("kind", list(SCHEMAS))
def test_the_examples_of_fields_are_a_sound_record(kind: str) -> None:
    """Who copies an example into a record has no problem with it."""
    document = yamltree.read(kind, (recordfields.EXAMPLES / f"{kind}.yaml").read_bytes())
    assert document.problems == []
    SCHEMAS[kind].model_validate({k: v for k, v in document.value.items() if k != "schema"})


def test_every_metric_and_every_check_is_explained(site: Site) -> None:
    """The glossary has exactly the metrics of the registry, the page Checks exactly the codes."""
    glossary = re.findall(r'<th scope="row" id="([\w-]+)">', page_of(site, "glossary.md"))
    assert sorted(glossary) == sorted(METRICS)
    checks = re.findall(r'<li id="([\w-]+)" class="lb-item', page_of(site, "checks.md"))
    assert sorted(checks) == sorted(audit.RULES)


def code(text: str, language: str) -> list[str]:
    """The blocks of a language in a text, without the indent of a list."""
    found = re.findall(rf"^( *)```{language}\n(.*?)```", text, flags=re.MULTILINE | re.DOTALL)
    return [re.sub(f"^{indent}", "", block, flags=re.MULTILINE) for indent, block in found]


def test_start_types_what_the_readme_types() -> None:
    """The five minutes of the site are those of the README, which another test runs."""
    start = (DOCS / "start.md").read_text("utf-8")

    def lines(text: str) -> set[str]:
        return set(re.findall(r"^\s*\$ (.+)$", text, flags=re.MULTILINE))

    # What is installed differs: here a notebook of one's own, there the checkout.
    assert lines(START) - lines(start) == {"source .venv/bin/activate"}
    assert lines(start) - lines(START) == set()
    assert code(start, "yaml") == code(START, "yaml")
    assert "`source .venv/bin/activate`" in start


def test_links_lead_to_pages_as_the_site_addresses_them() -> None:
    """A link of a text follows the form of the site's addresses, and keeps its anchor."""
    text = (
        "See [a](checks.md#think-time), [b](https://a.example/x.md).\n\n## T {#t}\n\n[c](start.md)"
    )
    lead, part = manual.parts(text, "record.md", Links(directory_urls=True))
    assert "[a](../checks/#think-time)" in str(lead.blocks)
    assert "(https://a.example/x.md)" in str(lead.blocks)
    assert (part.slug, part.title) == ("t", "T")
    assert "[c](../start/)" in str(part.blocks)


def test_links_and_anchors_of_the_reference_are_good(site: Site) -> None:
    """What a page of the section links to is there: page and anchor."""
    known = {Links().address(page.path): page.whole for page in site.pages}
    for path in REFERENCE:
        own = Links().address(path)
        for link in re.findall(r'href="([^":]+)"', known[own]):
            target, _, anchor = html.unescape(link).partition("#")
            there = known.get(target or own)
            assert there or target in site.files, f"{path}: {link}"
            if there and anchor:
                assert f'id="{anchor}"' in there or f"{{#{anchor}}}" in there, f"{path}: {link}"


def test_the_section_reference_holds_the_pages_that_explain() -> None:
    """Exactly those stand in it, in the order of the registry, and each shows the others."""
    config = yamltree.read("mkdocs.yml", (ROOT / "mkdocs.yml").read_bytes()).value
    (section,) = [one["Reference"] for one in config["nav"] if "Reference" in one]
    assert [path for entry in section for path in entry.values()] == REFERENCE
    built = {page.path: page.markdown for page in site.build(book({})).pages}
    for path, text in built.items():
        hidden = re.search(r"^hide: (.*)$", text, flags=re.MULTILINE)
        assert hidden, path
        assert ("navigation" in hidden[1]) == (path not in REFERENCE), path


def test_a_notebook_may_tell_it_otherwise(tmp_path: Path) -> None:
    """A text in the notebook's own templates takes the place of ours, without any raw HTML."""
    own = tmp_path / "docs" / "start.md"
    own.parent.mkdir()
    own.write_text("Ask the *platform team*. <script>alert(1)</script>\n", "utf-8")
    built = site.build(book({}), templates=[tmp_path, TEMPLATES])
    text = page_of(built, "start.md")
    assert "Ask the <em>platform team</em>." in text
    assert "<script>" not in text
    assert "loadbook init" in page_of(built, "commands.md")
