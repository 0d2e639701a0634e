"""What people say of a run: changes, findings, options, recommendations, actions.

Prose is Markdown without raw HTML. Where a sentence holds a figure, the figure has a field of its
own, so that it can be computed with and held against the data.
"""

from __future__ import annotations

import textwrap
from typing import Literal

from pydantic import Field

from generator.fields import Change, Code, Key, Line, Money, Part, Prose, Reference, RunId

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
    implements: tuple[Reference, ...] = Field(
        (),
        description="Options, recommendations or actions that it carries out: "
        "session-8/pre-fix#key; session-8#key is an action of a campaign.",
    )
    verified_by: RunId | None = Field(
        None, description="Run that shows its effect, where it is not the run of the change."
    )
    measurable_by: Line | None = Field(None, description="Where its effect can be seen.")
    snippet: Snippet | None = Field(None, description="The idea in code.")
    inert: bool = Field(
        False, description="It can't alter a figure: a comment, documentation, a log line."
    )

    @property
    def name(self) -> str:
        """What was altered, in a few words: the setting, else how its description begins."""
        if self.setting:
            return self.setting
        words = " ".join(self.modification.replace("`", "").split())
        return f"{self.area}: {textwrap.shorten(words, 50, placeholder='…')}"


class KnownStep(Part):
    """A metric that got worse, or changed its level, in this run: that is known and stays so.

    It stays visible with the reason; later runs are held against this one and what came after.
    """

    metric: Line = Field(description="Name of the metric: latency_p95.")
    reason: Prose = Field(description="Why it is accepted.")


class Finding(Part):
    """An observation with its weight."""

    id: Key | None = Field(None, description="To refer to it by.")
    level: FindingLevel = Field(description="positive, info, warning or critical.")
    text: Prose = Field(description="What was seen.")


class Bottleneck(Part):
    """What limited the run."""

    where: Line = Field(description="The component, endpoint or limit.")
    evidence: Prose = Field(description="What shows it.")


class Recommendation(Part):
    """Something to alter, with the value now and the value to come where it is a setting."""

    id: Key | None = Field(None, description="To refer to it by.")
    because: tuple[Reference, ...] = Field((), description="Findings that it follows from.")
    text: Prose = Field(description="What to do.")
    setting: Line | None = Field(None, description="Dotted name in deployment, where it is one.")
    now: Line | None = Field(None, description="Value in this run.")
    then: Line | None = Field(None, description="Value recommended.")
    expects: Expectation | None = Field(None, description="What it is to bring, as a figure.")


class Cost(Part):
    """What an option costs."""

    amount: Money = Field(description="In `currency`.")
    currency: Line = Field("USD", description="ISO code.")
    per: Line = Field(description="What it is paid for: node and hour, month, ...")


class Option(Part):
    """An alternative to decide about."""

    id: Key | None = Field(None, description="To refer to it by.")
    because: tuple[Reference, ...] = Field((), description="Findings that it follows from.")
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

    id: Key | None = Field(None, description="To refer to it by, from the change that does it.")
    title: Line = Field(description="What to do.")
    state: Literal["open", "done", "dropped"] = Field(description="Where it stands.")
    detail: Prose | None = Field(None, description="More about it, or how it ended.")
    when: Line | None = Field(None, description="If needed, long term, day 9, ...")
    because: tuple[Reference, ...] = Field(
        (), description="Findings, options or recommendations that it follows from."
    )
    verified_by: RunId | None = Field(None, description="Run that shows that it is done.")


class Claim(Part):
    """A figure that somebody typed, with what it is about: it is held against the data."""

    says: Line = Field(description="The figure as typed: +83%, 363ms, doubled, 3→6, =.")
    metric: Line = Field(description="Name of the metric that it is about.")
    pod: Line | None = Field(
        None, description="A single pod's name, where the figure is that pod's (metric: cpu)."
    )
    run: RunId | None = Field(None, description="The run that it speaks of; else this record's.")
    versus: RunId | None = Field(
        None, description="The run it compares with, where the source says which."
    )
    where: Line | None = Field(None, description="The table, box or sentence that it stands in.")
