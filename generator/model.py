"""The record of one run and of one campaign.

A run is one execution of one load-test script against one deployed system. Its identity is the
path of its file below experiments/ (`session-8/post-fix`), so it is not a field in here.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from generator.fields import (
    Cores,
    Count,
    Duration,
    Line,
    Memory,
    Moment,
    Money,
    Part,
    Prose,
    Rate,
    RunId,
    Tree,
)
from generator.measured import (
    K6,
    Cache,
    Distribution,
    Endpoints,
    Phase,
    Series,
    Snapshot,
    SourceFile,
)
from generator.narrative import (
    Action,
    Bottleneck,
    ChangeMade,
    Claim,
    Finding,
    KnownStep,
    Option,
    Recommendation,
    TradeOffs,
    Verification,
)

Status = Literal["planned", "completed", "aborted", "invalid", "unknown"]


class Stage(Part):
    """One stage of a ramp."""

    duration: Duration = Field(description="How long it takes.")
    target: Count = Field(description="VUs, or iterations per second, at its end.")


class Load(Part):
    """What was asked of the system."""

    scenario: Line | None = Field(
        None, description="Name of the scenario; runs of one scenario are compared."
    )
    test_type: Line | None = Field(None, description="smoke, load, stress, spike, soak.")
    script: Line | None = Field(None, description="The k6 script.")
    executor: Line | None = Field(None, description="k6 executor, for example ramping-vus.")
    model: Literal["closed", "open"] | None = Field(
        None, description="closed: VUs wait for answers; open: requests arrive at a rate."
    )
    vus: Count = Field(None, description="Virtual users at the peak.")
    rate: Rate = Field(None, description="Arrival rate asked for, in an open model.")
    duration: Duration = Field(None, description="Of the whole test: 13m, 780.")
    think_time: Duration = Field(None, description="Pause of a VU between iterations.")
    stages: tuple[Stage, ...] = Field((), description="The ramp.")


class Resources(Part):
    """CPU and memory of one pod's container."""

    cpu: Cores = Field(None, description="250m, 0.25.")
    memory: Memory = Field(None, description="256Mi.")


class NodeGroup(Part):
    """The machines that the pods run on."""

    instance_type: Line | None = Field(None, description="For example t3.medium.")
    min: Count = Field(None, description="Fewest nodes.")
    max: Count = Field(None, description="Most nodes.")
    price_per_hour: Money = Field(None, description="Of one node, in `currency`.")
    currency: Line = Field("USD", description="ISO code of the price.")
    price_source: Line | None = Field(None, description="Where the price comes from.")


class Deployment(Part):
    """What was under test. Anything without a field of its own goes into `settings`."""

    service: Line | None = Field(None, description="Name of the service under test.")
    revision: Line | None = Field(None, description="Image tag or git revision.")
    replicas: Count = Field(None, description="Replicas asked for.")
    requests: Resources | None = Field(None, description="Resource requests of a pod.")
    limits: Resources | None = Field(None, description="Resource limits of a pod.")
    pod_anti_affinity: Literal["none", "preferred", "required"] | None = Field(
        None, description="How strictly replicas are kept on different nodes."
    )
    node_group: NodeGroup | None = Field(None, description="The nodes.")
    settings: Tree = Field(default_factory=dict, description="Any other settings, as a tree.")


class Acknowledgement(Part):
    """A warning of `loadbook check` that is known and stays; it stays visible with the reason."""

    code: Line = Field(description="Code of the check, as printed in brackets.")
    field: Line | None = Field(None, description="Only for this field; else for all of the code.")
    reason: Prose = Field(description="Why it stays.")


class Run(Part):
    """One load-test run."""

    title: Line = Field(description="The run in a few words.")
    date: Moment | None = Field(None, description="When it ran; leave out what nobody wrote down.")
    status: Status = Field(
        description="planned, completed, aborted or invalid; unknown where no source says it."
    )
    tags: tuple[Line, ...] = Field((), description="To find it by.")
    summary: Prose | None = Field(None, description="The result in two sentences.")
    context: Prose | None = Field(None, description="Why it was run, and what was special.")
    hypothesis: Prose | None = Field(None, description="What was expected.")
    baseline: RunId | None = Field(
        None, description="Run to compare with; else the previous completed one of the scenario."
    )
    repeats: RunId | None = Field(None, description="Run that this one repeats unchanged.")
    load: Load | None = Field(None, description="What was asked of the system.")
    deployment: Deployment | None = Field(None, description="What was under test.")
    environment: Tree = Field(
        default_factory=dict,
        description="What stood around: cluster, region, load generator, versions, as a tree.",
    )
    changes: tuple[ChangeMade, ...] = Field((), description="What was altered since the baseline.")
    k6: K6 | None = Field(None, description="What k6 measured.")
    snapshots: tuple[Snapshot, ...] = Field((), description="The cluster at named moments.")
    cache: Cache | None = Field(None, description="What the cache reported.")
    endpoints: Endpoints | None = Field(None, description="Latency by endpoint.")
    phases: tuple[Phase, ...] = Field((), description="Ramp-up, steady state, ramp-down.")
    series: tuple[Series, ...] = Field((), description="Figures over time.")
    distribution: Distribution | None = Field(None, description="Latency as a histogram.")
    findings: tuple[Finding, ...] = Field((), description="What was seen.")
    bottlenecks: tuple[Bottleneck, ...] = Field((), description="What limited it.")
    recommendations: tuple[Recommendation, ...] = Field((), description="What to alter.")
    options: tuple[Option, ...] = Field((), description="Alternatives to decide about.")
    tradeoffs: TradeOffs | None = Field(None, description="What was won and what was paid.")
    verification: tuple[Verification, ...] = Field((), description="Commands that show the change.")
    conclusions: tuple[Prose, ...] = Field((), description="What was learned.")
    actions: tuple[Action, ...] = Field((), description="What to do next.")
    claims: tuple[Claim, ...] = Field((), description="Figures typed by hand, to be verified.")
    sources: tuple[SourceFile, ...] = Field((), description="Files that figures were read from.")
    acknowledged: tuple[Acknowledgement, ...] = Field(
        (), description="Warnings that are known and stay, with the reason."
    )
    acknowledged_steps: tuple[KnownStep, ...] = Field(
        (), description="Metrics that got worse in this run, known and accepted, with the reason."
    )


class Campaign(Part):
    """A folder of runs that answer one question."""

    title: Line = Field(description="The campaign in a few words.")
    date: Moment | None = Field(None, description="Of the campaign, or of its report.")
    context: Prose | None = Field(None, description="The question, and why it is asked.")
    summary: Prose | None = Field(None, description="The answer, for someone with one minute.")
    conclusions: tuple[Prose, ...] = Field((), description="What was learned.")
    actions: tuple[Action, ...] = Field((), description="What to do next.")
    claims: tuple[Claim, ...] = Field((), description="Figures typed by hand, to be verified.")
    acknowledged: tuple[Acknowledgement, ...] = Field(
        (), description="Warnings that are known and stay, with the reason."
    )
