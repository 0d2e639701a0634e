"""Templates that a process has compiled: they serve its next build, unless their text changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader

from generator.compiled import Compiled


def test_a_template_is_compiled_once_for_its_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next environment takes the code as it is; an edited template is compiled anew."""
    compile_, compiled = Environment.compile, []

    def told(self: Environment, source: str, *rest: object, **more: object) -> object:
        compiled.append(source)
        return compile_(self, source, *rest, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(Environment, "compile", told)
    kept, template = Compiled(), tmp_path / "a.html"

    def shown() -> str:
        loader = FileSystemLoader(tmp_path)
        return Environment(loader=loader, bytecode_cache=kept).get_template("a.html").render(n=1)

    template.write_text("{{ n }} run", "utf-8")
    assert [shown(), shown()] == ["1 run", "1 run"]
    assert compiled == ["{{ n }} run"]
    template.write_text("{{ n }} pod", "utf-8")
    assert [shown(), shown()] == ["1 pod", "1 pod"]
    assert compiled == ["{{ n }} run", "{{ n }} pod"]
