"""Records of one small service, whose figures can be worked out with pencil and paper.

100 VUs for ten minutes, four pods that run, two nodes.
"""

from __future__ import annotations

COUNTED = """\
title: Only what was counted, nothing that follows from it
status: completed
load: {scenario: shop, vus: 100, duration: 10m}
deployment:
  replicas: 4
  requests: {cpu: 250m}
  node_group: {price_per_hour: 0.36, currency: USD}
k6:
  http_reqs: {count: 60000}
  iterations: {count: 6000}
  failed_requests: 1200
  checks: {passes: 5400, fails: 600}
snapshots:
  - moment: peak
    pods:
      list:
        - {name: a, cpu: 400m, memory: 100Mi}
        - {name: b, cpu: 500m, memory: 200Mi}
        - {name: c, cpu: 500m, memory: 200Mi}
        - {name: d, cpu: 600m, memory: 300Mi}
        - {name: e, phase: Pending}
    nodes: {active: 2}
cache:
  timeline:
    - {time: 1m, hits: 10, misses: 90}
    - {time: 9m, hits: 900, misses: 100}
"""

STATED = """\
title: What k6 and the dashboards state
status: completed
load: {scenario: shop, vus: 100}
k6:
  http_reqs: {count: 60000, rate: 100/s}
  iterations: {count: 6000, rate: 10/s}
  http_req_failed: 2%
  checks: {rate: 90%}
  http_req_duration: {avg: 100ms, min: 10ms, med: 80ms, p90: 200ms, p95: 300ms, p99: 400ms, max: 1s}
  data_received: 2GB
  rates: {requests_under_500ms: 95%, requests_under_1s: 98%}
phases:
  - name: steady
    start: 60
    end: 540
    http_reqs: {rate: 120/s}
    http_req_failed: 1%
    http_req_duration: {p95: 250ms, p99: 350ms}
snapshots:
  - moment: peak
    pods: {desired: 5, active: 4, cpu_total: 2, cpu_per_pod: 500m}
    nodes: {active: 2}
cache: {timeline: [{time: 9m, hits: 0, misses: 0, hit_rate: 90%}]}
"""

CONTRADICTED = {
    "http_reqs: {count: 60000}": "http_reqs: {count: 60000, rate: 150/s}",
    "iterations: {count: 6000}": "iterations: {count: 6000, rate: 15/s}",
    "failed_requests: 1200": "failed_requests: 1200\n  http_req_failed: 5%",
    "checks: {passes": "checks: {rate: 80%, passes",
    "pods:\n      list:\n": (
        "pods:\n      active: 6\n      desired: 7\n      cpu_total: 3\n      cpu_per_pod: 900m\n"
        "      list:\n"
    ),
    "hits: 900, misses: 100": "hits: 900, misses: 100, hit_rate: 50%",
}
"""COUNTED with what other sources state of the same, none of which can be."""

BETTER = {
    "count: 60000": "count: 90000",
    "count: 6000}": "count: 9000}",
    "failed_requests: 1200": "failed_requests: 450",
    "passes: 5400, fails: 600": "passes: 5940, fails: 60",
    "cpu: 400m, memory: 100Mi": "cpu: 200m, memory: 50Mi",
    "{name: b, cpu: 500m, memory: 200Mi}": "{name: b, cpu: 250m, memory: 100Mi}",
    "{name: c, cpu: 500m, memory: 200Mi}": "{name: c, cpu: 250m, memory: 100Mi}",
    "cpu: 600m, memory: 300Mi": "cpu: 300m, memory: 150Mi",
    "hits: 900, misses: 100": "hits: 990, misses: 10",
}
"""COUNTED after good work: more is served, less of it fails, at half of the CPU and memory."""

BETTER_STATED = {
    "count: 60000, rate: 100/s": "count: 90000, rate: 150/s",
    "count: 6000, rate: 10/s": "count: 9000, rate: 15/s",
    "http_req_failed: 2%": "http_req_failed: 0.5%",
    "rate: 90%}\n  http": "rate: 99%}\n  http",
    "{avg: 100ms, min: 10ms, med: 80ms, p90: 200ms, p95: 300ms, p99: 400ms, max: 1s}": (
        "{avg: 50ms, min: 5ms, med: 40ms, p90: 100ms, p95: 150ms, p99: 200ms, max: 500ms}"
    ),
    "data_received: 2GB": "data_received: 3GB",
    "500ms: 95%, requests_under_1s: 98%": "500ms: 99%, requests_under_1s: 99.9%",
    "rate: 120/s": "rate: 180/s",
    "http_req_failed: 1%": "http_req_failed: 0.25%",
    "{p95: 250ms, p99: 350ms}": "{p95: 125ms, p99: 175ms}",
    "desired: 5, active: 4, cpu_total: 2, cpu_per_pod: 500m": (
        "desired: 6, active: 5, cpu_total: 1, cpu_per_pod: 200m"
    ),
    "nodes: {active: 2}": "nodes: {active: 1}",
}
"""STATED after the same; it has more pods now, and one node less."""

WHOLE = "".join(
    [
        COUNTED[: COUNTED.index("k6:")],
        STATED[STATED.index("k6:") : STATED.index("phases:")],
        COUNTED[COUNTED.index("snapshots:") :],
    ]
)
"""What k6 states, with the pods, the nodes and the cache as they were counted."""


def altered(text: str, changes: dict[str, str]) -> str:
    """A record with some of its figures replaced; each stands in it once."""
    for old, new in changes.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text
