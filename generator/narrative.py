"""What people say of a run: changes, findings, options, recommendations, actions.

Prose is Markdown without raw HTML. Where a sentence holds a figure, the figure has a field of its
own, so that it can be computed with and held against the data.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from generator.fields import Change, Code, Line, Money, Part, Prose

FindingLevel = Literal["positive", "info", "warning", "critical"]


class Snippet(Part):
    """A piece of code or configuration that shows a change."""

    language: Line = Field(description="For highlighting: typescript, yaml, ...")
    code: Code = Field(description="As few lines as show the idea.")


class Expectation(Part):
    """What a change, a recommendation or an option is expected to do, as a figure."""

    of: Line = Field(description="A metric's name (latency_p95), or words where none fits.")
    change: Change = Field(description="Relative change: -50%, 2x, 2x→3x.")


class ChangeMade(Part):
    """One thing altered since the baseline."""

    area: Line = Field(description="Which part: infrastructure, cache, database, ...")
    modification: Prose = Field(description="What was altered.")
    file: Line | None = Field(None, description="File that holds it.")
    setting: Line | None = Field(None, description="Dotted name in deployment, where it is one.")
    rationale: Prose | None = Field(None, description="Why.")
    impact: Prose | None = Field(None, description="What it is expected to bring, in words.")
    expects: Expectation | None = Field(None, description="The same as a figure, where it has one.")
    measurable_by: Line | None = Field(None, description="Where its effect can be seen.")
    snippet: Snippet | None = Field(None, description="The idea in code.")


class Finding(Part):
    """An observation with its weight."""

    level: FindingLevel = Field(description="positive, info, warning or critical.")
    text: Prose = Field(description="What was seen.")


class Bottleneck(Part):
    """What limited the run."""

    where: Line = Field(description="The component, endpoint or limit.")
    evidence: Prose = Field(description="What shows it.")


class Recommendation(Part):
    """Something to alter, with the value now and the value to come where it is a setting."""

    text: Prose = Field(description="What to do.")
    setting: Line | None = Field(None, description="Dotted name in deployment, where it is one.")
    now: Line | None = Field(None, description="Value in this run.")
    then: Line | None = Field(None, description="Value recommended.")


class Cost(Part):
    """What an option costs."""

    amount: Money = Field(description="In `currency`.")
    currency: Line = Field("USD", description="ISO code.")
    per: Line = Field(description="What it is paid for: node and hour, month, ...")


class Option(Part):
    """An alternative to decide about."""

    title: Line = Field(description="The option in a few words.")
    pros: tuple[Line, ...] = Field((), description="What speaks for it.")
    cons: tuple[Line, ...] = Field((), description="What speaks against it.")
    impact: Line | None = Field(None, description="What it would do, in words.")
    expects: Expectation | None = Field(None, description="The same as a figure, where it has one.")
    cost: Cost | None = Field(None, description="What it costs.")


class TradeOffs(Part):
    """What was won and what was paid for it."""

    advantages: tuple[Prose, ...] = Field((), description="What got better.")
    disadvantages: tuple[Prose, ...] = Field((), description="What got worse.")
    interpretation: Prose | None = Field(None, description="How the team reads it.")


class Verification(Part):
    """A command that shows that a change is live, with what it printed."""

    title: Line = Field(description="What it shows.")
    command: Code = Field(description="As typed.")
    output: Code = Field(description="As printed.")
    language: Line = Field("text", description="Of the output, for highlighting.")


class Action(Part):
    """Something to do, with its state."""

    title: Line = Field(description="What to do.")
    state: Literal["open", "done", "dropped"] = Field(description="Where it stands.")
    detail: Prose | None = Field(None, description="More about it, or how it ended.")
    when: Line | None = Field(None, description="If needed, long term, day 9, ...")
