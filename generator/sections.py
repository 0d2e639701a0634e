"""The sections of a run's page, in the order in which a reader asks.

What was the question, what came out, can it be trusted, what was changed, the evidence, what next.
A section without data does not appear, nor does a group without sections. Adding one is a function
in `evidence`, `detail` or `story` and an entry in `GROUPS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from generator import (
    cluster,
    detail,
    evidence,
    k6figures,
    objectivetable,
    repeats,
    stepitems,
    story,
)
from generator.blocks import Block, Table
from generator.render import Part
from generator.view import RunView


@dataclass(frozen=True)
class Section:
    """A part of a page: anchor, heading, and the blocks in it.

    Without a heading it stands directly below that of its group. `folded` is what its blocks stand
    behind until somebody unfolds them; a table alone stands behind its caption. What says figures
    and hardly a word is not `searched`.
    """

    slug: str
    title: str
    build: Callable[[RunView], Iterator[Block]]
    folded: str = ""
    searched: bool = True


@dataclass(frozen=True)
class Group:
    """What a reader asks: anchor, heading, and the sections that answer it."""

    slug: str
    title: str
    sections: tuple[Section, ...]


GROUPS: tuple[Group, ...] = (
    Group("question", "Question", (Section("question", "", story.question),)),
    Group(
        "summary",
        "Result",
        (
            Section("summary", "", story.result),
            Section("objectives", "Objectives", objectivetable.section),
            Section("conclusions", "Conclusions", story.conclusions),
            Section("findings", "Findings", story.findings),
        ),
    ),
    Group(
        "trust",
        "Can it be trusted?",
        (
            Section("trust", "", story.trust, searched=False),
            Section("doubts", "What to doubt", story.doubts),
            Section("known-steps", "Acknowledged steps", stepitems.of_run),
            Section("claims", "Figures typed by hand", story.claims, "Each of them"),
            Section("predictions", "Predictions", story.predictions),
            Section("repeats", "Repeats", repeats.section, searched=False),
        ),
    ),
    Group(
        "why",
        "What changed",
        (
            Section("differences", "What differs from the baseline", story.differences),
            Section("changes", "Changes", story.changes),
            Section("verification", "Shown to be live", story.verification, "Commands and output"),
            Section("set-up", "Load and deployment", story.setup, "Every setting as recorded"),
        ),
    ),
    Group(
        "evidence",
        "Evidence",
        (
            Section("figures", "Figures", evidence.all_figures, searched=False),
            Section("efficiency", "Efficiency", evidence.efficiency, searched=False),
            Section("over-time", "Over time", detail.over_time, searched=False),
            Section("distribution", "Distribution of latency", detail.distribution, searched=False),
            Section("placement", "Pods on nodes", cluster.placement, searched=False),
            Section("nodes", "Nodes against the limit", cluster.nodes, searched=False),
            Section("cpu", "CPU and memory per pod", cluster.use, searched=False),
            Section("moments", "Cluster over the run", detail.moments, searched=False),
            Section("cache", "Cache", evidence.cache, searched=False),
            Section("endpoints", "Endpoints", evidence.endpoints),
            Section("k6", "More from k6", k6figures.k6, "Everything else that k6 measured", False),
        ),
    ),
    Group(
        "next",
        "What next",
        (
            Section("bottlenecks", "Bottlenecks", story.bottlenecks),
            Section("tradeoffs", "Trade-offs", story.tradeoffs),
            Section("recommendations", "Recommendations", story.recommendations),
            Section("options", "Options", story.options),
            Section("actions", "Next actions", story.actions),
        ),
    ),
    Group("sources", "Sources", (Section("sources", "", detail.sources),)),
)


def parts(view: RunView) -> Iterator[Part]:
    """The parts of a run's page: for each group its heading, then its sections."""
    for group in GROUPS:
        built = [(section, list(section.build(view))) for section in group.sections]
        found = [(section, blocks) for section, blocks in built if blocks]
        if not found:
            continue
        lead = [(section, blocks) for section, blocks in found if not section.title]
        searched = bool(lead) and all(section.searched for section, _ in lead)
        blocks = [block for _, blocks in lead for block in blocks]
        yield Part(group.slug, group.title, blocks, searched=searched)
        for section, blocks in found:
            if section.title:
                folded = _behind(section, blocks)
                yield Part(section.slug, section.title, blocks, 3, folded, section.searched)


def _behind(section: Section, blocks: Sequence[Block]) -> str:
    """What a folded section stands behind: of a table alone its caption; nothing of an open one."""
    if section.folded and len(blocks) == 1 and isinstance(blocks[0], Table):
        return blocks[0].caption
    return section.folded
