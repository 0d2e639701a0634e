"""The sections of a run's page, in the order in which a reader asks.

A section without data does not appear. Adding one is a function in `evidence`, `detail` or `story`
and an entry in `SECTIONS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from generator import detail, evidence, k6figures, repeats, story
from generator.blocks import (
    Block,
)
from generator.view import RunView


@dataclass(frozen=True)
class Section:
    """A part of a page: anchor, heading, and the blocks in it."""

    slug: str
    title: str
    build: Callable[[RunView], Iterator[Block]]


SECTIONS: tuple[Section, ...] = (
    Section("summary", "Result", story.result),
    Section("conclusions", "Conclusions", story.conclusions),
    Section("doubts", "What to doubt", story.doubts),
    Section("findings", "Findings", story.findings),
    Section("figures", "Figures", evidence.all_figures),
    Section("efficiency", "Efficiency", evidence.efficiency),
    Section("repeats", "Repeats", repeats.section),
    Section("over-time", "Over time", detail.over_time),
    Section("distribution", "Distribution of latency", detail.distribution),
    Section("question", "Question and set-up", story.question),
    Section("differences", "What differs from the baseline", story.differences),
    Section("changes", "Changes", story.changes),
    Section("bottlenecks", "Bottlenecks", story.bottlenecks),
    Section("placement", "Pods on nodes", evidence.placement),
    Section("nodes", "Nodes against the limit", evidence.nodes),
    Section("cpu", "CPU per pod", evidence.cpu),
    Section("moments", "Cluster over the run", detail.moments),
    Section("cache", "Cache", evidence.cache),
    Section("endpoints", "Endpoints", evidence.endpoints),
    Section("k6", "More from k6", k6figures.k6),
    Section("claims", "Claims", story.claims),
    Section("predictions", "Predictions", story.predictions),
    Section("tradeoffs", "Trade-offs", story.tradeoffs),
    Section("verification", "Verification", story.verification),
    Section("recommendations", "Recommendations", story.recommendations),
    Section("options", "Options", story.options),
    Section("actions", "Next actions", story.actions),
    Section("sources", "Sources", detail.sources),
)


def built(view: RunView) -> list[tuple[Section, list[Block]]]:
    """The sections that have something to show, with their blocks."""
    blocks = ((section, list(section.build(view))) for section in SECTIONS)
    return [(section, found) for section, found in blocks if found]
